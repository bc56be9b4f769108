/** The live clocks of one attempt: WebSockets that survive the object's hibernation and receive every change. */
import { toDateTime } from '../../../http/fields.ts'
import { clockOf, deadlineMs, remainingSeconds, toSeconds } from './clock.ts'
import type { Known } from './store.ts'

/** How many sockets may be open at once; a new one closes the oldest. */
const CLOCKS_AT_MOST = 10

export class LiveClocks {
  private readonly ctx: DurableObjectState

  constructor(ctx: DurableObjectState) {
    this.ctx = ctx
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
  }

  open(known: Known): Response {
    const { 0: client, 1: server } = new WebSocketPair()
    // The runtime promises no order, so each socket stores the time of its opening.
    const open = this.ctx.getWebSockets().filter(socket => socket.readyState === WebSocket.OPEN)
    const [oldest] = open.sort((one, other) => one.deserializeAttachment() - other.deserializeAttachment())
    if (open.length >= CLOCKS_AT_MOST) oldest?.close(1013, 'too many clocks')
    this.ctx.acceptWebSocket(server)
    server.serializeAttachment(Date.now())
    this.send(known, [server])
    return new Response(null, { status: 101, webSocket: client, headers: { 'Sec-WebSocket-Protocol': 'bearer' } })
  }

  /** Sends the state of the attempt, and closes the sockets after its end. */
  send(known: Known, sockets = this.ctx.getWebSockets()): void {
    const { end } = known.state
    const message = JSON.stringify(toMessage(known, Date.now()))
    for (const socket of sockets) {
      try {
        socket.send(message)
        if (end) socket.close(1000, 'the attempt has ended')
      } catch {
        // A message is a convenience: a client that lost its socket asks again.
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
