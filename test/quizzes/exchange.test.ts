import { describe, expect, test } from 'vitest'
import { makeClassroom } from '../factories/classrooms.ts'
import { oneOfEach } from '../factories/questions.ts'
import { makeQuiz } from '../factories/quizzes.ts'
import type { TestUser } from '../factories/users.ts'
import { call } from '../helpers/client.ts'

const MIB = 1024 * 1024

describe('over HTTP', () => {
  async function emptyQuiz(fields: Record<string, unknown> = {}) {
    const room = await makeClassroom()
    const quiz = await makeQuiz(room.owner, room.module.id, fields)
    return { ...room, quiz, path: `/api/quizzes/${quiz.id}/questions/` }
  }
  const send = (as: TestUser | undefined, path: string, body: string, type = 'text/csv', query = '') =>
    call('POST', `${path}import/${query}`, { as, body, headers: { 'Content-Type': type } })
  const fetchFile = (as: TestUser, path: string, format: string) =>
    call('GET', `${path}export/?format=${format}`, { as })
  const CSV = 'type,text,correct\r\ntrue_false,A,TRUE\r\n'

  test('CSV out of one quiz and into another: the same questions, ids aside', async () => {
    const { owner, module, path } = await emptyQuiz({ questions: oneOfEach() })
    const file = await fetchFile(owner, path, 'csv')
    expect(file.status).toBe(200)
    expect(file.headers.get('Content-Type')).toBe('text/csv; charset=utf-8')
    expect(file.headers.get('Content-Disposition')).toMatch(/^attachment; filename="quiz-\d+\.csv"$/)
    expect(file.headers.get('Cache-Control')).toBe('no-store')
    expect((await call('GET', `${path}export/`, { as: owner })).text).toBe(file.text)
    const other = await makeQuiz(owner, module.id)
    const copy = `/api/quizzes/${other.id}/questions/`
    const answer = await send(owner, copy, file.text, 'Text/CSV; charset=UTF-8')
    expect([answer.status, answer.body]).toEqual([201, { imported: 9, warnings: [], skipped: [] }])
    expect((await fetchFile(owner, copy, 'csv')).text).toBe(file.text)
    const again = await send(owner, copy, file.text)
    expect(again.body.imported).toBe(9)
    const { results } = (await call('GET', `${copy}?page_size=100`, { as: owner })).body
    expect(results.map(({ order }: { order: number }) => order)).toEqual(Array.from({ length: 18 }, (_, i) => i + 1))
  })

  test('GIFT says at its top what it does not carry, and what it carries comes back', async () => {
    const { owner, module, path } = await emptyQuiz({ questions: oneOfEach() })
    const { text, headers } = await fetchFile(owner, path, 'gift')
    expect(headers.get('Content-Type')).toBe('text/plain; charset=utf-8')
    expect(text).toContain('// Question 7: GIFT has no form for this ordering question: it was left out.\n')
    expect(text).toContain('// Question 1: GIFT does not carry points, ')
    const other = await makeQuiz(owner, module.id)
    const copy = `/api/quizzes/${other.id}/questions/`
    const answer = await send(owner, copy, text, 'text/plain', '?format=gift')
    expect([answer.status, answer.body]).toEqual([201, { imported: 7, warnings: [], skipped: [] }])
  })

  test('what a file holds and questions cannot is told', async () => {
    const { owner, path } = await emptyQuiz()
    const answer = await send(owner, path, '$CATEGORY: x\n\nA {T}', 'text/plain', '?format=gift')
    expect([answer.status, answer.body]).toEqual([
      201,
      { imported: 1, warnings: [{ line: 1, message: 'Categories are not kept.' }], skipped: [] },
    ])
  })

  test('all or nothing, with every line that is wrong', async () => {
    const { owner, path } = await emptyQuiz()
    const answer = await send(owner, path, `${CSV}poem,B,\r\ntrue_false,,TRUE\r\n`)
    expect([answer.status, answer.body]).toEqual([
      400,
      {
        lines: [
          { line: 3, message: expect.stringMatching(/^type: Must be one of/) },
          { line: 4, message: 'text: This field may not be blank.' },
        ],
      },
    ])
    expect((await call('GET', path, { as: owner })).body.count).toBe(0)
  })

  test('a survey takes questions without a key', async () => {
    const { owner, path } = await emptyQuiz({ is_survey: true })
    expect((await send(owner, path, 'type,text\ntrue_false,A\n')).body).toEqual({
      imported: 1,
      warnings: [],
      skipped: [],
    })
  })

  test('the largest file there may be goes in whole', async () => {
    const { owner, path } = await emptyQuiz()
    // Quotes, which cost most when they are escaped.
    const row = `short_answer,${'é'.repeat(1_000)},"${'""'.repeat(900)}",${'x'.repeat(1_000)}\n`
    const file = `type,text,option_1,option_2\n${row.repeat(1_000)}`
    expect(new TextEncoder().encode(file).length).toBeGreaterThan(4.5 * MIB)
    const answer = await send(owner, path, file)
    expect([answer.status, answer.text.slice(0, 200)]).toEqual([201, '{"imported":1000,"warnings":[],"skipped":[]}'])
    const { results, count } = (await call('GET', `${path}?page_size=1&page=1000`, { as: owner })).body
    expect(count).toBe(1_000)
    expect(results[0]).toMatchObject({ order: 1_000, accepted_answers: ['"'.repeat(900), 'x'.repeat(1_000)] })
  })

  test('order of refusals: too large, wrong type, login, form, 404, 403, then the file', async () => {
    const { owner, rival, learner, path } = await emptyQuiz()
    const large = await send(undefined, path, 'x'.repeat(5 * MIB + 1), 'application/json')
    expect([large.status, large.body]).toEqual([413, { detail: 'Request body too large.', code: 'body_too_large' }])
    for (const type of ['application/json', 'text/html', 'application/x-www-form-urlencoded', 'text/csvx'])
      expect((await send(undefined, path, CSV, type)).status, type).toBe(415)
    expect((await send(undefined, path, CSV)).status).toBe(401)
    expect((await send(learner, path, CSV, 'text/plain')).body).toEqual({ format: ['This field is required.'] })
    expect((await send(learner, path, CSV, 'text/csv', '?format=xml')).body).toEqual({
      format: ['Must be one of: csv, gift.'],
    })
    expect((await send(owner, '/api/quizzes/999999/questions/', 'bad')).status).toBe(404)
    expect([(await send(learner, path, 'bad')).status, (await send(rival, path, 'bad')).status]).toEqual([403, 403])
    expect((await call('POST', `${path}import/`, { as: owner })).body).toHaveProperty('lines')
    expect((await fetchFile(owner, path, 'xml')).body).toEqual({ format: ['Must be one of: csv, gift.'] })
    expect((await send(owner, path, CSV, 'text/plain', '?format=csv')).status).toBe(201)
  })

  test('a file that is not UTF-8 is refused, not garbled', async () => {
    const { owner, path } = await emptyQuiz()
    const { app } = await import('../../src/app.ts')
    const { env } = await import('cloudflare:workers')
    const bytes = new Uint8Array([...new TextEncoder().encode(`${CSV}true_false,caf`), 0xe9, 0x2c, 0x31])
    const request = new Request(`http://learnmore.test${path}import/`, {
      method: 'POST',
      body: bytes,
      headers: { 'Content-Type': 'text/csv', Authorization: `Bearer ${owner.token}` },
    })
    const response = await app.fetch(request, env)
    expect([response.status, await response.json()]).toEqual([
      400,
      { lines: [{ line: 3, message: 'The file is not UTF-8. Save it as "CSV UTF-8".' }] },
    ])
  })
})
