/** Calls by autocannon, each as prepared: a start or an enrollment is somebody's only one. */
import autocannon from 'autocannon'
import { Timings } from '../load.ts'

export type Call = {
  method: 'GET' | 'POST'
  path: string
  token?: string
  body?: object
  /** Told what was answered. */
  answered?: (body: string) => void
}

const PATIENCE_SECONDS = 60

/**
 * Makes every call once, over so many connections, each of which calls again as soon as it is answered.
 * @throws when anything but success is answered
 */
export async function fire(origin: URL, calls: readonly Call[], connections: number) {
  const timings = new Timings()
  const refusals: string[] = []
  let next = 0
  const began = performance.now()
  let ended = began
  const options: autocannon.Options = {
    url: origin.href,
    connections: Math.min(connections, calls.length),
    amount: calls.length,
    timeout: PATIENCE_SECONDS,
    sampleInt: 20,
    requests: [
      {
        setupRequest(request, context) {
          const call = calls[next++] as Call
          Object.assign(context, { call })
          return { ...request, method: call.method, path: call.path, ...sent(call) }
        },
        onResponse(status, body, context) {
          const { call } = context as { call: Call }
          if (status < 200 || status > 299) refusals.push(`${call.method} ${call.path} answered ${status} ${body}`)
          else call.answered?.(body)
        },
      },
    ],
  }
  const { errors } = await new Promise<autocannon.Result>((resolve, reject) => {
    const running = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)))
    running.on('response', (_client, _status, _bytes, tookMs) => {
      timings.add(tookMs)
      ended = performance.now()
    })
  })
  if (errors > 0) refusals.push(`${errors} calls were never answered`)
  if (refusals.length > 0) throw new Error(refusals.slice(0, 5).join('\n'))
  return { timings, seconds: (ended - began) / 1000 }
}

export function sent({ method, token, body }: Call): { headers: Record<string, string>; body: string } {
  return {
    headers: {
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(method === 'POST' && body === undefined && { 'Content-Length': '0' }),
    },
    body: body === undefined ? '' : JSON.stringify(body),
  }
}
