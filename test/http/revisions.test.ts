import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { makeHall } from '../factories/classrooms.ts'
import { makeCode } from '../factories/qr-codes.ts'
import { QUESTIONS } from '../factories/questions.ts'
import { makeUser } from '../factories/users.ts'
import { started } from '../helpers/attempts.ts'
import { call } from '../helpers/client.ts'
import { betweenTrips, faultyDatabase } from '../helpers/faults.ts'

// What people edit carries an `ETag` of its revision and its body; an `If-Match` that no longer fits changes nothing.

const CHANGED = [412, { detail: 'It was changed meanwhile.', code: 'changed_meanwhile' }]

/** Everything that has a revision, with a change of it that is always another one. */
async function revisedThings() {
  const hall = await makeHall({}, [QUESTIONS.true_false])
  const code = await makeCode(hall.instructor, { type: 'attendance', target_id: hall.module.id })
  let changes = 0
  const title = () => `Changed ${++changes}`
  const things = {
    course: { path: `/api/courses/${hall.course.id}/`, change: () => ({ title: title() }) },
    module: { path: `/api/modules/${hall.module.id}/`, change: () => ({ title: title() }) },
    quiz: { path: `/api/quizzes/${hall.quiz.id}/`, change: () => ({ title: title() }) },
    question: { path: `/api/questions/${hall.quiz.questions[0]?.id}/`, change: () => ({ text: title() }) },
    code: { path: `/api/qr-codes/codes/${code.id}/`, change: () => ({ max_scans: 10 + ++changes }) },
  }
  return { hall, things }
}
const KINDS = ['course', 'module', 'quiz', 'question', 'code'] as const
const revisionOf = (etag: string | null) => Number(/^"(\d+)\.[\w-]+"$/.exec(etag ?? '')?.[1])

describe.each(KINDS)('%s', kind => {
  test('an answer that the client has is 304 without a body', async () => {
    const { hall, things } = await revisedThings()
    const { path, change } = things[kind]
    const as = hall.instructor
    const first = await call('GET', path, { as })
    const etag = first.headers.get('ETag') ?? ''
    expect(revisionOf(etag)).toBeGreaterThanOrEqual(1)
    for (const header of [etag, `W/${etag}`, `"0.x", ${etag}`]) {
      const again = await call('GET', path, { as, headers: { 'If-None-Match': header } })
      expect([again.status, again.text, again.headers.get('ETag')], header).toEqual([304, '', etag])
    }
    // The revision alone is not the whole of it.
    const other = await call('GET', path, { as, headers: { 'If-None-Match': `"${revisionOf(etag)}.other"` } })
    expect(other.status).toBe(200)
    await call('PATCH', path, { as, body: change() })
    const changed = await call('GET', path, { as, headers: { 'If-None-Match': etag } })
    expect([changed.status, revisionOf(changed.headers.get('ETag'))]).toEqual([200, revisionOf(etag) + 1])
  })

  test('a change heeds the revision that was read, and answers with the new one', async () => {
    const { hall, things } = await revisedThings()
    const { path, change } = things[kind]
    const as = hall.instructor
    const etag = (await call('GET', path, { as })).headers.get('ETag') ?? ''
    const patch = (ifMatch: string, body: object = change()) =>
      call('PATCH', path, { as, body, headers: { 'If-Match': ifMatch } })
    const saved = await patch(etag)
    expect([saved.status, revisionOf(saved.headers.get('ETag'))]).toEqual([200, revisionOf(etag) + 1])
    const before = (await call('GET', path, { as })).text
    for (const stale of [etag, `W/${etag}`, '"0.x"', '"nonsense"', 'nonsense', '"999999999999999999999.x"'])
      expect([(await patch(stale)).status, (await patch(stale)).body], stale).toEqual(CHANGED)
    const removed = await call('DELETE', path, { as, headers: { 'If-Match': etag } })
    expect([removed.status, removed.body]).toEqual(CHANGED)
    expect((await call('GET', path, { as })).text, 'nothing was changed').toBe(before)
    // What stands behind the dot does not matter to a writer, nor does the header `*`.
    expect((await patch(`"${revisionOf(saved.headers.get('ETag'))}.another"`)).status).toBe(200)
    expect((await patch('*')).status).toBe(200)
    expect((await patch('"1.x", "4.x"')).status).toBe(200)
    const last = (await call('GET', path, { as })).headers.get('ETag') ?? ''
    expect((await call('DELETE', path, { as, headers: { 'If-Match': last } })).status).toBe(204)
  })

  test('of two who save at once with what they read, one hears of the other', async () => {
    const { hall, things } = await revisedThings()
    const { path, change } = things[kind]
    const as = hall.instructor
    const etag = (await call('GET', path, { as })).headers.get('ETag') ?? ''
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => call('PATCH', path, { as, body: change(), headers: { 'If-Match': etag } })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412, 412])
    expect(revisionOf((await call('GET', path, { as })).headers.get('ETag'))).toBe(revisionOf(etag) + 1)
  })

  test('a change between reading and writing is seen by the write', async () => {
    const { hall, things } = await revisedThings()
    const { path, change } = things[kind]
    const as = hall.instructor
    const etag = (await call('GET', path, { as })).headers.get('ETag') ?? ''
    const DB = faultyDatabase(betweenTrips(() => call('PATCH', path, { as, body: change() })))
    const late = await call('PATCH', path, { as, body: change(), headers: { 'If-Match': etag }, env: { DB } })
    expect([late.status, late.body]).toEqual(CHANGED)
  })

  test('a change that changes nothing heeds it too, and raises nothing', async () => {
    const { hall, things } = await revisedThings()
    const { path, change } = things[kind]
    const as = hall.instructor
    const body = change()
    const saved = await call('PATCH', path, { as, body })
    const etag = saved.headers.get('ETag') ?? ''
    const same = await call('PATCH', path, { as, body, headers: { 'If-Match': etag } })
    expect([same.status, revisionOf(same.headers.get('ETag'))]).toEqual([200, revisionOf(etag)])
    const stale = await call('PATCH', path, { as, body, headers: { 'If-Match': '"0.x"' } })
    expect([stale.status, stale.body]).toEqual(CHANGED)
  })
})

test('what learners do makes no editor’s save fail', async () => {
  const { hall, things } = await revisedThings()
  const as = hall.instructor
  const tags = await Promise.all(
    KINDS.map(async kind => (await call('GET', things[kind].path, { as })).headers.get('ETag')),
  )
  const learner = await makeUser()
  expect((await call('POST', `/api/courses/${hall.course.slug}/enroll/`, { as: learner })).status).toBe(201)
  await started({ quiz: hall.quiz, learner })
  const { uuid } = (await call('GET', things.code.path, { as })).body
  expect((await call('POST', '/api/qr-codes/scans/', { as: learner, body: { qr_code_uuid: uuid } })).status).toBe(201)
  for (const [place, kind] of KINDS.entries()) {
    const { path, change } = things[kind]
    const saved = await call('PATCH', path, { as, body: change(), headers: { 'If-Match': tags[place] ?? '' } })
    expect(saved.status, kind).toBe(200)
  }
})

test('every column of a revised table is counted, or known to be none of what people write', async () => {
  const NOT_WRITTEN: Record<string, string[]> = {
    courses: [
      'search_title',
      'search_description',
      'search_version',
      'active_count',
      'completed_count',
      'dropped_count',
    ],
    modules: ['course_id'],
    quizzes: ['module_id'],
    questions: ['quiz_id'],
    qr_codes: [
      ...['uuid', 'batch_id', 'type', 'target_id', 'course_id', 'created_by'],
      ...['scan_count', 'invalid_scan_count', 'is_expired', 'is_live'],
    ],
  }
  for (const [table, others] of Object.entries(NOT_WRITTEN)) {
    const { results } = await env.DB.prepare('SELECT name FROM pragma_table_info(?)')
      .bind(table)
      .all<{ name: string }>()
    const trigger = await env.DB.prepare("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?")
      .bind(`${table}_revised`)
      .first<string>('sql')
    const counted =
      /UPDATE OF ([\w", ]+) ON/
        .exec(trigger ?? '')?.[1]
        ?.replaceAll('"', '')
        .split(', ') ?? []
    const known = [...counted, ...others, 'id', 'revision', 'created_at', 'updated_at']
    expect(
      results.map(({ name }) => name).filter(name => !known.includes(name)),
      table,
    ).toEqual([])
  }
})
