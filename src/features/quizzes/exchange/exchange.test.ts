import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inputs } from '../../../../test/factories/question-arbitraries.ts'
import { CSV_SAMPLES } from '../../../../test/quizzes/exchange/csv-samples.ts'
import { GIFT_SAMPLES } from '../../../../test/quizzes/exchange/gift-samples.ts'
import { newQuestion } from '../questions/build.ts'
import { QUESTION_TYPES, type Question } from '../questions/question.ts'
import { toAuthorFields } from '../questions/views.ts'
import { exportCsv } from './csv/export.ts'
import { importCsv } from './csv/import.ts'
import { readRows } from './csv/text.ts'
import { differences, type Exported, type Imported } from './exchange.ts'
import { exportGift } from './gift/export.ts'
import { importGift } from './gift/import.ts'

const QUIZ = { isSurvey: false }
/** Imports, exports and imports again: the question stays the same, and the export reports no loss. */
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
    expect(toAuthorFields(roundTrip(text, importGift, exportGift))).toMatchObject(expected)
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
    expect(toAuthorFields(roundTrip(text, importCsv, exportCsv))).toMatchObject(expected)
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
