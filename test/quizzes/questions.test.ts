import { env } from 'cloudflare:workers'
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batch } from '../../src/db/batch.ts'
import { backgroundDatabase } from '../../src/db/client.ts'
import { type Names, statement } from '../../src/db/statement.ts'
import { newQuestion } from '../../src/features/quizzes/questions/build.ts'
import { lacksKey } from '../../src/features/quizzes/questions/missing-key.ts'
import { missingKey, QUESTION_TYPES, type Question, toColumns } from '../../src/features/quizzes/questions/question.ts'
import { makeClassroom } from '../factories/classrooms.ts'
import { inputs } from '../factories/question-arbitraries.ts'
import { oneOfEach } from '../factories/questions.ts'
import { makeQuestion, makeQuiz } from '../factories/quizzes.ts'
import { insertAttempt, insertResponse } from '../factories/rows.ts'
import type { TestUser } from '../factories/users.ts'
import { allPages, call, statusFor } from '../helpers/client.ts'

const TRUE_FALSE = { type: 'true_false', text: 'True?', correct_answer: true }

async function quizOf(questions: unknown[] = []) {
  const room = await makeClassroom()
  const quiz = await makeQuiz(room.owner, room.module.id, { questions })
  const { body } = await call('GET', `/api/quizzes/${quiz.id}/`, { as: room.owner })
  return { ...room, quiz, questions: body.questions, path: `/api/quizzes/${quiz.id}/questions/` }
}

const edit = (as: TestUser, id: number, body: unknown) => call('PATCH', `/api/questions/${id}/`, { as, body })
const versionsOf = async (id: number) =>
  (await env.DB.prepare('SELECT * FROM question_versions WHERE question_id = ? ORDER BY id').bind(id).all()).results
/** What starting an attempt does to the questions it draws. */
const draw = (id: number) =>
  env.DB.batch<Record<string, unknown>>([
    env.DB.prepare(
      'UPDATE question_versions SET drawn_at = 1 WHERE id = (SELECT max(id) FROM question_versions WHERE question_id = ?)',
    ).bind(id),
    env.DB.prepare('SELECT * FROM question_versions WHERE question_id = ? ORDER BY id DESC LIMIT 1').bind(id),
  ])

describe('authoring', () => {
  test.each(oneOfEach().map(body => [body.type, body] as const))(
    '%s is made, read and sent back unchanged',
    async (_, body) => {
      const { owner, quiz } = await quizOf()
      const made = await makeQuestion(owner, quiz.id, body)
      // Items are authored as texts and read with their ids; parts of pairs get ids, too.
      const { items, pairs, ...fields } = body as Record<string, unknown> & { items?: string[]; pairs?: object[] }
      expect(made).toMatchObject({ quiz: quiz.id, order: 1, ...fields })
      if (items) expect(made.items).toEqual(items.map(text => ({ id: expect.any(Number), text })))
      if (pairs) expect(made.pairs).toMatchObject(pairs)
      expect((await call('GET', `/api/questions/${made.id}/`, { as: owner })).body).toEqual(made)
      const { id, quiz: _quiz, order, ...sentBack } = made
      const put = await call('PUT', `/api/questions/${id}/`, { as: owner, body: sentBack })
      expect([put.status, put.body]).toEqual([200, made])
      expect(await versionsOf(id)).toHaveLength(1)
    },
  )

  test('they line up behind each other, also when made at once', async () => {
    const { owner, quiz, path } = await quizOf()
    const made = await Promise.all(Array.from({ length: 8 }, () => makeQuestion(owner, quiz.id, TRUE_FALSE)))
    expect(made.map(({ order }) => order).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    const listed = await allPages(`${path}?page_size=3`, owner)
    expect(listed.map(({ order }) => order)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(listed).toEqual(expect.arrayContaining(made))
  })

  test('bad input is told by field, a missing key too; a survey needs none', async () => {
    const { owner, module, path } = await quizOf()
    const refused = await call('POST', path, { as: owner, body: { type: 'multiple_choice', text: '', points: 0.0001 } })
    expect([refused.status, refused.body]).toEqual([
      400,
      {
        text: ['This field may not be blank.'],
        points: ['Ensure that there are no more than 3 decimal places.'],
        choices: ['This field is required.'],
      },
    ])
    const keyless = { type: 'multiple_select', text: 'Some?', choices: [{ text: 'a' }, { text: 'b' }] }
    expect((await call('POST', path, { as: owner, body: keyless })).body).toEqual({
      choices: ['At least one choice must be correct.'],
    })
    const survey = await makeQuiz(owner, module.id, { is_survey: true })
    const made = await makeQuestion(owner, survey.id, keyless)
    expect((await edit(owner, made.id, { text: 'Which?' })).body).toMatchObject({ text: 'Which?' })
  })

  test('a key cannot be taken away', async () => {
    const { owner, questions } = await quizOf([TRUE_FALSE])
    expect((await edit(owner, questions[0].id, { correct_answer: null })).body).toEqual({
      correct_answer: ['This field is required.'],
    })
  })

  test('PATCH keeps what it omits; parts sent with their ids keep them', async () => {
    const { owner, questions } = await quizOf(oneOfEach())
    const [choice, , , , , matching, ordering] = questions
    const renamed = await edit(owner, choice.id, { text: 'Really?' })
    expect(renamed.body).toEqual({ ...choice, text: 'Really?' })
    const [yes, no] = choice.choices
    const { body } = await edit(owner, choice.id, { choices: [{ ...no, text: 'never' }, { text: 'maybe' }, yes] })
    expect(body.choices.map(({ id }: { id: number }) => id)).toEqual([no.id, expect.any(Number), yes.id])
    expect(new Set(body.choices.map(({ id }: { id: number }) => id)).size).toBe(3)
    const swapped = [...ordering.items].reverse()
    expect((await edit(owner, ordering.id, { items: swapped })).body.items).toEqual(swapped)
    expect((await edit(owner, matching.id, { points: 5 })).body).toEqual({ ...matching, points: 5 })
  })

  test('half a surrogate pair is kept as a replacement, and can be edited', async () => {
    const { owner, quiz } = await quizOf()
    const made = await makeQuestion(owner, quiz.id, {
      ...TRUE_FALSE,
      text: 'half \ud800 pair',
      explanation: '\udc00',
    })
    const { status, body } = await edit(owner, made.id, { points: 3 })
    expect([status, body.text, body.points]).toEqual([200, 'half \ufffd pair', 3])
    for (const [sent, kept] of [
      ['\udbff again', '\ufffd again'],
      ['whole \u{1f600}', 'whole \u{1f600}'],
    ]) {
      const answer = await edit(owner, made.id, { text: sent })
      expect([answer.status, answer.body.text]).toEqual([200, kept])
    }
  })

  test('who may: 403 for what is seen, 404 for what may not be known of', async () => {
    const { owner, rival, staff, learner, stranger, module, questions } = await quizOf([TRUE_FALSE])
    const everybody = [rival, learner, stranger, staff, owner]
    const path = `/api/questions/${questions[0].id}/`
    expect(await statusFor(path, everybody)).toEqual([403, 403, 403, 200, 200])
    expect(await statusFor(path, everybody.slice(0, 3), 'PATCH', {})).toEqual([403, 403, 403])
    expect(await statusFor(path, everybody.slice(0, 3), 'DELETE')).toEqual([403, 403, 403])
    await call('PATCH', `/api/modules/${module.id}/`, { as: owner, body: { is_published: false } })
    expect(await statusFor(path, everybody)).toEqual([404, 404, 404, 200, 200])
    expect(await statusFor('/api/questions/999999/', everybody)).toEqual([404, 404, 404, 404, 404])
  })
})

describe('versions', () => {
  test('an edit changes a version in place until an attempt has drawn it; then it makes a new one', async () => {
    const { owner, questions } = await quizOf([TRUE_FALSE])
    const { id } = questions[0]
    await edit(owner, id, { text: 'Second draft' })
    expect(await versionsOf(id)).toMatchObject([{ text: 'Second draft' }])
    await draw(id)
    const [drawn] = await versionsOf(id)
    expect((await edit(owner, id, { text: 'Mended' })).body).toMatchObject({ id, text: 'Mended' })
    expect(await versionsOf(id)).toEqual([drawn, expect.objectContaining({ text: 'Mended', drawn_at: null })])
    await edit(owner, id, { points: 7 })
    await edit(owner, id, { points: 7 })
    expect(await versionsOf(id)).toMatchObject([drawn ?? {}, { text: 'Mended', points_milli: 7000 }])
    expect((await call('GET', `/api/questions/${id}/`, { as: owner })).body).toMatchObject({
      text: 'Mended',
      points: 7,
    })
  })

  test('an edit that changes nothing makes no version', async () => {
    const { owner, questions } = await quizOf(oneOfEach())
    for (const { id, quiz, order, ...same } of questions) {
      await draw(id)
      expect((await call('PUT', `/api/questions/${id}/`, { as: owner, body: same })).status).toBe(200)
      expect(await versionsOf(id)).toHaveLength(1)
    }
  })

  test('what an attempt drew never changes, however edits and starts meet', async () => {
    const { owner, questions } = await quizOf([TRUE_FALSE])
    const { id } = questions[0]
    for (let turn = 0; turn < 15; turn++) {
      const [, [, snapshot]] = await Promise.all([
        edit(owner, id, { text: `Edit ${turn}` }),
        draw(id),
        edit(owner, id, { points: turn }),
      ])
      const drawn = snapshot?.results[0]
      expect(await versionsOf(id)).toContainEqual(drawn)
    }
    expect((await call('GET', `/api/questions/${id}/`, { as: owner })).body).toMatchObject({
      text: 'Edit 14',
      points: 14,
    })
  })

  test('two edits at once of different fields are both kept', async () => {
    const { owner, questions } = await quizOf([TRUE_FALSE])
    const { id } = questions[0]
    for (let turn = 1; turn <= 10; turn++) {
      const answers = await Promise.all([
        edit(owner, id, { text: `Text ${turn}` }),
        edit(owner, id, { points: turn }),
        edit(owner, id, { explanation: `Because ${turn}` }),
      ])
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
      const { body } = await call('GET', `/api/questions/${id}/`, { as: owner })
      expect(body).toMatchObject({ text: `Text ${turn}`, points: turn, explanation: `Because ${turn}` })
    }
  })

  test('deleting one that was never shown leaves nothing; one that was shown or answered is retired', async () => {
    const { owner, learner, quiz, path, questions, enrollment } = await quizOf([
      TRUE_FALSE,
      TRUE_FALSE,
      TRUE_FALSE,
      TRUE_FALSE,
    ])
    const [unseen, shown, answered, kept] = questions
    await draw(shown.id)
    const attempt = await insertAttempt(quiz.id, learner.id, enrollment.id)
    const version = await env.DB.prepare('SELECT id FROM question_versions WHERE question_id = ?')
      .bind(answered.id)
      .first<number>('id')
    await insertResponse(attempt, 0, { id: answered.id, versionId: version ?? 0 })
    for (const { id } of [unseen, shown, answered]) {
      expect((await call('DELETE', `/api/questions/${id}/`, { as: owner })).status).toBe(204)
      for (const method of ['GET', 'DELETE', 'PATCH'])
        expect(await statusFor(`/api/questions/${id}/`, [owner], method, method === 'PATCH' ? {} : undefined)).toEqual([
          404,
        ])
    }
    const left = await env.DB.prepare('SELECT id, retired_at FROM questions WHERE quiz_id = ? ORDER BY id')
      .bind(quiz.id)
      .all()
    expect(left.results).toEqual([
      { id: shown.id, retired_at: expect.any(Number) },
      { id: answered.id, retired_at: expect.any(Number) },
      { id: kept.id, retired_at: null },
    ])
    expect(await versionsOf(unseen.id)).toEqual([])
    expect(await versionsOf(shown.id)).toHaveLength(1)
    expect((await call('GET', path, { as: owner })).body.results).toEqual([kept])
    expect((await call('GET', `/api/quizzes/${quiz.id}/`, { as: owner })).body.question_total).toBe(1)
  })

  test('a question deleted while it is edited or drawn is gone, or retired with what was drawn', async () => {
    const { owner, quiz } = await quizOf()
    for (let turn = 0; turn < 8; turn++) {
      const { id } = await makeQuestion(owner, quiz.id, TRUE_FALSE)
      const [edited, removed] = await Promise.all([
        edit(owner, id, { text: 'Too late' }),
        call('DELETE', `/api/questions/${id}/`, { as: owner }),
        turn % 2 ? draw(id) : undefined,
      ])
      expect(removed.status).toBe(204)
      expect([200, 404]).toContain(edited.status)
      const question = await env.DB.prepare('SELECT retired_at FROM questions WHERE id = ?').bind(id).first()
      const versions = await versionsOf(id)
      expect(versions.some(({ drawn_at }) => drawn_at !== null)).toBe(question !== null)
      if (question === null) expect(versions).toEqual([])
      else expect(question.retired_at).not.toBeNull()
    }
  })
})

describe('at most 1,000', () => {
  test('however many come at once; a retired one makes room', async () => {
    const { owner, quiz, path } = await quizOf(Array.from({ length: 995 }, () => TRUE_FALSE))
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => call('POST', path, { as: owner, body: TRUE_FALSE })),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5)
    const refused = answers.find(({ status }) => status !== 201)
    expect([refused?.status, refused?.body]).toEqual([
      400,
      { detail: 'A quiz may have at most 1000 questions.', code: 'too_many_questions' },
    ])
    const total = async () => (await call('GET', path, { as: owner })).body.count
    expect(await total()).toBe(1_000)
    const lines = `type,text,correct\r\n${'true_false,Again?,TRUE\r\n'.repeat(3)}`
    const send = () =>
      call('POST', `${path}import/`, { as: owner, body: lines, headers: { 'Content-Type': 'text/csv' } })
    expect((await send()).body).toEqual({
      detail: 'A quiz may have at most 1000 questions.',
      code: 'too_many_questions',
    })
    const { results } = (await call('GET', `${path}?page_size=4`, { as: owner })).body
    await draw(results[0].id)
    for (const { id } of results) await call('DELETE', `/api/questions/${id}/`, { as: owner })
    const files = await Promise.all([send(), send(), send()])
    expect(files.map(({ status }) => status).sort()).toEqual([201, 400, 400])
    expect(await total()).toBe(999)
    const orphans = await env.DB.prepare(
      'SELECT count(*) AS n FROM questions q WHERE quiz_id = ? AND (SELECT count(*) FROM question_versions v WHERE v.question_id = q.id) <> 1',
    )
      .bind(quiz.id)
      .first<number>('n')
    expect(orphans).toBe(0)
  })
})

describe('reordering', () => {
  const order = async (as: TestUser, path: string) =>
    (await allPages(`${path}?page_size=100`, as)).map(({ id }) => id as number)

  test('takes every question once, in any order', async () => {
    const { owner, path, questions } = await quizOf(oneOfEach())
    const ids: number[] = questions.map(({ id }: { id: number }) => id)
    const send = (wanted: unknown) => call('POST', `${path}reorder/`, { as: owner, body: { order: wanted } })
    const reversed = [...ids].reverse()
    const { status, body } = await send(reversed)
    expect([status, body]).toEqual([200, { order: reversed }])
    expect(await order(owner, path)).toEqual(reversed)
    const other = await quizOf([TRUE_FALSE])
    const refused = { order: ['Give the id of every question of the quiz once.'] }
    for (const wrong of [
      [],
      ids.slice(1),
      [...ids, ids[0]],
      [...ids.slice(1), ids[1]],
      [...ids.slice(1), other.questions[0].id],
      [...ids, 999_999],
    ]) {
      const answer = await send(wrong)
      expect([answer.status, answer.body]).toEqual([400, refused])
    }
    expect((await send(['1', 2.5])).body).toEqual({
      'order.0': ['A valid number is required.'],
      'order.1': ['A valid integer is required.'],
    })
    expect((await send(undefined)).body).toEqual({ order: ['This field is required.'] })
    expect(await order(owner, path)).toEqual(reversed)
  })

  test('1,000 questions, and beside a question that is added: nothing is half done', async () => {
    const { owner, quiz, path, questions } = await quizOf(Array.from({ length: 999 }, () => TRUE_FALSE))
    const ids: number[] = questions.map(({ id }: { id: number }) => id)
    const reversed = [...ids].reverse()
    const [reordered, added] = await Promise.all([
      call('POST', `${path}reorder/`, { as: owner, body: { order: reversed } }),
      makeQuestion(owner, quiz.id, TRUE_FALSE),
    ])
    expect([200, 400]).toContain(reordered.status)
    expect(await order(owner, path)).toEqual([...(reordered.status === 200 ? reversed : ids), added.id])
  })

  test('an empty quiz is in order', async () => {
    const { owner, path } = await quizOf()
    expect((await call('POST', `${path}reorder/`, { as: owner, body: { order: [] } })).body).toEqual({ order: [] })
  })
})

test('SQL and the rules agree on what lacks its key', async () => {
  const keyless = (question: Question): Question => {
    if ('choices' in question)
      return { ...question, choices: question.choices.map(choice => ({ ...choice, isCorrect: false })) }
    if (question.type === 'true_false') return { ...question, correctAnswer: null }
    if (question.type === 'short_answer') return { ...question, acceptedAnswers: [] }
    if (question.type === 'numeric') return { ...question, correctValue: null }
    if (question.type === 'fill_in_blank')
      return {
        ...question,
        blanks: Object.fromEntries(Object.entries(question.blanks).map(([n, all], i) => [n, i ? all : []])),
      }
    return question
  }
  const db = backgroundDatabase(env)
  const keyLackOf = statement((db, { type, body }: Names<{ type: string; body: string }>) =>
    db
      .select({ lacks: sql<number>`${lacksKey('v')}`.as('lacks') })
      .from(sql`(SELECT ${type} AS type, ${body} AS body) v`),
  )
  for (const type of QUESTION_TYPES) {
    await fc.assert(
      fc.asyncProperty(inputs(type), fc.boolean(), async (input, hasKey) => {
        const made = newQuestion(input)
        const question = hasKey ? made : keyless(made)
        const { body } = toColumns(question)
        const [[row]] = await batch(db, keyLackOf({ type, body }))
        expect(row?.lacks).toBe(missingKey(question) === null ? 0 : 1)
      }),
      { numRuns: 25 },
    )
  }
})
