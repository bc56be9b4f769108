/** What the documents say of each other, of the commands and of the dependencies, compared with the files themselves. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { documents } from '../helpers/documents.ts'

const README_BYTES = 12_000

const pages = documents()
const { scripts, dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))

const withoutCode = (text: string) => text.replace(/^ *```[\s\S]*?^ *```$/gm, '').replace(/`[^`]*`/g, '')

type Link = { from: string; path: string; anchor: string | undefined }

/** The links of a page to other files or to a place in itself; `path` is from the root. */
const linksOf = (from: string, text: string): Link[] =>
  [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter(target => !/^[a-z]+:/.test(target))
    .map(target => {
      const [file = '', anchor] = target.split('#', 2)
      return { from, path: file === '' ? from : join(dirname(from), file), anchor }
    })

/** As GitHub makes them from headings. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of text.replace(/^ *```[\s\S]*?^ *```$/gm, '').matchAll(/^#+ +(.+)$/gm)) {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-')
    let place = 0
    while (anchors.has(place === 0 ? anchor : `${anchor}-${place}`)) place += 1
    anchors.add(place === 0 ? anchor : `${anchor}-${place}`)
  }
  return anchors
}

const links = [...pages].flatMap(([from, text]) => linksOf(from, text))

test('every relative link leads to a file of the project', () => {
  expect(links.length).toBeGreaterThan(100)
  const broken = links.filter(({ path }) => path.startsWith('..') || !existsSync(path))
  expect(broken).toEqual([])
})

test('every anchor is a heading of the page that it is in', () => {
  const anchored = links.filter(({ anchor }) => anchor !== undefined)
  expect(anchored.length).toBeGreaterThan(10)
  const broken = anchored.filter(({ path, anchor = '' }) => !anchorsOf(pages.get(path) ?? '').has(anchor))
  expect(broken).toEqual([])
})

test('the README leads to every document', () => {
  const reached = new Set(['README.md'])
  for (const page of reached)
    for (const { path } of linksOf(page, pages.get(page) ?? '')) if (pages.has(path)) reached.add(path)
  expect([...pages.keys()].filter(page => !reached.has(page))).toEqual([])
})

test('the README stays short', () => {
  expect(statSync('README.md').size).toBeLessThanOrEqual(README_BYTES)
})

test('every decision has a date, a decision and a reason, and is in their list', () => {
  const decisions = [...pages].filter(([path]) => /\/decisions\/(?!README)/.test(path))
  expect(decisions.length).toBeGreaterThan(10)
  for (const [path, text] of decisions)
    expect(text, path).toMatch(/^# .+\n\nDate: \d{4}-\d\d-\d\d\n\n## Decision\n\n\S[\s\S]+\n\n## Reason\n\n\S/)
})

test('every command that is told is one of package.json, and every one of package.json is told', () => {
  const told = [...pages.values()].join('\n').match(/(?<=npm run )[\w:-]+/g) ?? []
  const { start: _start, test: _test, pretest: _pretest, ...named } = scripts
  expect([...new Set(told)].sort()).toEqual(Object.keys(named).sort())
})

test('every dependency is in the table, with a reason', () => {
  const table = pages.get('docs/contribute/dependencies.md') ?? ''
  const named = [...table.matchAll(/^\| ([^|]+?) +\| \S/gm)].flatMap(([, names]) => names?.split(', ') ?? [])
  const installed = Object.keys({ ...dependencies, ...devDependencies })
  expect(named.filter(name => name !== 'package' && !name.startsWith('-')).sort()).toEqual(installed.sort())
})
