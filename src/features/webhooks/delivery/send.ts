/** Sends one message once. */
import { toDateTime } from '../../../http/fields.ts'
import { signatures } from './signature.ts'

const TIMEOUT_MS = 10_000

export type Message = { messageId: string; type: string; occurredAt: number; data: string }

/** The status of the answer, or why there was none. */
export type Answer =
  | { responseStatus: number; error: null }
  | { responseStatus: null; error: 'timeout' | 'connection' | 'refused_url' }

/** The same text for every attempt: receivers may compare it. */
const bodyOf = ({ type, occurredAt, data }: Message) =>
  `{"type":${JSON.stringify(type)},"timestamp":"${toDateTime(occurredAt)}","data":${data}}`

/** Follows no redirect and reads nothing of the answer but its status. */
export async function send(url: string, message: Message, secrets: readonly string[]): Promise<Answer> {
  const body = bodyOf(message)
  const timestamp = Math.floor(Date.now() / 1000)
  const headers = {
    'Content-Type': 'application/json',
    'User-Agent': 'LearnMore-Webhooks',
    'webhook-id': message.messageId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': await signatures(secrets, message.messageId, timestamp, body),
  }
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  try {
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
    // Ends the connection of a receiver that goes on sending; whether that fails says nothing about the delivery.
    response.body?.cancel().catch(() => {})
    return { responseStatus: response.status, error: null }
  } catch {
    return { responseStatus: null, error: signal.aborted ? 'timeout' : 'connection' }
  }
}
