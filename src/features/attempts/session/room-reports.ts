/**
 * The reports of one attempt to the exam room of its quiz. They ride on the learner's calls, without a timer. No call waits for
 * a report, and a report that fails is not repeated: the next one says all.
 */
import { describe } from '../../../http/errors.ts'
import { examRoom } from '../room/client.ts'
import { toSeconds } from './clock.ts'
import type { AttemptReport } from './messages.ts'
import type { AttemptStore, Known } from './store.ts'
import { asReport } from './views.ts'

/** While somebody watches, answers report at most this often. */
const WATCHED_INTERVAL_MS = 10_000
/** While nobody watches, the first answer of each such interval since the start reports; the reply tells of watchers. */
const UNWATCHED_INTERVAL_MS = 60_000

export class RoomReports {
  private readonly ctx: DurableObjectState
  private readonly store: AttemptStore
  /** When an answer last reported, in Unix milliseconds. */
  private answeredAtMs = 0
  /** The unwatched interval of the newest answer; -1 before an answer. */
  private interval = -1

  constructor(ctx: DurableObjectState, store: AttemptStore) {
    this.ctx = ctx
    this.store = store
  }

  /** Reports an answer that was just kept, if one is due. */
  answered(env: Env, known: Known): void {
    if (!this.isDue(known)) return
    this.answeredAtMs = Date.now()
    this.send(env, known)
  }

  /** Reports a begin, an end or an extension. Previews do not appear in the room. */
  send(env: Env, known: Known): void {
    if (known.terms.isPreview) return
    this.ctx.waitUntil(this.deliver(env, known))
  }

  /** The report that the room asks for when somebody begins to watch. */
  forWatchers(known: Known): AttemptReport {
    this.keep(known, true)
    return asReport(known, this.store)
  }

  /** What memory does not know after hibernation is in the answers, so that the interval needs no write of its own. */
  private isDue(known: Known): boolean {
    const now = Date.now()
    if (known.state.isWatched) return now - this.answeredAtMs >= WATCHED_INTERVAL_MS
    const { startedAtMs } = known.state
    const interval = Math.floor((now - startedAtMs) / UNWATCHED_INTERVAL_MS)
    if (interval === this.interval) return false
    this.interval = interval
    return this.store.answeredSince(toSeconds(startedAtMs + interval * UNWATCHED_INTERVAL_MS)) <= 1
  }

  private async deliver(env: Env, known: Known): Promise<void> {
    try {
      const { isWatched } = await examRoom(env, known.terms.quizId).report(asReport(known, this.store))
      this.keep(known, isWatched)
    } catch (error) {
      console.error({ event: 'exam room not reached', attempt: known.terms.attemptId, ...describe(error) })
    }
  }

  /** Writes a change only, and only while the attempt is there and runs. */
  private keep(known: Known, isWatched: boolean): void {
    const hasChanged = (known.state.isWatched ?? false) !== isWatched
    if (hasChanged && !known.state.end && this.store.load() === known) this.store.change(known, { isWatched })
  }
}
