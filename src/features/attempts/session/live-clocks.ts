/** The live clocks of one attempt: WebSockets that outlast the object's sleep and are told of every change. */
import { toDateTime } from '../../../http/fields.ts'
import { clockOf, deadlineMs, remainingSeconds, toSeconds } from './clock.ts'
import type { Known } from './store.ts'

/** Open at once; the oldest makes room. */
const CLOCKS_AT_MOST = 10

export class LiveClocks {
  private readonly ctx: DurableObjectState

  constructor(ctx: DurableObjectState) {
    this.ctx = ctx
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
  }

  open(known: Known): Response {
    const { 0: client, 1: server } = new WebSocketPair()
    // The runtime says nothing of their order, so each carries the moment it was opened at.
    const open = this.ctx.getWebSockets().filter(socket => socket.readyState === WebSocket.OPEN)
    const [oldest] = open.sort((one, other) => one.deserializeAttachment() - other.deserializeAttachment())
    if (open.length >= CLOCKS_AT_MOST) oldest?.close(1013, 'too many clocks')
    this.ctx.acceptWebSocket(server)
    server.serializeAttachment(Date.now())
    this.tell(known, [server])
    return new Response(null, { status: 101, webSocket: client, headers: { 'Sec-WebSocket-Protocol': 'bearer' } })
  }

  /** How the attempt stands; after its end they are closed. */
  tell(known: Known, sockets = this.ctx.getWebSockets()): void {
    const { end } = known.state
    const message = JSON.stringify(toMessage(known, Date.now()))
    for (const socket of sockets) {
      try {
        socket.send(message)
        if (end) socket.close(1000, 'the attempt has ended')
      } catch {
        // A message is a convenience: whoever is gone asks again.
      }
    }
  }

  close(reason: string): void {
    for (const socket of this.ctx.getWebSockets()) socket.close(1000, reason)
  }
}

function toMessage(known: Known, nowMs: number) {
  const { end } = known.state
  const deadline = deadlineMs(clockOf(known))
  return {
    status: end?.status ?? 'in_progress',
    time_remaining_seconds: end ? 0 : remainingSeconds(clockOf(known), nowMs),
    deadline: deadline === null ? null : toDateTime(toSeconds(deadline)),
    server_time: toDateTime(toSeconds(nowMs)),
  }
}
