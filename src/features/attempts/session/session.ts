/** One attempt: its questions, its answers, its clock and its end, decided by one object, one call at a time. */
import { DurableObject } from 'cloudflare:workers'
import { parseResponse } from '../../quizzes/answers/answer.ts'
import { grade } from '../../quizzes/answers/grading.ts'
import { isFinal, isLate, isSame } from './answer-revision.ts'
import { clockOf, deadlineMs, endedAtMs, GRACE_MS, phaseAt, spentSeconds, toSeconds } from './clock.ts'
import { LiveClocks } from './live-clocks.ts'
import type {
  EndedAttempt,
  Extended,
  Foreign,
  GivenAnswer,
  Kept,
  Over,
  Refused,
  RunningAttempt,
  Throttled,
  Unknown,
} from './messages.ts'
import type { EndStatus, KeptAnswer } from './outcome.ts'
import { LAST_RETRY_MS, RETENTION_MS, ResultDelivery } from './result-delivery.ts'
import { isSameAttempt, type Snapshot } from './snapshot.ts'
import { AttemptStore, type Known } from './store.ts'
import { asEnded, asExtended, asRunning, asSaved } from './views.ts'

const CALLS_PER_SECOND = 10
/** As they go to D1, JSON within JSON: in one parameter, of which D1 takes 2 MB, with 1,000 rows of a quarter of a kilobyte. */
const ANSWERS_BYTES = 1_000_000
/** An ending call waits this long for D1, so that statistics are there when it answers; then it answers anyway. */
const ENDING_WAIT_MS = 3_000
/** Attempts that end on one deadline carry their results over within this, each at a moment of its own. */
const SPREAD_MS = 2_000

export class AttemptSession extends DurableObject<Env> {
  private readonly store: AttemptStore
  private readonly delivery: ResultDelivery
  private readonly clocks: LiveClocks
  private calls: number[] = []

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.store = new AttemptStore(ctx.storage)
    this.delivery = new ResultDelivery(ctx.storage, this.store)
    this.clocks = new LiveClocks(ctx)
  }

  /** Starts the clock, unless it runs already: then the given snapshot is not looked at. Safe to repeat. */
  async begin(snapshot: Snapshot): Promise<(RunningAttempt & { isNew: boolean }) | EndedAttempt | Foreign> {
    const known = this.store.load()
    if (known && !isSameAttempt(known.terms, snapshot.terms)) return { kind: 'foreign' }
    const isNew = known === null
    if (isNew) this.store.begin(snapshot, Date.now())
    await this.setMissingAlarm()
    const view = await this.look()
    if (view.kind === 'unknown') throw new Error('an attempt was not kept')
    return view.kind === 'running' ? { ...view, isNew } : view
  }

  /** The attempt as its learner finds it again, or its end. */
  async resume(userId: number): Promise<RunningAttempt | EndedAttempt | Unknown | Foreign | Throttled> {
    return this.turnedAway(userId) ?? (await this.look())
  }

  /** The attempt as whoever may see it sees it; who that is, the caller has decided. */
  async look(): Promise<RunningAttempt | EndedAttempt | Unknown> {
    const known = await this.current()
    if (!known) return { kind: 'unknown' }
    return known.state.end ? asEnded(known, this.store) : asRunning(known, this.store)
  }

  /** Keeps an answer. Asks no database. */
  async answer(userId: number, given: GivenAnswer): Promise<Kept | Refused | Over | Unknown | Foreign | Throttled> {
    const away = this.turnedAway(userId)
    if (away) return away
    const known = await this.current()
    if (!known) return { kind: 'unknown' }
    const asked = this.store.askedAs(given.questionId)
    if (asked === null) return { kind: 'no_such_question' }
    if (known.state.end) return { kind: 'over' }

    const { terms } = known
    const { place, question, earlier } = asked
    const parsed = parseResponse(question, JSON.parse(given.responseData))
    if ('refusal' in parsed) return { kind: 'invalid', message: parsed.refusal }
    const isRepeated = earlier && isFinal(terms, question.type) && isSame(question, earlier, parsed.answer)
    if (isRepeated) return { kind: 'kept', answer: asSaved(terms, earlier, asked) }
    if (earlier && isLate(given, earlier)) {
      // A refusal, for a client that counts wrongly must hear of it; nobody waits any more for a copy that was late.
      return { kind: 'late', sequence: earlier.sequence }
    }
    if (earlier && isFinal(terms, question.type)) {
      return { kind: 'refused', detail: 'This question is answered already, and its feedback was shown.' }
    }
    const responseData = JSON.stringify(parsed.answer)
    const bytes = new TextEncoder().encode(JSON.stringify(responseData)).byteLength
    if (this.store.bytes() - asked.earlierBytes + bytes > ANSWERS_BYTES) {
      return { kind: 'refused', detail: 'All answers of an attempt together may have at most 1 MB.' }
    }
    const now = Date.now()
    const elapsed = spentSeconds(clockOf(known), now)
    // A client that sends none must not open the way for the late copies of one that does.
    const sequence = given.sequence ?? earlier?.sequence
    const kept: KeptAnswer = {
      place,
      responseData,
      ...grade(question, parsed.answer, { isSurvey: terms.isSurvey }),
      timeSpentSeconds: Math.min(given.timeSpentSeconds ?? earlier?.timeSpentSeconds ?? 0, elapsed),
      submittedAt: toSeconds(endedAtMs(clockOf(known), now)),
      ...(sequence !== undefined && { sequence }),
    }
    this.store.keep(kept, bytes, asked)
    return { kind: 'kept', answer: asSaved(terms, kept, asked) }
  }

  /** Ends it, unless it has ended already: every caller is told the one end there was. */
  async end(
    userId: number,
    status: EndStatus,
  ): Promise<(EndedAttempt & { wasPersisted: boolean }) | Unknown | Foreign | Throttled> {
    const away = this.turnedAway(userId)
    if (away) return away
    const known = await this.current()
    if (!known) return { kind: 'unknown' }
    const wasPersisted = known.state.persistedAtMs !== null
    if (!known.state.end) this.finish(known, status)
    if (!wasPersisted) await Promise.race([this.delivery.deliver(this.env), scheduler.wait(ENDING_WAIT_MS)])
    return { ...asEnded(known, this.store), wasPersisted }
  }

  /** Adds minutes, also past the quiz's window. */
  async extend(minutes: number): Promise<Extended | Unknown | Over | { kind: 'untimed' }> {
    const known = await this.current()
    if (!known) return { kind: 'unknown' }
    if (known.state.end) return { kind: 'over' }
    if (deadlineMs(clockOf(known)) === null) return { kind: 'untimed' }
    this.store.change(known, { extendedMinutes: known.state.extendedMinutes + minutes })
    await this.setAlarm(this.deadlineAlarm(known))
    this.clocks.tell(known)
    return asExtended(known)
  }

  /**
   * Cron asks whether all is well, for a row that should have ended; so does a start that meets an end D1 has not heard of.
   * Sets a lost alarm anew, carries over what has ended.
   * @returns when to ask again, in Unix seconds; null when D1 has the result; `unknown` when nothing was ever begun
   */
  async check(): Promise<{ checkAt: number | null } | 'unknown'> {
    const known = await this.current()
    if (!known) return 'unknown'
    if (!known.state.end) {
      await this.setMissingAlarm()
      return { checkAt: toSeconds(this.deadlineAlarm(known) ?? Date.now() + RETENTION_MS) }
    }
    // The row waits still, so what D1 once confirmed it has lost again: it was restored from a backup.
    if (known.state.persistedAtMs !== null) this.store.change(known, { persistedAtMs: null })
    await this.delivery.deliver(this.env)
    return { checkAt: known.state.persistedAtMs === null ? toSeconds(Date.now() + LAST_RETRY_MS) : null }
  }

  /** The quiz is gone for good, and so is what is kept here; but not of another's, who after a restore may have had this id. */
  async discard(quizId: number): Promise<void> {
    if (this.store.load()?.terms.quizId !== quizId) return
    this.clocks.close('the quiz is gone')
    await this.store.forget()
  }

  /** The live clock: a WebSocket that is told of every change, and closed with 1000 after the end. */
  override async fetch(request: Request): Promise<Response> {
    const away = this.turnedAway(Number(request.headers.get('X-User-Id')))
    if (away) return new Response(null, { status: away.kind === 'throttled' ? 429 : 404 })
    const known = await this.current()
    return known ? this.clocks.open(known) : new Response(null, { status: 404 })
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    // 1005 and 1006 may be received but never sent.
    socket.close(code === 1005 || code === 1006 ? 1000 : code)
  }

  /** Ends what is over, carries over what has ended, deletes what D1 has had for a day. Never throws, so it never dies. */
  override async alarm(): Promise<void> {
    const known = this.store.load()
    if (!known) return
    const { state } = known
    if (!state.end) {
      if (phaseAt(clockOf(known), Date.now()) === 'over') await this.timeOut(known)
      else await this.setAlarm(this.deadlineAlarm(known))
    } else if (state.persistedAtMs === null) {
      await this.delivery.deliver(this.env)
    } else if (Date.now() >= state.persistedAtMs + RETENTION_MS) {
      await this.store.forget()
    } else {
      await this.setAlarm(state.persistedAtMs + RETENTION_MS)
    }
  }

  /** The attempt as of now: past its grace it has ended, alarm or no alarm. */
  private async current(): Promise<Known | null> {
    const known = this.store.load()
    if (known && !known.state.end && phaseAt(clockOf(known), Date.now()) === 'over') {
      await this.timeOut(known)
    }
    return known
  }

  private turnedAway(userId: number): Foreign | Throttled | null {
    const known = this.store.load()
    if (!known) return null
    if (known.terms.userId !== userId) return { kind: 'foreign' }
    const now = Date.now()
    this.calls = this.calls.filter(at => at > now - 1_000)
    // What is refused does not count: a tab gone wild is slowed down, not shut out.
    if (this.calls.length >= CALLS_PER_SECOND) return { kind: 'throttled' }
    this.calls.push(now)
    return null
  }

  /** The end is a state, written first; carrying it over comes after, and sets the alarm that retries it. */
  private finish(known: Known, status: EndStatus): void {
    this.store.change(known, { end: { status, atMs: endedAtMs(clockOf(known), Date.now()) } })
    this.clocks.tell(known)
  }

  /** Nobody waits for this end, so the alarm carries it over, at a moment of its own. */
  private async timeOut(known: Known): Promise<void> {
    this.finish(known, 'timed_out')
    await this.setAlarm(Date.now() + Math.random() * SPREAD_MS)
  }

  private deadlineAlarm(known: Known): number | null {
    const deadline = deadlineMs(clockOf(known))
    return deadline === null ? null : deadline + GRACE_MS
  }

  private async setAlarm(atMs: number | null): Promise<void> {
    if (atMs !== null) await this.ctx.storage.setAlarm(atMs)
  }

  /** The alarm may be missing when the object died between writing and setting it. */
  private async setMissingAlarm(): Promise<void> {
    const known = this.store.load()
    if (known && !known.state.end && (await this.ctx.storage.getAlarm()) === null) {
      await this.setAlarm(this.deadlineAlarm(known))
    }
  }
}
