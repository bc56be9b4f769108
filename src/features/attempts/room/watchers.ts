/** The watchers of one exam room: WebSockets that survive the object's hibernation. */
import type { SessionCaller } from '../../../http/authentication.ts'

/** How many may watch at once; a new one closes the oldest. */
const WATCHERS_AT_MOST = 50
/** The code of a socket whose watcher may watch no longer (RFC 6455: a violated policy). */
const NOT_ALLOWED = 1008
const TRY_AGAIN_LATER = 1013

/** Each socket stores its watcher. `expiresAt` is the token's, in Unix seconds. */
export type Watcher = SessionCaller & { expiresAt: number }
type Attached = Watcher & { openedAtMs: number }
export type Open = { socket: WebSocket; watcher: Watcher }

export class Watchers {
  private readonly ctx: DurableObjectState

  constructor(ctx: DurableObjectState) {
    this.ctx = ctx
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
  }

  add(watcher: Watcher): { response: Response; socket: WebSocket } {
    const { 0: client, 1: socket } = new WebSocketPair()
    const open = this.attached().sort((one, other) => one.watcher.openedAtMs - other.watcher.openedAtMs)
    if (open.length >= WATCHERS_AT_MOST) open[0]?.socket.close(TRY_AGAIN_LATER, 'too many watchers')
    this.ctx.acceptWebSocket(socket)
    socket.serializeAttachment({ ...watcher, openedAtMs: Date.now() } satisfies Attached)
    const headers = { 'Sec-WebSocket-Protocol': 'bearer' }
    return { response: new Response(null, { status: 101, webSocket: client, headers }), socket }
  }

  hasAny(): boolean {
    return this.ctx.getWebSockets().some(isOpen)
  }

  /** The open sockets. Closes those whose token has expired. */
  open(): Open[] {
    const nowSeconds = Date.now() / 1000
    return this.attached().filter(({ socket, watcher }) => {
      if (watcher.expiresAt > nowSeconds) return true
      this.refuse(socket, 'the token has expired')
      return false
    })
  }

  send(messages: readonly string[], sockets = this.open().map(({ socket }) => socket)): void {
    for (const socket of sockets) {
      try {
        for (const message of messages) socket.send(message)
      } catch {
        // The socket has closed meanwhile; its client opens another one, which receives everything.
      }
    }
  }

  refuse(socket: WebSocket, reason: string): void {
    socket.close(NOT_ALLOWED, reason)
  }

  /** For a client that does not get its state now. */
  postpone(socket: WebSocket): void {
    socket.close(TRY_AGAIN_LATER, 'try again later')
  }

  private attached() {
    return this.ctx
      .getWebSockets()
      .filter(isOpen)
      .map(socket => ({ socket, watcher: socket.deserializeAttachment() as Attached }))
  }
}

const isOpen = (socket: WebSocket) => socket.readyState === WebSocket.OPEN
