/**
 * What an exam room knows of its quiz, in memory only: reports bring it up to date, and D1 and the attempts' objects tell the
 * whole of it again when somebody begins to watch.
 */
import { batch } from '../../../db/batch.ts'
import { backgroundDatabase } from '../../../db/client.ts'
import { describe } from '../../../http/errors.ts'
import { displayName } from '../../../http/fields.ts'
import { attemptObject } from '../session/client.ts'
import { deadlineMs } from '../session/clock.ts'
import type { AttemptReport } from '../session/messages.ts'
import { type Shown, stateMessages } from './messages.ts'
import { attemptsBefore, learnersByIds, notStarted, type ShownAttempt } from './queries.ts'

/** A room shows the newest attempts up to this many. */
const ATTEMPTS_AT_MOST = 5_000
/** In one trip, so that no other batch waits long for this one. */
const ATTEMPTS_PER_TRIP = 1_000
/** How many objects the room asks at a time, and for how long altogether; those left tell it with their next report. */
const ASKED_AT_ONCE = 50
const ASKING_MS = 10_000
const FRESH_MS = 10_000

/** Learners without an attempt when D1 counted them; attempts after `upTo` are not in the count. */
type Count = { learners: number; upTo: number }

export class RoomState {
  private readonly env: Env
  private readonly quizId: number
  private readonly attempts = new Map<number, Shown>()
  private readonly names = new Map<number, string>()
  /** The first attempts of learners who started after the count. */
  private readonly startedSince = new Set<number>()
  private count: Count | null = null
  /** When the whole was read, in Unix milliseconds; null before. */
  private loadedAtMs: number | null = null
  private loading: Promise<void> | null = null

  constructor(env: Env, quizId: number) {
    this.env = env
    this.quizId = quizId
  }

  /** Reads all of it, once for all who ask meanwhile. @throws when D1 fails */
  async load(): Promise<void> {
    if (this.loadedAtMs !== null) return
    this.loading ??= this.loadOnce().finally(() => {
      this.loading = null
    })
    await this.loading
  }

  /** Whether all of it was read so lately that a client which comes and goes does not have it read again. */
  isFresh(): boolean {
    return this.loading !== null || Date.now() - (this.loadedAtMs ?? 0) < FRESH_MS
  }

  /** @returns whether this is news: reports may overtake each other */
  put(shown: Shown): boolean {
    const held = this.attempts.get(shown.attemptId)
    const isOld = held && (held.status !== 'in_progress' || (shown.status === 'in_progress' && shown.atMs < held.atMs))
    if (!isOld) this.attempts.set(shown.attemptId, shown)
    return !isOld
  }

  /** Takes over what D1 counted. @returns whether the number of those who have not started is another one */
  recount(count: Count | undefined): boolean {
    if (!count) return false
    const before = this.notStarted()
    this.count = count
    for (const id of this.startedSince) if (id <= count.upTo) this.startedSince.delete(id)
    return this.notStarted() !== before
  }

  /**
   * The attempts where D1 differs, which a report that was lost explains: those that run there and are unknown or unreached
   * here, and those that run here only. Empty before the whole was read.
   */
  doubtful(runningIds: readonly number[]): number[] {
    if (this.loadedAtMs === null) return []
    const running = new Set(runningIds)
    const unreached = runningIds.filter(id => (this.attempts.get(id)?.answered ?? null) === null)
    const ended = [...this.attempts.values()].filter(
      ({ attemptId, status }) => status === 'in_progress' && !running.has(attemptId),
    )
    return [...unreached, ...ended.map(({ attemptId }) => attemptId)]
  }

  /** Asks the objects of these attempts. @returns those with news */
  async ask(ids: readonly number[]): Promise<number[]> {
    const news: number[] = []
    const until = Date.now() + ASKING_MS
    for (let first = 0; first < ids.length && Date.now() < until; first += ASKED_AT_ONCE) {
      const reports = await Promise.all(ids.slice(first, first + ASKED_AT_ONCE).map(id => this.askOne(id)))
      news.push(...reports.filter(report => report && this.put(report)).flatMap(report => report?.attemptId ?? []))
    }
    return news
  }

  /** Everything, in the order of the attempts' ids. */
  messages(): string[] {
    const all = [...this.attempts.values()].sort((one, other) => one.attemptId - other.attemptId)
    return stateMessages(all, this.names, this.notStarted(), Date.now())
  }

  /** Some of it, with the names of learners who are new, from D1. @throws when D1 fails */
  async messagesOf(ids: readonly number[]): Promise<string[]> {
    const changed = ids.flatMap(id => this.attempts.get(id) ?? [])
    const unnamed = [...new Set(changed.map(({ userId }) => userId).filter(userId => !this.names.has(userId)))]
    if (unnamed.length > 0 || this.count === null) await this.meet(unnamed)
    const current = ids.flatMap(id => this.attempts.get(id) ?? [])
    return stateMessages(current, this.names, this.notStarted(), Date.now())
  }

  private async meet(ids: readonly number[]): Promise<void> {
    const { quizId } = this
    const known = learnersByIds({ quizId, ids })
    const db = backgroundDatabase(this.env)
    const [learners, [count]] =
      this.count === null ? await batch(db, known, notStarted({ quizId })) : [...(await batch(db, known)), []]
    for (const { id, firstAttemptId, isTakingPart, ...user } of learners) {
      this.names.set(id, displayName(user))
      if (isTakingPart && firstAttemptId !== null) this.startedSince.add(firstAttemptId)
    }
    this.recount(count ?? this.count ?? undefined)
  }

  private notStarted(): number {
    return Math.max(0, (this.count?.learners ?? 0) - this.startedSince.size)
  }

  private async loadOnce(): Promise<void> {
    const { quizId } = this
    const db = backgroundDatabase(this.env)
    const [[count], first] = await batch(
      db,
      notStarted({ quizId }),
      attemptsBefore(page(quizId, Number.MAX_SAFE_INTEGER)),
    )
    const rows = [...first]
    for (let read = first; read.length === ATTEMPTS_PER_TRIP && rows.length < ATTEMPTS_AT_MOST; rows.push(...read))
      [read] = await batch(db, attemptsBefore(page(quizId, rows.at(-1)?.id ?? 0)))
    for (const row of rows) {
      this.names.set(row.userId, displayName(row))
      this.put(toShown(row))
    }
    this.recount(count)
    await this.ask(rows.filter(({ status }) => status === 'in_progress').map(({ id }) => id))
    this.loadedAtMs = Date.now()
  }

  /** A row without its attempt belongs to a start that is still on its way: nothing is answered yet. */
  private async askOne(id: number): Promise<Shown | null> {
    try {
      const report: AttemptReport | null = await attemptObject(this.env, id).watch(this.quizId)
      const row = this.attempts.get(id)
      return report ?? (row?.answered === null ? { ...row, answered: 0 } : null)
    } catch (error) {
      console.error({ event: 'attempt not asked for the exam room', attempt: id, ...describe(error) })
      return null
    }
  }
}

const page = (quizId: number, before: number) => ({ quizId, before, limit: ATTEMPTS_PER_TRIP })

/** As D1 has it. Of a running attempt its object knows more. */
function toShown(row: ShownAttempt): Shown {
  const isRunning = row.status === 'in_progress'
  const [answered, questions, lastAnswerAt]: [number, number, number | null] = JSON.parse(row.responses)
  return {
    attemptId: row.id,
    userId: row.userId,
    status: row.status,
    answered: isRunning ? null : answered,
    questions: isRunning ? row.questions : questions,
    deadlineMs: deadlineMs({
      startedAtMs: row.startedAt * 1000,
      limitMinutes: row.limitMinutes,
      availableUntilMs: row.availableUntil === null ? null : row.availableUntil * 1000,
      extendedMinutes: row.extendedMinutes,
    }),
    lastSeenAt: lastAnswerAt ?? row.startedAt,
    atMs: 0,
  }
}
