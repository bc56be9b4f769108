import { expect, test } from 'vitest'
import { refusalOfDestination } from './destination.ts'

const RULES = { ownHosts: ['learn.school.edu', 'localhost:8787'], allowHttp: false }
const INVALID = 'Enter a valid URL.'
const HTTPS_ONLY = 'Only https is allowed.'
const CREDENTIALS = 'A URL with a username or password is not allowed.'
const PORTS = 'Only port 443 and ports from 1024 are allowed.'
const NOT_PUBLIC = 'Only public hosts are allowed.'
const OWN = 'A webhook cannot call this server itself.'

const ALLOWED = [
  'https://campus.school.edu/hooks/',
  'https://campus.school.edu:443/',
  'https://campus.school.edu:1024/',
  'https://campus.school.edu:8443/a?b=c',
  'https://campus.school.edu./',
  'https://CAMPUS.School.EDU/',
  'https://schüle.de/',
  'https://xn--schle-kva.de/',
  'https://1.1.1.1/',
  'https://172.15.255.255/',
  'https://172.32.0.1/',
  'https://100.63.0.1/',
  'https://100.128.0.1/',
  'https://192.167.0.1/',
  'https://[2606:4700:4700::1111]/',
  'https://[2001:4860:4860::8888]/',
  // Names that only look like the refused ones.
  'https://localhost.school.edu/',
  'https://notlocalhost.com/',
  'https://local.school.edu/',
  'https://10.school.edu/',
]
test.each(ALLOWED)('%s is allowed', url => {
  expect(refusalOfDestination(url, RULES)).toBeNull()
})

const REFUSED: [reason: string, urls: string[]][] = [
  [
    INVALID,
    ['', 'campus.school.edu/hooks', '/hooks', 'https://', 'https://a b.com/', 'https://[::g]/', 'https://1.2.3.4.5/'],
  ],
  [INVALID, ['https://256.1.1.1/', 'https://campus.school.edu:65536/', 'https://%00.com/']],
  [
    HTTPS_ONLY,
    ['http://campus.school.edu/', 'http://localhost:9000/', 'ftp://campus.school.edu/', 'file:///etc/passwd'],
  ],
  [HTTPS_ONLY, ['data:text/plain,x', 'javascript:alert(1)', 'ws://campus.school.edu/', 'blob:https://a.com/1']],
  [CREDENTIALS, ['https://user@campus.school.edu/', 'https://u:p@campus.school.edu/', 'https://1.1.1.1@127.0.0.1/']],
  [CREDENTIALS, ['https://campus.school.edu%2f@127.0.0.1/', 'https://:p@campus.school.edu/']],
  [PORTS, ['https://campus.school.edu:22/', 'https://campus.school.edu:80/', 'https://campus.school.edu:1023/']],
  [PORTS, ['https://campus.school.edu:0/', 'https://127.0.0.1:25/']],
  // 127.0.0.1 in every notation.
  [
    NOT_PUBLIC,
    ['https://127.0.0.1/', 'https://127.0.0.1./', 'https://127.1/', 'https://127.0.1/', 'https://2130706433/'],
  ],
  [NOT_PUBLIC, ['https://0x7f000001/', 'https://0x7f.0.0.1/', 'https://0177.0.0.1/', 'https://017700000001/']],
  [
    NOT_PUBLIC,
    ['https://127.0.0.1:8443/', 'https://127.255.255.254/', 'https://１２７.０.０.１/', 'https://127。0。0。1/'],
  ],
  [NOT_PUBLIC, ['https://%31%32%37.0.0.1/', 'https:127.0.0.1', 'https:\\\\127.0.0.1\\']],
  // Every other network that is not public.
  [NOT_PUBLIC, ['https://0.0.0.0/', 'https://0/', 'https://0.1.2.3/', 'https://10.0.0.1/', 'https://10.255.255.255/']],
  [NOT_PUBLIC, ['https://100.64.0.1/', 'https://100.127.255.255/', 'https://172.16.0.1/', 'https://172.31.255.255/']],
  [NOT_PUBLIC, ['https://192.168.0.1/', 'https://192.0.0.1/', 'https://192.0.2.1/', 'https://192.88.99.1/']],
  [NOT_PUBLIC, ['https://198.18.0.1/', 'https://198.19.255.255/', 'https://198.51.100.1/', 'https://203.0.113.1/']],
  [NOT_PUBLIC, ['https://224.0.0.1/', 'https://240.0.0.1/', 'https://255.255.255.255/']],
  // Link-local addresses and the metadata services of clouds.
  [NOT_PUBLIC, ['https://169.254.169.254/', 'https://0xa9fea9fe/', 'https://169.254.170.2/', 'https://168.63.129.16/']],
  [NOT_PUBLIC, ['https://100.100.100.200/', 'https://[fd00:ec2::254]/', 'https://metadata.google.internal/']],
  // IPv6, also with IPv4 in it.
  [NOT_PUBLIC, ['https://[::]/', 'https://[::1]/', 'https://[0:0:0:0:0:0:0:1]/', 'https://[::ffff:127.0.0.1]/']],
  [
    NOT_PUBLIC,
    ['https://[::ffff:7f00:1]/', 'https://[::127.0.0.1]/', 'https://[64:ff9b::7f00:1]/', 'https://[fc00::1]/'],
  ],
  [NOT_PUBLIC, ['https://[fdff::1]/', 'https://[fe80::1]/', 'https://[ff02::1]/', 'https://[2002:7f00:1::]/']],
  [NOT_PUBLIC, ['https://[2001:db8::1]/', 'https://[2001::1]/', 'https://[2001:0:7f00:1::]/', 'https://[3fff::1]/']],
  // Names.
  [NOT_PUBLIC, ['https://localhost/', 'https://localhost./', 'https://LOCALHOST/', 'https://localhost.:8443/']],
  [NOT_PUBLIC, ['https://a.localhost/', 'https://a.localhost./', 'https://localhost.localdomain/', 'https://printer/']],
  [NOT_PUBLIC, ['https://printer.local/', 'https://router.lan/', 'https://nas.home.arpa/', 'https://wiki.intranet/']],
  [NOT_PUBLIC, ['https://db.corp/', 'https://x.internal./', 'https://x.onion/', 'https://1.0.0.127.in-addr.arpa/']],
  [OWN, ['https://learn.school.edu/api/webhooks/', 'https://LEARN.school.edu:443/', 'http://localhost:8787/api/']],
]
test.each(REFUSED.flatMap(([reason, urls]) => urls.map(url => [url, reason])))('%s: %s', (url, reason) => {
  expect(refusalOfDestination(url, RULES)).toBe(reason)
})

test('with http allowed, only localhost is', () => {
  const rules = { ...RULES, allowHttp: true }
  expect(refusalOfDestination('http://localhost:9000/hooks', rules)).toBeNull()
  expect(refusalOfDestination('http://localhost/', rules)).toBeNull()
  expect(refusalOfDestination('https://campus.school.edu/', rules)).toBeNull()
  expect(refusalOfDestination('http://localhost:8787/', rules)).toBe(OWN)
  for (const url of [
    'http://127.0.0.1:9000/',
    'http://a.localhost:9000/',
    'http://campus.school.edu/',
    'http://[::1]:9000/',
  ]) {
    expect(refusalOfDestination(url, rules), url).toBe(HTTPS_ONLY)
  }
  expect(refusalOfDestination('http://u@localhost:9000/', rules)).toBe(CREDENTIALS)
  expect(refusalOfDestination('https://localhost:9000/', rules)).toBe(NOT_PUBLIC)
})
