import { createServer } from 'node:net'

/** Below the ports of outgoing connections, one of which could take a port before a slow server listens on it. */
const FIRST_PORT = 20_000
const PORTS = 10_000

/** A port of this machine on which no process listens. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS)
    if (await isFree(port)) return port
  }
}

const isFree = (port: number) =>
  new Promise<boolean>(resolve => {
    const probe = createServer()
    probe.on('error', () => resolve(false))
    probe.listen(port, () => probe.close(() => resolve(true)))
  })
