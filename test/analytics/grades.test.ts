import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { app } from '../../src/app.ts'
import { gradeOf } from '../../src/features/analytics/grades/sheet.ts'
import { readRows } from '../../src/features/quizzes/exchange/csv/text.ts'
import { csvLine } from '../../src/http/csv.ts'
import { makeStudiedCourse } from '../factories/classrooms.ts'
import { makeCourse } from '../factories/courses.ts'
import { at, insertAttempt, insertEnrollment, insertModule, insertQuiz, unique } from '../factories/rows.ts'
import { makeInstructor, makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { run } from '../helpers/analytics.ts'
import { call, ORIGIN } from '../helpers/client.ts'
import { counting } from '../helpers/counting.ts'

const exported = (course: { id: number }, as: TestUser | undefined) =>
  call('GET', `/api/courses/${course.id}/grades/export/`, { as })

const parsed = (text: string): string[][] => {
  const { rows, problem } = readRows(text.replace(/^\uFEFF/, ''), {
    delimiter: ',',
    rowsAtMost: 9999,
    cellsAtMost: 999,
  })
  expect(problem).toBeNull()
  return rows.map(({ cells }) => cells)
}
/** The file as its reader has it: the heading's cells and the rows'. */
async function sheet(course: { id: number }, as: TestUser) {
  const { status, text } = await exported(course, as)
  expect(status, text).toBe(200)
  const [heading = [], ...rows] = parsed(text)
  return { heading, rows }
}

describe('a course’s grades', () => {
  test('a line for each enrollment, a column for each quiz', async () => {
    const room = await makeStudiedCourse()
    const { owner, course, first, second, hidden, ada, bob, cyd, dan, enrollments } = room
    const quiz = await insertQuiz(second, { title: 'Loops' })
    const essays = await insertQuiz(first, { title: 'Essay' })
    const withdrawn = await insertQuiz(hidden, { title: 'Withdrawn' })
    await insertQuiz(hidden, { title: 'Nobody has seen it' })
    await insertQuiz(first, { title: 'Nor this', is_published: 0 })
    const survey = await insertQuiz(first, { title: 'Survey', is_survey: 1 })
    const deleted = await insertQuiz(first, { title: 'Deleted', deleted_at: 1 })
    const inDeleted = await insertQuiz(await insertModule(course.id, { deleted_at: 1 }), {
      title: 'Below a deleted one',
    })

    const score = (score_hundredths: number) => ({ score_hundredths })
    await insertAttempt(quiz, ada.id, enrollments.ada, score(6_667))
    await insertAttempt(quiz, ada.id, enrollments.ada, score(10_000))
    await insertAttempt(quiz, bob.id, enrollments.bob, { status: 'timed_out', ...score(0) })
    await insertAttempt(quiz, dan.id, enrollments.dan, score(4_005))
    await insertAttempt(essays, bob.id, enrollments.bob, { ...score(2_500), pending_grading: 2 })
    await insertAttempt(withdrawn, bob.id, enrollments.bob, score(3_000))
    // What is no grade: running, abandoned, a preview, a survey, what was deleted.
    await insertAttempt(quiz, cyd.id, enrollments.cyd, { status: 'abandoned' })
    await insertAttempt(quiz, cyd.id, enrollments.cyd, { status: 'in_progress', completed_at: null })
    await insertAttempt(quiz, cyd.id, enrollments.cyd, { is_preview: 1, ...score(9_000) })
    for (const none of [survey, deleted, inDeleted]) await insertAttempt(none, cyd.id, enrollments.cyd, score(5_000))
    // Elsewhere.
    const other = await makeCourse(owner)
    await insertAttempt(
      await insertQuiz(await insertModule(other.id)),
      ada.id,
      await insertEnrollment(ada.id, other.id),
      score(1),
    )

    const answer = await exported(course, owner)
    expect(answer.headers.get('Content-Type')).toBe('text/csv; charset=utf-8')
    expect(answer.headers.get('Content-Disposition')).toBe(`attachment; filename="grades-${course.slug}.csv"`)
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    expect(parsed(answer.text)).toEqual([
      [
        ...['user', 'username', 'user_name', 'status', 'progress'],
        ...[`Essay (${essays})`, `Loops (${quiz})`, `Withdrawn (${withdrawn})`],
      ],
      [String(ada.id), ada.username, 'Ada Byron', 'completed', '100', '', '100', ''],
      [String(bob.id), bob.username, bob.username, 'active', '50', 'pending', '0', '30'],
      [String(cyd.id), cyd.username, cyd.username, 'active', '0', '', '', ''],
      [String(dan.id), dan.username, dan.username, 'dropped', '50', '', '40.05', ''],
    ])
    expect(answer.text).not.toContain('@')
    expect((await exported(course, await makeStaff())).text).toBe(answer.text)
  })

  test('of nobody in a course without quizzes: the heading', async () => {
    const owner = await makeInstructor()
    const { heading, rows } = await sheet(await makeCourse(owner, { status: 'draft' }), owner)
    expect({ heading, rows }).toEqual({ heading: ['user', 'username', 'user_name', 'status', 'progress'], rows: [] })
  })

  test('quizzes in the order of their modules, equal titles told apart', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner)
    const [late, early] = [await insertModule(course.id, { order: 2 }), await insertModule(course.id, { order: 1 })]
    const ids = []
    for (const module of [late, early, early]) ids.push(await insertQuiz(module, { title: 'Quiz' }))
    expect((await sheet(course, owner)).heading.slice(5)).toEqual([ids[1], ids[2], ids[0]].map(id => `Quiz (${id})`))
  })
})

describe('the grade that stands', () => {
  const scores = [5_000, 9_000, 6_001]
  test.each([
    ['highest', [0, 0, 0], 90],
    ['latest', [0, 0, 0], 60.01],
    ['average', [0, 0, 0], 66.67],
    ['highest', [0, 1, 0], 'pending'],
    ['highest', [0, 0, 3], 'pending'],
    ['average', [1, 0, 0], 'pending'],
    ['latest', [1, 1, 0], 60.01],
    ['latest', [0, 0, 1], 'pending'],
  ] as const)('%s, essays waiting %j: %s', (policy, waiting, expected) => {
    expect(gradeOf(policy, { scores, waiting: [...waiting] })).toBe(expected)
  })

  test('whatever attempts there are, every cell equals a recount', async () => {
    const owner = await makeInstructor()
    const learners = await Promise.all(Array.from({ length: 3 }, () => makeUser()))
    const attempt = fc.record({
      quiz: fc.nat(2),
      learner: fc.nat(2),
      score: fc.option(fc.nat(10_000)),
      preview: fc.nat(9).map(n => n === 0),
      waiting: fc.nat(7).map(n => Math.max(0, n - 5)),
      endedAt: fc.nat(4),
    })
    const policies = ['highest', 'latest', 'average'] as const
    await fc.assert(
      fc.asyncProperty(fc.array(attempt, { maxLength: 40 }), async attempts => {
        const course = await makeCourse(owner)
        const module = await insertModule(course.id)
        const quizzes = []
        for (const grading_policy of policies) quizzes.push(await insertQuiz(module, { grading_policy }))
        const enrollments = []
        for (const { id } of learners) enrollments.push(await insertEnrollment(id, course.id))
        for (const { quiz, learner, score, preview, waiting, endedAt } of attempts) {
          await insertAttempt(quizzes[quiz] ?? 0, learners[learner]?.id ?? 0, enrollments[learner] ?? 0, {
            status: score === null ? 'abandoned' : 'completed',
            completed_at: at('2026-03-05') + endedAt,
            score_hundredths: score,
            is_preview: preview ? 1 : 0,
            pending_grading: score === null ? 0 : waiting,
          })
        }
        const cells = learners.map((_, learner) =>
          policies.map((policy, quiz) => {
            // Only the last of equal ends was inserted last: the sort keeps their order.
            const ended = attempts
              .filter(a => a.quiz === quiz && a.learner === learner && !a.preview)
              // An abandoned attempt is never the highest, and a 0 otherwise.
              .filter(({ score }) => policy !== 'highest' || score !== null)
              .sort((one, two) => one.endedAt - two.endedAt)
            if (ended.length === 0) return ''
            const decide = policy === 'latest' ? ended.slice(-1) : ended
            let [best, sum] = [0, 0]
            for (const { score, waiting } of decide) {
              if (waiting > 0 && score !== null) return 'pending'
              best = Math.max(best, score ?? 0)
              sum += score ?? 0
            }
            return String(policy === 'average' ? Math.round(sum / decide.length) / 100 : best / 100)
          }),
        )
        expect((await sheet(course, owner)).rows.map(row => row.slice(5))).toEqual(cells)
      }),
      { numRuns: 15, endOnFailure: true },
    )
  }, 60_000)
})

describe('a file no spreadsheet takes for formulas', () => {
  test('titles and names as hostile as they come are still one cell each', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner)
    const module = await insertModule(course.id)
    const titles = ["=cmd|' /C calc'!A0", '"; DROP', 'One,\r\ntwo "2"\n=3', '@SUM(A1)', '＝1+1', 'x;=1+1;y', '-']
    const ids = []
    for (const title of titles) ids.push(await insertQuiz(module, { title }))
    const mallory = await makeUser({ firstName: '=HYPERLINK("http://evil.example";"Grade")', lastName: '\t+1' })
    await insertEnrollment(mallory.id, course.id)
    const { heading, rows } = await sheet(course, owner)
    const [cmd, drop, lines, sum, wide, locale, dash] = ids
    expect(heading.slice(5)).toEqual([
      `'=cmd|' /C calc'!A0 (${cmd})`,
      `"; DROP (${drop})`,
      `One,\r\ntwo "2"\n'=3 (${lines})`,
      `'@SUM(A1) (${sum})`,
      `'＝1+1 (${wide})`,
      `x;'=1+1;y (${locale})`,
      `'- (${dash})`,
    ])
    expect(rows).toHaveLength(1)
    expect(rows[0]).toHaveLength(heading.length)
    expect(rows[0]?.[2]).toBe(`'=HYPERLINK("http://evil.example";"Grade") \t+1`)
  })

  test('whatever the text, a cell is read back as it was, or with apostrophes, and begins nothing a spreadsheet computes', () => {
    const dangerous = /(^|[;\r\n])\s*[=+\-@＝＋－＠|%]/
    const text = fc.string({ unit: fc.constantFrom(...'=+-@|%;,"\'\t\r\n a1＝') })
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), cells => {
        const [row = []] = parsed(csvLine(['x', ...cells]))
        expect(row.slice(1).map(cell => cell.replaceAll("'", ''))).toEqual(cells.map(cell => cell.replaceAll("'", '')))
        for (const cell of row) expect(cell).not.toMatch(dangerous)
        for (const [place, cell] of cells.entries())
          if (!/[=+\-@|%\t\r＝]/.test(cell)) expect(row[place + 1]).toBe(cell)
      }),
    )
  })
})

describe('streaming', () => {
  test('what nobody takes is not read', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner)
    const name = unique('stream')
    await run(
      `INSERT INTO users (username, username_key, email, email_key, created_at, updated_at)
       WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
       SELECT '${name}-' || i, '${name}-' || i, '${name}-' || i, '${name}-' || i, 0, 0 FROM n`,
    )
    await run(
      `INSERT INTO enrollments (user_id, course_id, enrolled_at) SELECT id, ?, 0 FROM users WHERE username_key LIKE ? || '-%'`,
      course.id,
      name,
    )
    const { env: counted, counts } = counting()
    const request = new Request(`${ORIGIN}/api/courses/${course.id}/grades/export/`, {
      headers: { Authorization: `Bearer ${owner.token}`, 'CF-Connecting-IP': '2001:db8::77' },
    })
    const response = await app.fetch(request, { ...env, ...counted }, createExecutionContext())
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    let taken = ''
    // The byte order mark, the heading, the first page.
    for (let n = 0; n < 3; n++) taken += new TextDecoder().decode((await reader.read()).value)
    expect(taken.split('\r\n')).toHaveLength(1 + 1_000 + 1)
    await reader.cancel()
    expect(counts.d1Trips).toBeLessThanOrEqual(2)
    expect((await sheet(course, owner)).rows).toHaveLength(5_000)
  })
})

describe('who may', () => {
  test('whoever may not gets a refusal and not the beginning of a file', async () => {
    const { owner, course, ada } = await makeStudiedCourse()
    const other = await makeInstructor()
    const json = 'application/json'
    const refusal = async (as: TestUser | undefined, id = course.id) => {
      const { status, headers, body } = await exported({ id }, as)
      expect(headers.get('Content-Type')).toContain(json)
      expect(body).toHaveProperty('detail')
      return status
    }
    expect(await refusal(undefined)).toBe(401)
    for (const stranger of [ada, other, await makeUser()]) expect(await refusal(stranger)).toBe(403)
    expect(await refusal(owner, 999_999_999)).toBe(404)
    // Nothing of the class is read for them.
    const { env: counted, counts } = counting()
    await call('GET', `/api/courses/${course.id}/grades/export/`, { as: other, env: counted })
    expect(counts.rowsRead).toBeLessThan(12)

    await run('UPDATE users SET is_instructor = 0 WHERE id = ?', owner.id)
    expect(await refusal(owner)).toBe(403)
    await run('UPDATE users SET is_instructor = 1, is_active = 0 WHERE id = ?', owner.id)
    expect(await refusal(owner)).toBe(401)
    await run('UPDATE users SET is_active = 1 WHERE id = ?', owner.id)
    await call('PATCH', `/api/courses/${course.id}/`, { as: owner, body: { status: 'archived' } })
    expect([await refusal(ada), await refusal(other)]).toEqual([403, 404])
    expect((await exported(course, owner)).status).toBe(200)
    await call('DELETE', `/api/courses/${course.id}/`, { as: owner })
    expect(await refusal(owner)).toBe(404)
  })
})
