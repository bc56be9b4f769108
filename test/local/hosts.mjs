// Writes down every host but this machine that a process, or one it starts, connects to.
import { appendFileSync } from 'node:fs'
import { Socket } from 'node:net'

const { connect } = Socket.prototype
Socket.prototype.connect = function (...given) {
  const [options] = Array.isArray(given[0]) ? given[0] : given
  const host = options?.host ?? options?.servername
  if (host && !/^(localhost|127\.|\[?::1)/.test(host)) appendFileSync(process.env.HOSTS_FILE, `${host}\n`)
  return connect.apply(this, given)
}
