import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import runbook from '../../docs/operate/operations.md?raw'
import { runCron } from '../../src/cron/run.ts'
import { type Hall, makeHall } from '../factories/classrooms.ts'
import { enrolled } from '../factories/courses.ts'
import { QUESTIONS, rightAnswer } from '../factories/questions.ts'
import { makeUser } from '../factories/users.ts'
import { end, resultOf, startAttempt, started, submit } from '../helpers/attempts.ts'
import { call } from '../helpers/client.ts'
import { letPass, objectOf } from '../helpers/objects.ts'

// The database goes back to an earlier minute, the objects do not: what the runbook says is done, by its own SQL, and what
// the objects know comes back.

const [saving = '', jump = '', askAll = ''] = [...runbook.matchAll(/ {3}```sql\n([\s\S]*?) {3}```/g)].map(
  ([, sql]) => sql,
)

/** The database as it is now; called, it puts all of that back, as D1's Time Travel does. */
async function minute(): Promise<() => Promise<void>> {
  const query = async <R>(sql: string) => (await env.DB.prepare(sql).all<R>()).results
  const schema = await query<{ type: string; name: string; sql: string }>(
    "SELECT type, name, sql FROM sqlite_master WHERE name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'",
  )
  const triggers = schema.filter(({ type }) => type === 'trigger')
  const names = schema
    .filter(({ type, name }) => type === 'table' && !name.startsWith('course_search'))
    .map(({ name }) => name)
  const tables = await Promise.all(
    [...names, 'sqlite_sequence'].map(async name => {
      // Without what is generated from other columns.
      const stored = await query<{ name: string }>(`SELECT name FROM pragma_table_info('${name}')`)
      const columns = stored.map(column => `"${column.name}"`)
      return { name, rows: await query<Record<string, string>>(`SELECT ${columns} FROM ${name}`) }
    }),
  )
  return async () => {
    const statements = [
      'PRAGMA defer_foreign_keys = on',
      ...triggers.map(({ name }) => `DROP TRIGGER ${name}`),
      ...tables.map(({ name }) => `DELETE FROM ${name}`),
    ].map(sql => env.DB.prepare(sql))
    for (const { name, rows } of tables) {
      for (const row of rows) {
        const columns = Object.keys(row)
        const insert = `INSERT INTO ${name} (${columns.map(column => `"${column}"`)}) VALUES (${columns.map(() => '?')})`
        statements.push(env.DB.prepare(insert).bind(...Object.values(row)))
      }
      // Filling the tables has moved it.
      if (name !== 'sqlite_sequence') statements.push(env.DB.prepare('DELETE FROM sqlite_sequence'))
    }
    await env.DB.batch([...statements, ...triggers.map(({ sql }) => env.DB.prepare(sql))])
  }
}

const rowOf = (attempt: { id: number }) =>
  env.DB.prepare('SELECT * FROM attempts WHERE id = ?').bind(attempt.id).first()
const sweep = (inSeconds = 0) => runCron(env, Date.now() + inSeconds * 1000)
const answerRight = async (hall: Hall, attempt: { id: number }, as = hall.learner) => {
  for (const asked of hall.quiz.questions) await submit(attempt, as, asked.id, rightAnswer(asked))
}
const analyticsOf = async (hall: Hall) =>
  (await call('GET', `/api/courses/quizzes/${hall.quiz.id}/analytics/`, { as: hall.instructor })).body
const classmate = async (hall: Hall) => {
  const learner = await makeUser()
  await enrolled(learner, hall.course)
  return learner
}

test('the runbook has the three statements', () => {
  expect(saving).toMatch(/^\s*WITH since/)
  expect(jump).toMatch(/^\s*UPDATE sqlite_sequence SET seq = seq \+ 1000000\s*$/)
  expect(askAll).toMatch(/^\s*UPDATE attempts SET check_at = 0/)
})

describe('by the runbook', () => {
  let hall: Hall
  /** Began before the minute and ended after it; began after it and ended; twice; began after it and runs still. */
  let [before, after, twice, running]: { id: number }[][] = []
  let results: Map<number, unknown>
  let learners: Awaited<ReturnType<typeof makeUser>>[]

  beforeAll(async () => {
    hall = await makeHall({ max_attempts: 0 }, [QUESTIONS.true_false, QUESTIONS.numeric])
    learners = [hall.learner, await classmate(hall), await classmate(hall), await classmate(hall)]
    const begin = (who: number) => started({ quiz: hall.quiz, learner: learners[who] ?? hall.learner })
    before = [await begin(0)]
    const [asked] = hall.quiz.questions
    await submit(before[0] ?? { id: 0 }, hall.learner, asked?.id ?? 0, asked ? rightAnswer(asked) : {})
    const goBack = await minute()

    results = new Map()
    const finish = async (attempt: { id: number }, who: number) => {
      const learner = learners[who] ?? hall.learner
      await answerRight(hall, attempt, learner)
      expect((await end(attempt, learner)).body.score).toBe(100)
      results.set(attempt.id, (await resultOf(attempt, learner)).body)
    }
    await finish(before[0] ?? { id: 0 }, 0)
    after = [await begin(1)]
    await finish(after[0] ?? { id: 0 }, 1)
    twice = []
    for (const _ of [1, 2]) {
      const attempt = await begin(2)
      twice.push(attempt)
      await finish(attempt, 2)
    }
    running = [await begin(3)]

    const minuteAgo = saving.replace(/'\d{4}-[^']+'/, "'now', '-1 minute'")
    const { results: saved } = await env.DB.prepare(minuteAgo).all<{ line: string }>()
    await goBack()
    expect(await rowOf(after[0] ?? { id: 0 }), 'it did go back').toBeNull()
    await env.DB.exec(jump.trim())
    for (let round = 0; round < 3; round += 1) {
      await env.DB.batch([...saved.map(({ line }) => line), askAll].map(sql => env.DB.prepare(sql)))
      await sweep()
    }
  })

  test('every ended attempt has its result again, and once', async () => {
    for (const attempt of [...(before ?? []), ...(after ?? []), ...(twice ?? [])]) {
      expect(await rowOf(attempt)).toMatchObject({ status: 'completed', score_hundredths: 10_000, check_at: null })
      const learner = learners.find(({ id }) => id === (results.get(attempt.id) as { user: number })?.user)
      expect((await resultOf(attempt, learner ?? hall.learner)).body).toEqual(results.get(attempt.id))
    }
    const { attempt_count, average_score } = await analyticsOf(hall)
    expect([attempt_count, average_score]).toEqual([5, 100])
    const kept = await analyticsOf(hall)
    await call('POST', `/api/courses/quizzes/${hall.quiz.id}/recalculate-analytics/`, { as: hall.instructor })
    expect(await analyticsOf(hall)).toEqual(kept)
  })

  test('one that runs goes on and ends as if nothing had been', async () => {
    const [attempt] = running ?? []
    const [, , , learner] = learners
    if (!attempt || !learner) throw new Error('not running')
    await answerRight(hall, attempt, learner)
    expect((await end(attempt, learner)).body).toMatchObject({ status: 'completed', score: 100 })
    expect(await rowOf(attempt)).toMatchObject({ status: 'completed', check_at: null })
  })

  test('a new one gets an id that nobody had', async () => {
    const attempt = await started({ quiz: hall.quiz, learner: hall.learner })
    expect(attempt.id).toBeGreaterThan(1_000_000)
    expect(attempt.responses ?? []).toEqual([])
  })
})

test('when ids are given twice all the same: nobody is handed another’s attempt, or its result', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  const hall = await makeHall({}, [QUESTIONS.true_false])
  const [first, second] = [hall.learner, await classmate(hall)]
  const goBack = await minute()
  const attempt = await started({ quiz: hall.quiz, learner: first })
  await answerRight(hall, attempt)
  await goBack()
  const refused = await startAttempt(hall.quiz, second)
  expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, expect.stringMatching(/^[1-5]$/)])
  expect(log).toHaveBeenCalledWith(expect.objectContaining({ attempt: attempt.id }))
  const next = await startAttempt(hall.quiz, second)
  expect([next.status, next.body.id]).toEqual([201, attempt.id + 1])
  expect((await end(attempt, first)).body).toMatchObject({ status: 'completed', score: 100 })
  expect(await rowOf(attempt), 'nowhere to go').toBeNull()
  expect((await end(next.body, second)).body.score).toBe(0)
  log.mockRestore()

  // A row of the second learner's that names the first one's object: it stays as it is.
  const other = await makeHall({}, [QUESTIONS.true_false])
  const back = await minute()
  const theirs = await started({ quiz: other.quiz, learner: other.learner })
  await answerRight(other, theirs)
  await back()
  await env.DB.prepare('INSERT INTO attempts (id, quiz_id, user_id, started_at, check_at) VALUES (?, ?, ?, 0, 0)')
    .bind(theirs.id, hall.quiz.id, first.id)
    .run()
  await end(theirs, other.learner)
  await sweep()
  expect(await rowOf(theirs)).toMatchObject({ user_id: first.id, status: 'in_progress', score_hundredths: null })
})

test('further back than its object remembers, a row that waits is removed', async () => {
  const hall = await makeHall({}, [QUESTIONS.true_false])
  const attempt = await started(hall)
  const goBack = await minute()
  await end(attempt, hall.learner)
  await letPass(attempt, 86_400_001)
  await runDurableObjectAlarm(objectOf(attempt) as never)
  expect((await objectOf(attempt).look()).kind).toBe('unknown')
  await goBack()
  await sweep(90_000)
  expect(await rowOf(attempt)).toBeNull()
})
