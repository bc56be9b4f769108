/** One object decides everything about one attempt, one call at a time: its questions, answers, clock and end. */
import { DurableObject } from 'cloudflare:workers'
import type { ActKey } from '../../../http/idempotency.ts'
import { parseResponse } from '../../quizzes/answers/answer.ts'
import { grade } from '../../quizzes/answers/grading.ts'
import { isFinal, isLate, isSame } from './answer-revision.ts'
import { clockOf, deadlineMs, endedAtMs, GRACE_MS, phaseAt, spentSeconds, toSeconds } from './clock.ts'
import { LiveClocks } from './live-clocks.ts'
import type {
  AnswerInput,
  AttemptReport,
  EndedAttempt,
  Extended,
  Foreign,
  Kept,
  KeyReused,
  Over,
  Refused,
  Repeatable,
  RunningAttempt,
  Throttled,
  Unknown,
} from './messages.ts'
import type { EndStatus, KeptAnswer } from './outcome.ts'
import { LAST_RETRY_MS, RETENTION_MS, ResultDelivery } from './result-delivery.ts'
import { RoomReports } from './room-reports.ts'
import { isSameAttempt, type Snapshot } from './snapshot.ts'
import { AttemptStore, type Known } from './store.ts'
import { asEnded, asExtended, asRunning, asSaved } from './views.ts'

const CALLS_PER_SECOND = 10
/**
 * The bytes of the answers as JSON within JSON. D1 takes them in one parameter of at most 2 MB, which also holds 1,000 rows of
 * a quarter of a kilobyte.
 */
const ANSWERS_BYTES = 1_000_000
/** An ending call waits this long for D1, so that statistics are current when it answers; then it answers anyway. */
const ENDING_WAIT_MS = 3_000
/** Attempts that end on one deadline deliver their results at random moments within this time. */
const SPREAD_MS = 2_000

export class AttemptSession extends DurableObject<Env> {
  private readonly store: AttemptStore
  private readonly delivery: ResultDelivery
  private readonly clocks: LiveClocks
  private readonly room: RoomReports
  private calls: number[] = []

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.store = new AttemptStore(ctx.storage)
    this.delivery = new ResultDelivery(ctx.storage, this.store)
    this.clocks = new LiveClocks(ctx)
    this.room = new RoomReports(ctx, this.store)
  }

  /** Starts the clock; ignores the snapshot when the clock runs already. Safe to repeat. */
  async begin(snapshot: Snapshot): Promise<(RunningAttempt & { isNew: boolean }) | EndedAttempt | Foreign> {
    const known = this.store.load()
    if (known && !isSameAttempt(known.terms, snapshot.terms)) return { kind: 'foreign' }
    const isNew = known === null
    if (isNew) this.store.begin(snapshot, Date.now())
    await this.setMissingAlarm()
    const begun = isNew ? this.store.load() : null
    if (begun) this.room.begun(this.env, begun)
    const view = await this.look()
    if (view.kind === 'unknown') throw new Error('an attempt was not kept')
    return view.kind === 'running' ? { ...view, isNew } : view
  }

  /** The attempt or its end, for its learner. */
  async resume(userId: number): Promise<RunningAttempt | EndedAttempt | Unknown | Foreign | Throttled> {
    return this.refusalFor(userId) ?? (await this.look())
  }

  /** The attempt or its end, for a reader whose rights the caller has checked. */
  async look(): Promise<RunningAttempt | EndedAttempt | Unknown> {
    const known = await this.current()
    if (!known) return { kind: 'unknown' }
    return known.state.end ? asEnded(known, this.store) : asRunning(known, this.store)
  }

  /** Grades and keeps an answer, without the database. */
  async answer(
    userId: number,
    input: AnswerInput,
    key: ActKey | null = null,
  ): Promise<Repeatable<Kept> | Refused | Over | Unknown | Foreign | Throttled> {
    const refusal = this.refusalFor(userId)
    if (refusal) return refusal
    const known = await this.current()
    if (!known) return { kind: 'unknown' }
    const repeated = this.repeatedBy<Kept>(key)
    if (repeated) return repeated
    const asked = this.store.askedAs(input.questionId)
    if (asked === null) return { kind: 'no_such_question' }
    if (known.state.end) return { kind: 'over' }

    const { terms } = known
    const { place, question, earlier } = asked
    const parsed = parseResponse(question, JSON.parse(input.responseData))
    if ('refusal' in parsed) return { kind: 'invalid', message: parsed.refusal }
    const isRepeated = earlier && isFinal(terms, question.type) && isSame(question, earlier, parsed.answer)
    if (isRepeated) return { kind: 'kept', answer: asSaved(terms, earlier, asked) }
    if (earlier && isLate(input, earlier)) {
      // The object refuses, because a client that counts wrongly must notice; no client awaits the reply to a late copy.
      return { kind: 'late', sequence: earlier.sequence }
    }
    if (earlier && isFinal(terms, question.type)) {
      return {
        kind: 'refused',
        code: 'question_answered',
        detail: 'This question is answered already, and its feedback was shown.',
      }
    }
    const responseData = JSON.stringify(parsed.answer)
    const bytes = new TextEncoder().encode(JSON.stringify(responseData)).byteLength
    if (this.store.bytes() - asked.earlierBytes + bytes > ANSWERS_BYTES) {
      return {
        kind: 'refused',
        code: 'answers_too_large',
        detail: 'All answers of an attempt together may have at most 1 MB.',
      }
    }
    const now = Date.now()
    const elapsed = spentSeconds(clockOf(known), now)
    // An answer without a sequence keeps the earlier one, or it would let in late copies from a client that counts.
    const sequence = input.sequence ?? earlier?.sequence
    const kept: KeptAnswer = {
      place,
      responseData,
      ...grade(question, parsed.answer, { isSurvey: terms.isSurvey }),
      timeSpentSeconds: Math.min(input.timeSpentSeconds ?? earlier?.timeSpentSeconds ?? 0, elapsed),
      submittedAt: toSeconds(endedAtMs(clockOf(known), now)),
      ...(sequence !== undefined && { sequence }),
    }
    this.store.saveAnswer(kept, bytes, asked)
    const reply: Kept = { kind: 'kept', answer: asSaved(terms, kept, asked) }
    if (key) this.store.keepAct(key, reply)
    this.room.answered(this.env, known)
    return reply
  }

  /** Ends the attempt unless it has ended already; every caller gets the first end. */
  async end(
    userId: number,
    status: EndStatus,
    key: ActKey | null = null,
  ): Promise<
    (EndedAttempt & { wasPersisted: boolean; isReplayed?: true }) | KeyReused | Unknown | Foreign | Throttled
  > {
    const refusal = this.refusalFor(userId)
    if (refusal) return refusal
    const known = await this.current()
    if (!known) return { kind: 'unknown' }
    // The end itself is the reply, to whoever asks.
    const repeated = this.repeatedBy<object>(key)
    if (repeated && 'kind' in repeated) return repeated
    if (key && !repeated) this.store.keepAct(key, {})
    const wasPersisted = known.state.persistedAtMs !== null
    if (!known.state.end) this.finish(known, status)
    if (!wasPersisted) await Promise.race([this.delivery.deliver(this.env), scheduler.wait(ENDING_WAIT_MS)])
    return { ...asEnded(known, this.store), wasPersisted, ...(repeated && { isReplayed: true }) }
  }

  /**
   * Adds minutes, even past the quiz's window; once for each key, whose first reply is given again. The alarm delivers the act
   * to the audit.
   * @param actorId who grants them; null from a Worker of an older version
   */
  async extend(
    minutes: number,
    key: ActKey | null = null,
    actorId: number | null = null,
  ): Promise<Repeatable<Extended> | Unknown | Over | { kind: 'untimed' }> {
    const known = await this.current()
    if (!known) return { kind: 'unknown' }
    const repeated = this.repeatedBy<Extended>(key)
    if (repeated) return repeated
    if (known.state.end) return { kind: 'over' }
    if (deadlineMs(clockOf(known)) === null) return { kind: 'untimed' }
    const before = known.state.extendedMinutes
    const after = before + minutes
    const act = actorId !== null && {
      deliveryId: crypto.randomUUID(),
      actorId,
      at: toSeconds(Date.now()),
      before,
      after,
    }
    this.store.change(known, {
      extendedMinutes: after,
      ...(act && { extensionActs: [...(known.state.extensionActs ?? []), act] }),
    })
    if (key) this.store.keepAct(key, asExtended(known))
    await this.setAlarm(act ? Date.now() + Math.random() * SPREAD_MS : this.deadlineAlarm(known))
    this.clocks.send(known)
    this.room.changed(this.env, known)
    return asExtended(known)
  }

  /**
   * Sets a lost alarm again, and delivers the result of an ended attempt. The cron job calls it for overdue rows, and a start
   * for an end that D1 does not have.
   * @returns when to call again, in Unix seconds; null when D1 has the result; `unknown` when no attempt ever began here
   */
  async check(): Promise<{ checkAt: number | null } | 'unknown'> {
    const known = await this.current()
    if (!known) return 'unknown'
    if (!known.state.end) {
      await this.setMissingAlarm()
      return { checkAt: toSeconds(this.deadlineAlarm(known) ?? Date.now() + RETENTION_MS) }
    }
    // The row still awaits its end, so D1 has lost a result that it confirmed: it was restored from a backup.
    if (known.state.persistedAtMs !== null) this.store.change(known, { persistedAtMs: null })
    await this.delivery.deliver(this.env)
    return { checkAt: known.state.persistedAtMs === null ? toSeconds(Date.now() + LAST_RETRY_MS) : null }
  }

  /** Deletes the storage once the quiz is purged; keeps the attempt at another quiz that got this id after a restore. */
  async discard(quizId: number): Promise<void> {
    if (this.store.load()?.terms.quizId !== quizId) return
    this.clocks.close('the quiz is gone')
    await this.store.deleteAll()
  }

  /**
   * What the exam room of the quiz shows of the attempt; the attempt then knows that somebody watches.
   * @returns null when no attempt at this quiz is here
   */
  async watch(quizId: number): Promise<AttemptReport | null> {
    const known = await this.current()
    return known?.terms.quizId === quizId ? this.room.forWatchers(known) : null
  }

  /** The live clock: a WebSocket that receives every change. The object closes it with 1000 after the end. */
  override async fetch(request: Request): Promise<Response> {
    const refusal = this.refusalFor(Number(request.headers.get('X-User-Id')))
    if (refusal) return new Response(null, { status: refusal.kind === 'throttled' ? 429 : 404 })
    const known = await this.current()
    return known ? this.clocks.open(known) : new Response(null, { status: 404 })
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    // The codes 1005 and 1006 may be received but never sent.
    socket.close(code === 1005 || code === 1006 ? 1000 : code)
  }

  /**
   * Delivers acts to the audit, ends an attempt that is over, delivers the result of an ended one, and deletes the storage a day
   * after D1 confirmed it. Never throws, because the platform drops an alarm that fails too often.
   */
  override async alarm(): Promise<void> {
    const known = this.store.load()
    if (!known) return
    const { state } = known
    const retryAtMs = await this.delivery.deliverActs(this.env, known)
    if (!state.end) {
      if (phaseAt(clockOf(known), Date.now()) === 'over') await this.timeOut(known)
      else await this.setAlarm(earlier(retryAtMs, this.deadlineAlarm(known)))
    } else if (state.persistedAtMs === null) {
      await this.delivery.deliver(this.env)
    } else if (retryAtMs === null && Date.now() >= state.persistedAtMs + RETENTION_MS) {
      await this.store.deleteAll()
    } else {
      await this.setAlarm(retryAtMs ?? state.persistedAtMs + RETENTION_MS)
    }
  }

  /** The attempt as of now. Ends it past its grace, even if the alarm has not fired. */
  private async current(): Promise<Known | null> {
    const known = this.store.load()
    if (known && !known.state.end && phaseAt(clockOf(known), Date.now()) === 'over') {
      await this.timeOut(known)
    }
    return known
  }

  /** The first reply to an act with this key; null when there was none. */
  private repeatedBy<Reply extends object>(key: ActKey | null): (Reply & { isReplayed: true }) | KeyReused | null {
    const done = key && this.store.actBy(key.key)
    if (!done) return null
    return done.fingerprint === key.fingerprint
      ? { ...(done.reply as Reply), isReplayed: true }
      : { kind: 'key_reused' }
  }

  private refusalFor(userId: number): Foreign | Throttled | null {
    const known = this.store.load()
    if (!known) return null
    if (known.terms.userId !== userId) return { kind: 'foreign' }
    const now = Date.now()
    this.calls = this.calls.filter(at => at > now - 1_000)
    // Refused calls do not count, so a runaway client is throttled, not locked out.
    if (this.calls.length >= CALLS_PER_SECOND) return { kind: 'throttled' }
    this.calls.push(now)
    return null
  }

  /** Writes the end as a state first. The delivery comes after it and sets the alarm that retries it. */
  private finish(known: Known, status: EndStatus): void {
    this.store.change(known, { end: { status, atMs: endedAtMs(clockOf(known), Date.now()) } })
    this.clocks.send(known)
    this.room.changed(this.env, known)
  }

  /** No caller waits for this end, so the alarm delivers it at a random moment. */
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

  /** The alarm is missing when the object died between writing its state and setting the alarm. */
  private async setMissingAlarm(): Promise<void> {
    const known = this.store.load()
    if (known && !known.state.end && (await this.ctx.storage.getAlarm()) === null) {
      await this.setAlarm(this.deadlineAlarm(known))
    }
  }
}

const earlier = (one: number | null, other: number | null) =>
  one === null || other === null ? (one ?? other) : Math.min(one, other)
