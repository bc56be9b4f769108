import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exportCsv } from '../../src/features/quizzes/exchange/csv/export.ts'
import { importCsv } from '../../src/features/quizzes/exchange/csv/import.ts'
import { readRows } from '../../src/features/quizzes/exchange/csv/text.ts'
import { differences, type Exported, type Imported } from '../../src/features/quizzes/exchange/exchange.ts'
import { exportGift } from '../../src/features/quizzes/exchange/gift/export.ts'
import { importGift } from '../../src/features/quizzes/exchange/gift/import.ts'
import { newQuestion } from '../../src/features/quizzes/questions/build.ts'
import { QUESTION_TYPES, type Question } from '../../src/features/quizzes/questions/question.ts'
import { authored } from '../../src/features/quizzes/questions/views.ts'
import { makeClassroom } from '../factories/classrooms.ts'
import { inputs } from '../factories/question-arbitraries.ts'
import { makeQuiz, oneOfEach } from '../factories/quizzes.ts'
import type { TestUser } from '../factories/users.ts'
import { call } from '../helpers/client.ts'
import { CSV_SAMPLES } from './exchange/csv-samples.ts'
import { GIFT_SAMPLES } from './exchange/gift-samples.ts'

const QUIZ = { isSurvey: false }
const MIB = 1024 * 1024

/** In, out and in again: the same question, and nothing said to be lost. */
function roundTrip(
  text: string,
  read: (text: string, quiz: { isSurvey: boolean }) => Imported,
  write: (questions: readonly Question[]) => Exported,
): Question {
  const first = read(text, QUIZ)
  expect(first.errors).toEqual([])
  const [question, ...more] = first.questions
  if (!question || more.length > 0) throw new Error('expected one question')
  const out = write([question])
  expect(out.lost).toEqual([])
  const again = read(out.text, QUIZ)
  expect([again.errors, again.warnings, again.questions.length]).toEqual([[], [], 1])
  expect(differences(question, again.questions[0] as Question)).toEqual([])
  expect(write(again.questions).text).toBe(out.text)
  return question
}

describe('GIFT', () => {
  test.each(GIFT_SAMPLES)('%s goes in, out and in again unchanged', (_, text, expected) => {
    expect(authored(roundTrip(text, importGift, exportGift))).toMatchObject(expected)
  })

  test('all samples in one file are as many questions', () => {
    const file = GIFT_SAMPLES.map(([, text]) => text).join('\n\n')
    const { questions, errors } = importGift(`// a file\n\n$CATEGORY: general\n\n${file}\r\n`, QUIZ)
    expect([questions.length, errors]).toEqual([GIFT_SAMPLES.length, []])
  })

  test.each([
    ['$CATEGORY: tom/dick\n\nA {T}', 'Categories are not kept.'],
    ['::Name::A {T}', 'Titles are not kept: a question is known by its text.'],
    ['Read this first.\n\nA {T}', 'A text without { } is a description, no question, and was left out.'],
    ['A {=1 =%50%2}', 'Answers that are worth less than 100 % are left out.'],
    ['A {=a ~b ~#why?}', 'An answer without a text is left out, and its feedback with it.'],
    ['A {#=5:1 =7:2}', 'Of several numbers that are right only the first is kept.'],
    ['A {=a* =b}', 'An asterisk stands for itself, not for any text.'],
    ['A {=1#one =2#two}', 'Feedback that differs between right answers is not kept.'],
    ['A {=a -> b =c -> d = -> e}', 'Right halves without a left one are left out.'],
  ])('what questions cannot hold is said: %j', (text, message) => {
    const { questions, errors, warnings } = importGift(text, QUIZ)
    expect([errors, questions.length]).toEqual([[], 1])
    expect(warnings.map(warning => warning.message)).toEqual([message])
  })

  test.each<[string, number, RegExp]>([
    ['A {T}\n\nB {=x\n\nC {T}', 3, /needs its \}/],
    ['A {T}\n\nB =x}', 3, /needs its \}/],
    ['A {T} and {F}', 1, /one \{ \}/],
    ['A {~a}', 1, /2 entries/],
    ['A {~a ~b}', 1, /correct/],
    ['\n\nA {#many}', 3, /number/],
    ['{T}', 1, /text/],
    ['A {=a -> b}', 1, /2 entries/],
  ])('%j is refused on line %i', (text, line, message) => {
    const { questions, errors } = importGift(text, QUIZ)
    expect(questions).toEqual([])
    expect(errors[0]).toEqual({ line, message: expect.stringMatching(message) })
  })
})

describe('CSV', () => {
  test.each(CSV_SAMPLES)('%s goes in, out and in again unchanged', (_, text, expected) => {
    expect(authored(roundTrip(text, importCsv, exportCsv))).toMatchObject(expected)
  })

  test('no cell that is written computes in a spreadsheet', () => {
    for (const text of [
      '=HYPERLINK("http://x")',
      '+1+1',
      '-2+3',
      '@SUM(A1)',
      '\t=1',
      '\r=1',
      "'=1",
      '＝1+1',
      ' =1+1',
      '|x',
      '%x',
    ]) {
      const question = { ...TRUE_FALSE, text, explanation: text }
      const { text: file } = exportCsv([question])
      const { rows } = readRows(file, { delimiter: ',', rowsAtMost: 2, cellsAtMost: 20 })
      for (const cell of rows.flatMap(({ cells }) => cells)) expect(cell).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/)
      expect(importCsv(file, QUIZ).questions[0]).toMatchObject({ text, explanation: text })
    }
  })

  test.each<[string, number, RegExp]>([
    ['type,text\ntrue_false,"open', 2, /never closed/],
    ['type,text\n\ntrue_false,"a"b', 3, /after a closing quote/],
    ['type,text\ntrue_false,a"b', 2, /must be quoted/],
    ['type,text\n"a\nb",x\n,"open', 4, /never closed/],
    ['text\nx', 1, /"type" is missing/],
    ['type,text,text\na,b,c', 1, /twice/],
    ['type,text,correct\ntrue_false,A,TRUE\npoem,B,1', 3, /type: Must be one of/],
    ['type,text,correct\ntrue_false,A,maybe', 2, /correct: Must be true or false/],
    ['type,text,correct\ntrue_false,A,', 2, /correct: This field is required/],
    ['type,text,correct,option_1,option_2\nmultiple_choice,A,3,a,b', 2, /numbers of options/],
    ['type,text,correct,option_1,option_2\nmultiple_choice,A,1,a,', 2, /option_2|2 entries/],
    ['type,text,correct\nnumeric,A,"1,5"', 2, /correct: A valid number/],
    ['type,text,correct\ntrue_false,A,TRUE,what?', 2, /without a name/],
    ['type,text,points,option_1,match_1\nessay,A,5,content,4', 2, /sum to the question's points/],
    ['', 1, /missing|no question/],
    ['type,text', 1, /no question/],
  ])('%j is refused on line %i', (text, line, message) => {
    const { questions, errors } = importCsv(text, QUIZ)
    expect(questions).toEqual([])
    expect(errors[0]).toEqual({ line, message: expect.stringMatching(message) })
  })

  test('what it does not know it ignores, and says so', () => {
    const { questions, warnings } = importCsv('type,text,correct,author,min_words\ntrue_false,A,TRUE,me,5\n', QUIZ)
    expect(questions).toHaveLength(1)
    expect(warnings).toEqual([
      { line: 1, message: 'Column "author" is not known and was ignored.' },
      { line: 2, message: 'min_words says nothing for true_false and was ignored.' },
    ])
    const behindSeparator = importCsv('sep=;\n\ntype;text;correct;author\ntrue_false;A;TRUE;me\n', QUIZ)
    expect(behindSeparator.warnings).toEqual([{ line: 3, message: 'Column "author" is not known and was ignored.' }])
  })

  test.each(QUESTION_TYPES)('%s survives whatever is in it', type => {
    fc.assert(
      fc.property(fc.array(inputs(type), { minLength: 1, maxLength: 4 }), bodies => {
        const questions = bodies.map(body => newQuestion(body))
        const { text, lost } = exportCsv(questions)
        const back = importCsv(text, QUIZ)
        expect([back.errors, back.warnings, lost]).toEqual([[], [], []])
        expect(back.questions.map((question, place) => differences(question, questions[place] as Question))).toEqual(
          questions.map(() => []),
        )
      }),
      { numRuns: 60 },
    )
  })

  test.each(QUESTION_TYPES)('GIFT loses nothing of %s without saying so', type => {
    fc.assert(
      fc.property(inputs(type), body => {
        const question = newQuestion(body)
        const { text, lost } = exportGift([question])
        const [back] = importGift(text, { isSurvey: true }).questions
        if (lost.length > 0) expect(lost[0]?.question).toBe(1)
        else expect(back && differences(question, back)).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})

const TRUE_FALSE: Question = {
  type: 'true_false',
  text: 'A',
  pointsMilli: 1000,
  explanation: '',
  correctFeedback: '',
  incorrectFeedback: '',
  correctAnswer: true,
}

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
    expect([large.status, large.body]).toEqual([413, { detail: 'Request body too large.' }])
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
