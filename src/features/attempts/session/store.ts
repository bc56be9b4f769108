/** The storage of an attempt's object: terms, state, questions and answers. */
import type { ActKey } from '../../../http/idempotency.ts'
import type { ExtensionAct } from '../extensions/acts.ts'
import type { EndStatus, KeptAnswer } from './outcome.ts'
import type { Snapshot, SnapshotQuestion, Terms } from './snapshot.ts'

export type State = {
  startedAtMs: number
  extendedMinutes: number
  end: { status: EndStatus; atMs: number } | null
  /** Unix milliseconds at which D1 confirmed the result. */
  persistedAtMs: number | null
  failedDeliveries: number
  /** Whether anybody watched the exam room when the attempt last heard of it. Absent where an older version began it. */
  isWatched?: boolean
  /** Extensions that the audit does not have. Absent where an older version began the attempt. */
  extensionActs?: ExtensionAct[]
}
export type Known = { terms: Terms; state: State }
export type Asked = SnapshotQuestion & { place: number; earlier: KeptAnswer | undefined; earlierBytes: number }

/** An act that came with an `Idempotency-Key`, and the reply to it. */
type Act = { fingerprint: string; reply: unknown }
/** More than a learner and an instructor do in one attempt; the oldest are forgotten first. */
const ACTS_KEPT = 1_000

export class AttemptStore {
  private known: Known | undefined
  private sum: number | undefined
  private readonly storage: DurableObjectStorage

  constructor(storage: DurableObjectStorage) {
    this.storage = storage
  }

  /** Only reads, so that a guessed id costs no storage; null when no attempt ever began here. */
  load(): Known | null {
    if (this.known) return this.known
    const terms = this.storage.kv.get<Terms>('terms')
    const state = this.storage.kv.get<State>('state')
    if (!terms || !state) return null
    this.known = { terms, state }
    return this.known
  }

  /** Writes everything in one transaction. */
  begin({ terms, questions }: Snapshot, startedAtMs: number): void {
    const state: State = { startedAtMs, extendedMinutes: 0, end: null, persistedAtMs: null, failedDeliveries: 0 }
    this.storage.transactionSync(() => {
      this.storage.sql.exec(`
        CREATE TABLE questions (question_id INTEGER PRIMARY KEY, place INTEGER NOT NULL, body TEXT NOT NULL);
        CREATE TABLE answers (place INTEGER PRIMARY KEY, bytes INTEGER NOT NULL, body TEXT NOT NULL);
      `)
      questions.forEach((asked, place) => {
        const body = JSON.stringify(asked)
        this.storage.sql.exec('INSERT INTO questions VALUES (?, ?, ?)', asked.questionId, place, body)
      })
      this.storage.kv.put('terms', terms)
      this.storage.kv.put('state', state)
    })
    this.known = { terms, state }
  }

  change(known: Known, changed: Partial<State>): void {
    Object.assign(known.state, changed)
    this.storage.kv.put('state', known.state)
  }

  async deleteAll(): Promise<void> {
    this.known = undefined
    this.sum = undefined
    await this.storage.deleteAll()
  }

  questions(): SnapshotQuestion[] {
    return this.bodies('SELECT body FROM questions ORDER BY place')
  }

  /** A question by its id, with its place in the attempt and its kept answer; null when the attempt does not ask it. */
  askedAs(questionId: number): Asked | null {
    const query = `SELECT place, questions.body AS question, answers.body AS answer, bytes
      FROM questions LEFT JOIN answers USING (place) WHERE question_id = ?`
    type Row = { place: number; question: string; answer: string | null; bytes: number | null }
    const [row] = this.storage.sql.exec<Row>(query, questionId).toArray()
    if (!row) return null
    const earlier = row.answer === null ? undefined : JSON.parse(row.answer)
    return { ...JSON.parse(row.question), place: row.place, earlier, earlierBytes: row.bytes ?? 0 }
  }

  /** The kept answers, each with its question. */
  answered(): { asked: SnapshotQuestion; answer: KeptAnswer }[] {
    const query = `SELECT questions.body AS question, answers.body AS answer
      FROM questions JOIN answers USING (place) ORDER BY place`
    return this.storage.sql
      .exec<{ question: string; answer: string }>(query)
      .toArray()
      .map(({ question, answer }) => ({ asked: JSON.parse(question), answer: JSON.parse(answer) }))
  }

  answers(): KeptAnswer[] {
    return this.bodies('SELECT body FROM answers ORDER BY place')
  }

  /** How many questions have a kept answer, of how many, and when the newest of these was submitted, in Unix seconds. */
  progress(): { answered: number; questions: number; lastAnswerAt: number | null } {
    const query = `SELECT count(*) AS answered, (SELECT count(*) FROM questions) AS questions,
      max(body ->> 'submittedAt') AS lastAnswerAt FROM answers`
    return this.storage.sql.exec<{ answered: number; questions: number; lastAnswerAt: number | null }>(query).one()
  }

  /** The act that came with this key; null for none. */
  actBy(key: string): Act | null {
    const query = 'SELECT fingerprint, reply FROM acts WHERE key = ?'
    const [act] = this.acts().exec<{ fingerprint: string; reply: string }>(query, key).toArray()
    return act ? { fingerprint: act.fingerprint, reply: JSON.parse(act.reply) } : null
  }

  /** In the transaction of the act, because nothing is awaited between them. */
  keepAct({ key, fingerprint }: ActKey, reply: object | null): void {
    const sql = this.acts()
    sql.exec('INSERT INTO acts VALUES (?, ?, ?)', key, fingerprint, JSON.stringify(reply))
    sql.exec('DELETE FROM acts WHERE rowid <= (SELECT max(rowid) FROM acts) - ?', ACTS_KEPT)
  }

  /** Most attempts never see a key. */
  private acts(): SqlStorage {
    const { sql } = this.storage
    sql.exec('CREATE TABLE IF NOT EXISTS acts (key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, reply TEXT NOT NULL)')
    return sql
  }

  /** The bytes of all answers together. Summed once in the object's life, because only `saveAnswer` changes them. */
  bytes(): number {
    this.sum ??= this.storage.sql.exec<{ n: number }>('SELECT coalesce(sum(bytes), 0) AS n FROM answers').one().n
    return this.sum
  }

  saveAnswer(answer: KeptAnswer, bytes: number, { earlierBytes }: Pick<Asked, 'earlierBytes'>): void {
    const sum = this.bytes() + bytes - earlierBytes
    this.storage.sql.exec(
      'INSERT INTO answers VALUES (?1, ?2, ?3) ON CONFLICT (place) DO UPDATE SET bytes = ?2, body = ?3',
      answer.place,
      bytes,
      JSON.stringify(answer),
    )
    this.sum = sum
  }

  private bodies<T>(query: string): T[] {
    return this.storage.sql
      .exec<{ body: string }>(query)
      .toArray()
      .map(({ body }) => JSON.parse(body))
  }
}
