/**
 * The exam room of one quiz: those who manage its course watch who takes it. It stores nothing but its alarm. Attempts report,
 * and the room passes on what changed, at most once a second; it hibernates in between.
 */
import { DurableObject } from 'cloudflare:workers'
import { manages } from '../../../access/teaching.ts'
import { asViewers } from '../../../access/viewer.ts'
import { backgroundDatabase } from '../../../db/client.ts'
import { describe } from '../../../http/errors.ts'
import type { AttemptReport } from '../session/messages.ts'
import { notStarted, runningAttemptIds, watchedQuiz } from './queries.ts'
import { RoomState } from './state.ts'
import { type Watcher, Watchers } from './watchers.ts'

/** Changes are sent together, at most this often. */
const SENDING_INTERVAL_MS = 1_000
/** How often the rights of the watchers are read again. */
const CHECK_INTERVAL_MS = 60_000

export class ExamRoom extends DurableObject<Env> {
  private readonly watchers: Watchers
  private state: RoomState
  private readonly quizId: number
  private readonly changed = new Set<number>()
  private timer: ReturnType<typeof setTimeout> | undefined
  private isSending = false
  private sentAtMs = 0

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.quizId = Number(ctx.id.name)
    this.watchers = new Watchers(ctx)
    this.state = new RoomState(env, this.quizId)
  }

  /** An attempt tells how far it is. The reply tells it whether to go on. */
  async report(report: AttemptReport): Promise<{ isWatched: boolean }> {
    const isWatched = this.watchers.hasAny()
    const isNews = (isWatched || this.state.isFresh()) && this.state.put(report)
    if (isNews && isWatched) this.announce([report.attemptId])
    // Whoever watches next does not ask the attempts as long as the state is fresh.
    return { isWatched: isWatched || this.state.isFresh() }
  }

  /** Opens a socket for a watcher whose rights the Worker has read. It receives the whole state, then every change. */
  override async fetch(request: Request): Promise<Response> {
    const watcher: Watcher = JSON.parse(request.headers.get('X-Watcher') ?? 'null')
    // Attempts report too seldom while nobody watches to go on from there.
    if (!this.watchers.hasAny() && !this.state.isFresh()) this.state = new RoomState(this.env, this.quizId)
    const { response, socket } = this.watchers.add(watcher)
    await this.setAlarm()
    this.ctx.waitUntil(this.welcome(socket))
    return response
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    // The codes 1005 and 1006 may be received but never sent.
    socket.close(code === 1005 || code === 1006 ? 1000 : code)
  }

  /** Closes the sockets that must not stay open, and makes up for reports that were lost. Never throws. */
  override async alarm(): Promise<void> {
    const open = this.watchers.open()
    if (open.length === 0) return
    // The alarm is set before anything can fail.
    await this.setAlarm()
    try {
      const { quizId } = this
      const [viewers, [quiz], [count], running] = await asViewers(
        backgroundDatabase(this.env),
        open.map(({ watcher }) => watcher),
        watchedQuiz({ quizId }),
        notStarted({ quizId }),
        runningAttemptIds({ quizId }),
      )
      open.forEach(({ socket }, place) => {
        const viewer = viewers[place]
        if (!viewer || !quiz || !manages(viewer, quiz)) this.watchers.refuse(socket, 'you may no longer watch')
      })
      if (!this.watchers.hasAny()) return
      if (this.state.recount(count) || this.changed.size > 0) this.announce([])
      const news = await this.state.ask(this.state.doubtful(running.map(({ id }) => id)))
      if (news.length > 0) this.announce(news)
    } catch (error) {
      console.error({ event: 'exam room not checked', quiz: this.quizId, ...describe(error) })
    }
  }

  private async welcome(socket: WebSocket): Promise<void> {
    const { state } = this
    try {
      await state.load()
      this.watchers.send(state.messages(), [socket])
    } catch (error) {
      console.error({ event: 'exam room not shown', quiz: this.quizId, ...describe(error) })
      this.watchers.postpone(socket)
    }
  }

  /** Sends these attempts within a second, with those that change meanwhile. */
  private announce(ids: readonly number[]): void {
    for (const id of ids) this.changed.add(id)
    if (this.isSending) return
    const waitMs = Math.min(this.sentAtMs + SENDING_INTERVAL_MS - Date.now(), SENDING_INTERVAL_MS)
    // A report that comes when it is time sends itself, because a timer of a busy object may be late.
    if (waitMs <= 0) this.ctx.waitUntil(this.sendChanges())
    else this.timer ??= setTimeout(() => this.ctx.waitUntil(this.sendChanges()), waitMs)
  }

  /** One at a time, so that a database that hangs is not asked again and again. */
  private async sendChanges(): Promise<void> {
    clearTimeout(this.timer)
    this.timer = undefined
    this.isSending = true
    this.sentAtMs = Date.now()
    const ids = [...this.changed]
    this.changed.clear()
    try {
      this.watchers.send(await this.state.messagesOf(ids))
      this.isSending = false
      if (this.changed.size > 0) this.announce([])
    } catch (error) {
      this.isSending = false
      // They go with the next change, or with the check.
      for (const id of ids) this.changed.add(id)
      console.error({ event: 'exam room not shown', quiz: this.quizId, ...describe(error) })
    }
  }

  /** At the next check, or when the first token expires. */
  private async setAlarm(): Promise<void> {
    const expiries = this.watchers.open().map(({ watcher }) => watcher.expiresAt * 1000)
    const next = Math.min(Date.now() + CHECK_INTERVAL_MS, ...expiries)
    const set = await this.ctx.storage.getAlarm()
    if (set === null || set > next) await this.ctx.storage.setAlarm(next)
  }
}
