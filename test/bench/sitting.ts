/** One learner's exam day, and what it must have come to afterwards. */
import { isDeepStrictEqual } from 'node:util'
import { GRACE_MS } from '../../src/features/attempts/session/clock.ts'
import { EXAM_QUIZ, type Person, someAnswer } from './hall.ts'
import { type Answer, type Client, insist, Timings, wait } from './load.ts'

/** Each a tenth of all, but for `vanish extended`, which is half of those who vanish; the others just sit the exam. */
export type Part = 'ordinary' | 'vanish' | 'vanish extended' | 'twice' | 'extended'

export function partOf(place: number): Part {
  if (place % 20 === 0) return 'vanish extended'
  if (place % 10 === 0) return 'vanish'
  if (place % 10 === 1) return 'twice'
  return place % 10 === 2 ? 'extended' : 'ordinary'
}

/** What the whole day came to. */
export class Day {
  readonly starts = new Timings()
  readonly answers = new Timings()
  readonly ends = new Timings()
  readonly extensions = new Timings()
  /** Calls that had to be made again, by status; 0 is a connection that broke, 500 one between proxy and runtime too. */
  readonly repeated = new Map<number, number>()
  readonly lost: string[] = []
  readonly doubled: string[] = []
  readonly wrongEnds: string[] = []
  outOfTime = 0
}

export type Exam = {
  client: Client
  instructor: Person
  limitMs: number
  extensionMinutes: number
  /** Mean time between two answers. */
  thinkMs: number
  /** How often a call is made at most, where that is not what a good client does. */
  tries?: number
  day: Day
}

const attemptPath = (id: number, action = '') => `/api/courses/quiz-attempts/${id}/${action}`

export class Sitting {
  readonly part: Part
  readonly learner: Person
  attemptId = 0
  private readonly exam: Exam
  /** It started then or up to a second later. */
  private startedAtMs = 0
  private extendedMs = 0
  /** By question, as acknowledged. */
  private readonly acknowledged = new Map<number, object>()
  private right = 0
  private ended: { status: string; completed_at: string; score: number } | undefined

  constructor(exam: Exam, learner: Person, part: Part) {
    this.exam = exam
    this.learner = learner
    this.part = part
  }

  get vanishes(): boolean {
    return this.part === 'vanish' || this.part === 'vanish extended'
  }

  /** Deadline plus grace: from then on the attempt is over. Never later than the server's own. */
  get dueMs(): number {
    return this.startedAtMs + this.exam.limitMs + this.extendedMs + GRACE_MS
  }

  async sit(): Promise<void> {
    const questions = await this.start()
    const leavesAt = this.vanishes ? Math.floor(questions.length / 4 + (Math.random() * questions.length) / 2) : null
    for (const [place, question] of questions.entries()) {
      await wait(this.exam.thinkMs * (0.5 + Math.random()))
      if (place === leavesAt) return
      if (place === 3 && this.part.endsWith('extended')) await this.extend()
      // The time granted is used: the last answer comes when the attempt would have been over without it.
      if (place === questions.length - 1 && this.part === 'extended') await this.outwait()
      if (!(await this.answer(question))) return
    }
    await this.complete()
  }

  /** A double click starts twice. @returns the questions. @throws when the attempt does not run */
  async start() {
    const before = Date.now()
    const path = `/api/courses/quizzes/${EXAM_QUIZ}/start-attempt/`
    const started = await this.twice(() => this.call(this.exam.day.starts, path))
    const [first] = started
    if (!first || started.some(({ status }) => status !== 200 && status !== 201))
      throw new Error(`no start: ${started.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)}`)
    if (started.some(({ body }) => body.id !== first.body.id) || started.filter(isNew).length > 1)
      this.exam.day.doubled.push(`learner ${this.learner.id}: ${started.map(({ status, body }) => [status, body.id])}`)
    this.attemptId = first.body.id
    this.startedAtMs = Math.max(before, Date.parse(first.body.started_at))
    return first.body.questions as { id: number }[]
  }

  /** @returns whether it was taken; not when time ran out */
  async answer(question: { id: number }): Promise<boolean> {
    const body = { question: question.id, response_data: someAnswer(question), time_spent_seconds: 1 }
    const path = attemptPath(this.attemptId, 'submit-response/')
    const answers = await this.twice(() => this.call(this.exam.day.answers, path, body))
    const taken = answers.find(({ status }) => status === 200)
    if (taken) {
      this.acknowledged.set(question.id, body.response_data)
      if (taken.body.is_correct) this.right += 1
    }
    const refused = answers.filter(({ status }) => status !== 200)
    if (refused.length === 0) return true
    // A slow machine: the server refuses what comes too late, and nothing is lost by it.
    if (refused.every(({ status }) => status === 400) && Date.now() >= this.dueMs) this.exam.day.outOfTime += 1
    else this.exam.day.lost.push(`attempt ${this.attemptId}, ${this.part}: ${JSON.stringify(refused)}`)
    return false
  }

  async complete(): Promise<void> {
    const path = attemptPath(this.attemptId, 'complete/')
    const ends = await this.twice(() => this.call(this.exam.day.ends, path))
    const [first] = ends
    if (first?.status !== 200 || ends.some(end => !isDeepStrictEqual(end, first))) this.endedWrongly(ends)
    else this.ended = first.body
  }

  private async extend(): Promise<void> {
    const { day, instructor, extensionMinutes } = this.exam
    const body = { additional_minutes: extensionMinutes }
    const path = attemptPath(this.attemptId, 'grant-extension/')
    const { status, body: extended } = await day.extensions.time(() =>
      this.exam.client.post(path, { token: instructor.token, body }),
    )
    if (status === 200) this.extendedMs = extended.extended_minutes * 60_000
    else if (status !== 400 || Date.now() < this.dueMs) this.endedWrongly({ status, extended })
  }

  private async outwait(): Promise<void> {
    await wait(this.dueMs - this.extendedMs + 2_000 - Date.now())
  }

  /** Held against the result that the API gives once D1 has it. */
  async verify(): Promise<void> {
    const { day, client } = this.exam
    const path = attemptPath(this.attemptId, 'result/')
    const { status, body } = await insist(() => client.get(path, { token: this.learner.token }), day.repeated)
    if (status !== 200) {
      this.endedWrongly({ status, body })
      return
    }
    type Response = { question: number; response_data: object }
    const kept = new Map(body.responses.map((one: Response) => [one.question, one.response_data]))
    for (const [question, answer] of this.acknowledged) {
      if (!isDeepStrictEqual(kept.get(question), answer))
        day.lost.push(
          `attempt ${this.attemptId}, question ${question}: ${JSON.stringify([answer, kept.get(question)])}`,
        )
    }
    const isAsAnswered = this.ended
      ? (['status', 'completed_at', 'score'] as const).every(name => body[name] === this.ended?.[name])
      : body.status === 'timed_out'
    const limitMs = this.exam.limitMs + this.extendedMs
    const isInTime =
      body.status === 'timed_out'
        ? Date.parse(body.completed_at) === Date.parse(body.started_at) + limitMs
        : Date.parse(body.completed_at) <= Date.parse(body.started_at) + limitMs
    const isScored = body.score === Math.round((this.right / body.responses.length) * 10_000) / 100
    if (!isAsAnswered || !isInTime || !isScored) this.endedWrongly({ ...body, responses: undefined, right: this.right })
  }

  private endedWrongly(how: unknown): void {
    this.exam.day.wrongEnds.push(`attempt ${this.attemptId}, ${this.part}: ${JSON.stringify(how)}`)
  }

  private twice(call: () => Promise<Answer>): Promise<Answer[]> {
    return Promise.all(this.part === 'twice' ? [call(), call()] : [call()])
  }

  /** Each try is timed. */
  private call(timings: Timings, path: string, body?: object): Promise<Answer> {
    const { client, day, tries } = this.exam
    return insist(() => timings.time(() => client.post(path, { token: this.learner.token, body })), day.repeated, tries)
  }
}

const isNew = ({ status }: Answer) => status === 201
