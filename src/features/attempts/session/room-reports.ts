/**
 * The reports of one attempt to the exam room of its quiz. They ride on the learner's calls, without a timer. No call waits for
 * a report, and a report that fails is not repeated: the next one says all.
 */
import { describe } from '../../../http/errors.ts'
import { examRoom } from '../room/client.ts'
import type { AttemptReport } from './messages.ts'
import type { AttemptStore, Known } from './store.ts'
import { asReport } from './views.ts'

/** Answers report at most this often. */
const INTERVAL_MS = 10_000

export class RoomReports {
  private readonly ctx: DurableObjectState
  private readonly store: AttemptStore
  /** When an answer last reported, in Unix milliseconds. */
  private answeredAtMs = 0

  constructor(ctx: DurableObjectState, store: AttemptStore) {
    this.ctx = ctx
    this.store = store
  }

  /** Reports the begin, whose reply tells whether anybody watches. Previews do not appear in the room. */
  begun(env: Env, known: Known): void {
    if (!known.terms.isPreview) this.ctx.waitUntil(this.deliver(env, known))
  }

  /** Reports an end or an extension, if anybody watches. Whoever comes later asks. */
  changed(env: Env, known: Known): void {
    if (known.state.isWatched) this.ctx.waitUntil(this.deliver(env, known))
  }

  /** Reports an answer that was just kept, if anybody watches and a report is due. */
  answered(env: Env, known: Known): void {
    const now = Date.now()
    if (!known.state.isWatched || now - this.answeredAtMs < INTERVAL_MS) return
    this.answeredAtMs = now
    this.changed(env, known)
  }

  /** The report that the room asks for when somebody begins to watch. */
  forWatchers(known: Known): AttemptReport {
    this.keep(known, true)
    return asReport(known, this.store)
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
