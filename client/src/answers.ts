/**
 * The answers of a running attempt. Each is kept on the device before it is sent and until the server has it, so that it
 * survives a lost network and a closed tab. Sequences count on from the answer that is kept, so that a late copy replaces none
 * newer, whichever tab or device it comes from.
 */
import type { Client } from 'openapi-fetch'
import { AttemptClock } from './clock.ts'
import { LearnMoreError } from './errors.ts'
import type { Locks } from './locks.ts'
import type { components, paths } from './schema.ts'
import type { ClientStorage } from './storage.ts'

type Schemas = components['schemas']
/** `openapi-fetch` leaves out fields that are always null. */
type Running<A> = Omit<A, 'completed_at' | 'score'>
type Attempt = Running<Schemas['StartedAttempt']> | Running<Schemas['ResumedAttempt']>
type Unsent = { data: Schemas['ResponseData']; sequence: number; seconds?: number }
/** What the device has of a question: an answer to send or, once it is sent, its sequence, from which every tab counts on. */
type Entry = Unsent | { sequence: number; data?: undefined }

/**
 * Why an answer left the device without the server taking it: a newer one is kept, its feedback was shown, the attempt has
 * ended, or it does not fit the question.
 */
export type Dropped = { question: number; data: Schemas['ResponseData']; error: LearnMoreError }

export type AnswersOptions = {
  /** The server took an answer. */
  onSaved?: (response: Schemas['SavedResponse']) => void
  onDropped?: (dropped: Dropped) => void
  /** How long to wait before answers are sent again after a failure, in milliseconds. */
  retryMs?: number
}
type Means = { api: Client<paths>; storage: ClientStorage; locks: Locks }

export class Answers {
  readonly attempt: Attempt
  readonly clock: AttemptClock
  private readonly means: Means
  private readonly options: AnswersOptions
  /** By question: the sequence that the server is known to keep. */
  private readonly kept = new Map<number, number>()
  private timer: ReturnType<typeof setTimeout> | undefined

  private constructor(attempt: Attempt, means: Means, options: AnswersOptions) {
    this.attempt = attempt
    this.means = means
    this.options = options
    this.clock = new AttemptClock(attempt.time_remaining_seconds)
    const responses = 'responses' in attempt ? attempt.responses : []
    for (const { question, sequence } of responses) this.kept.set(question, sequence ?? 0)
  }

  /** Begins to send what an earlier page left on the device. */
  static of(attempt: Attempt, means: Means, options: AnswersOptions = {}): Answers {
    const answers = new Answers(attempt, means, options)
    network().addEventListener?.('online', answers.sendSoon)
    answers.sendSoon()
    return answers
  }

  private get prefix(): string {
    return `learnmore.answers.${this.attempt.id}.`
  }
  private keyOf = (question: number) => `${this.prefix}${question}`

  /**
   * Keeps an answer on the device and begins to send it.
   * @param seconds how long the learner took
   * @returns once it is kept: a page that closes now loses nothing
   */
  async save(question: number, data: Schemas['ResponseData'], seconds?: number): Promise<void> {
    const { storage, locks } = this.means
    await locks.request(`${this.keyOf(question)}.write`, async () => {
      const earlier = await this.entry(question)
      const sequence = Math.max(this.kept.get(question) ?? 0, earlier?.sequence ?? 0) + 1
      const unsent: Unsent = { data, sequence, ...(seconds !== undefined && { seconds }) }
      await storage.set(this.keyOf(question), JSON.stringify(unsent))
    })
    this.sendSoon()
  }

  /** The answers that the server does not have yet, by question. */
  async pending(): Promise<Map<number, Schemas['ResponseData']>> {
    const pending = new Map<number, Schemas['ResponseData']>()
    for (const question of await this.questions()) {
      const unsent = await this.unsent(question)
      if (unsent) pending.set(question, unsent.data)
    }
    return pending
  }

  /**
   * Sends everything that the server does not have yet.
   * @throws what `fetch` throws while there is no network, and LearnMoreError where the server refuses for now; the answers stay
   */
  flush(): Promise<void> {
    // The tabs of a browser share what is unsent, so one of them sends at a time.
    return this.means.locks.request(`${this.prefix}send`, async () => {
      for (const question of await this.questions()) await this.sendNewest(question)
    })
  }

  /**
   * Hands the attempt in, once the server has all answers.
   * @throws as `flush` does, and then the attempt still runs
   */
  async complete(): Promise<Schemas['EndedAttempt']> {
    await this.flush()
    const { data, error, response } = await this.means.api.POST('/api/courses/quiz-attempts/{id}/complete/', {
      params: { path: { id: this.attempt.id } },
    })
    if (!data) throw new LearnMoreError(response.status, error)
    this.close()
    for (const question of await this.questions()) await this.means.storage.delete(this.keyOf(question))
    return data
  }

  /** Stops sending; what is unsent stays on the device. */
  close(): void {
    clearTimeout(this.timer)
    network().removeEventListener?.('online', this.sendSoon)
  }

  private sendSoon = (): void => {
    clearTimeout(this.timer)
    this.flush().catch(() => {
      this.timer = setTimeout(this.sendSoon, this.options.retryMs ?? 5_000)
    })
  }

  private async questions(): Promise<number[]> {
    const keys = await this.means.storage.keys(this.prefix)
    return keys.map(key => Number(key.slice(this.prefix.length)))
  }

  private async entry(question: number): Promise<Entry | null> {
    const stored = await this.means.storage.get(this.keyOf(question))
    return stored === null ? null : JSON.parse(stored)
  }

  private async unsent(question: number): Promise<Unsent | null> {
    const entry = await this.entry(question)
    return entry?.data === undefined ? null : entry
  }

  private async sendNewest(question: number): Promise<void> {
    for (let unsent = await this.unsent(question); unsent; unsent = await this.unsent(question)) {
      const { data, error, response } = await this.means.api.POST('/api/courses/quiz-attempts/{id}/submit-response/', {
        params: { path: { id: this.attempt.id } },
        body: {
          question,
          response_data: unsent.data,
          sequence: unsent.sequence,
          ...(unsent.seconds !== undefined && { time_spent_seconds: unsent.seconds }),
        },
      })
      if (!data && response.status !== 400 && response.status !== 404) throw new LearnMoreError(response.status, error)
      await this.settle(question, unsent, keptSequence(error))
      if (data) this.options.onSaved?.(data)
      else this.options.onDropped?.({ question, data: unsent.data, error: new LearnMoreError(response.status, error) })
    }
  }

  /**
   * Removes what was sent from the device, unless a newer answer has taken its place meanwhile.
   * @param kept the sequence that the server keeps, where it is ahead of the one that was sent
   */
  private async settle(question: number, sent: Unsent, kept: number): Promise<void> {
    await this.means.locks.request(`${this.keyOf(question)}.write`, async () => {
      const sequence = Math.max(this.kept.get(question) ?? 0, sent.sequence, kept)
      this.kept.set(question, sequence)
      const current = await this.entry(question)
      if (current?.sequence === sent.sequence)
        await this.means.storage.set(this.keyOf(question), JSON.stringify({ sequence }))
    })
  }
}

/** Where a browser says that it is online again; elsewhere nothing does. */
const network = () => globalThis as unknown as Partial<EventTarget>

/** In a refusal of an answer as late: the sequence of the one that is kept, which another device sent. */
function keptSequence(error: unknown): number {
  const { sequence } = (error ?? {}) as { sequence?: number }
  return sequence ?? 0
}
