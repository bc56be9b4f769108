import { describe, expect, test } from 'vitest'
import { exportCsv } from '../../src/features/quizzes/exchange/csv/export.ts'
import { importCsv } from '../../src/features/quizzes/exchange/csv/import.ts'
import { exportGift } from '../../src/features/quizzes/exchange/gift/export.ts'
import { importGift } from '../../src/features/quizzes/exchange/gift/import.ts'
import type { Question } from '../../src/features/quizzes/questions/question.ts'
import { authored } from '../../src/features/quizzes/questions/views.ts'
import { makeCourse, makeModule } from '../factories/courses.ts'
import { makeQuiz } from '../factories/quizzes.ts'
import { makeInstructor, type TestUser } from '../factories/users.ts'
import { call } from '../helpers/client.ts'
import * as csvCells from './exchange/csv/cells.ts'
import * as csvChoices from './exchange/csv/choices.ts'
import * as csvFiles from './exchange/csv/files.ts'
import * as csvLists from './exchange/csv/lists.ts'
import * as csvSpreadsheets from './exchange/csv/spreadsheets.ts'
import * as csvTexts from './exchange/csv/texts.ts'
import * as csvWords from './exchange/csv/words.ts'
import type { Expected, FileSample, Sample } from './exchange/expected.ts'
import * as giftFiles from './exchange/gift/files.ts'
import * as giftMarks from './exchange/gift/marks.ts'
import * as giftChoice from './exchange/gift/multiple-choice.ts'
import * as giftSelect from './exchange/gift/multiple-select.ts'
import * as giftNumbersAndPairs from './exchange/gift/numbers-and-pairs.ts'
import * as giftSources from './exchange/gift/sources.ts'
import * as giftSurroundings from './exchange/gift/surroundings.ts'
import * as giftTexts from './exchange/gift/texts.ts'
import * as giftWeights from './exchange/gift/weights.ts'
import * as giftWords from './exchange/gift/words.ts'

// Files as teachers write them, 30 and more of every construct: each is understood as meant, with what it loses told, goes
// out and comes in again unchanged.

const GIFT: [construct: string, samples: Sample[]][] = [
  ...Object.entries(giftChoice),
  ...Object.entries(giftSelect),
  ...Object.entries(giftWords),
  ...Object.entries(giftNumbersAndPairs),
  ...Object.entries(giftTexts),
  ...Object.entries(giftMarks),
  ...Object.entries(giftSurroundings),
  ...Object.entries(giftWeights),
  ...Object.entries(giftSources),
]
const CSV: [construct: string, samples: Sample[]][] = [
  ...Object.entries(csvChoices),
  ...Object.entries(csvWords),
  ...Object.entries(csvLists),
  ...Object.entries(csvTexts),
  ...Object.entries(csvCells),
  ...Object.entries(csvSpreadsheets),
]
const FORMATS = {
  gift: { read: importGift, write: exportGift, type: 'text/plain' },
  csv: { read: importCsv, write: exportCsv, type: 'text/csv' },
} as const
type Format = keyof typeof FORMATS

const withoutIds = (question: object): Expected =>
  JSON.parse(JSON.stringify(question, (name, value) => (/^(left_|right_)?id$/.test(name) ? undefined : value)))
const meaningOf = (question: Question) => withoutIds(authored(question))

function roundTrip(format: Format, [file, expected, warnings = []]: Sample): void {
  const { read, write } = FORMATS[format]
  const first = read(file, { isSurvey: false })
  expect(first.errors, file).toEqual([])
  expect(first.questions.map(meaningOf), file).toEqual([expected])
  expect(
    first.warnings.map(({ message }) => message),
    file,
  ).toEqual(warnings)
  const out = write(first.questions)
  expect(out.lost, file).toEqual([])
  const again = read(out.text, { isSurvey: false })
  expect([again.errors, again.warnings], out.text).toEqual([[], []])
  expect(again.questions.map(meaningOf), out.text).toEqual([expected])
  expect(write(again.questions).text).toBe(out.text)
}

/** The whole outcome, and with the wrong questions left out the rest of them. */
function readsAs(format: Format, [file, questions, { warnings = [], errors = [], kept = [] } = {}]: FileSample): void {
  const { read } = FORMATS[format]
  const told = (problems: { line: number; message: string }[]) => problems.map(({ line, message }) => [line, message])
  const all = read(file, { isSurvey: false })
  expect([told(all.errors), told(all.warnings)], file).toEqual([errors, warnings])
  expect(all.questions.map(meaningOf), file).toEqual(questions)
  const some = read(file, { isSurvey: false, skipsInvalid: true })
  const expected = kept.length > 0 ? [kept, errors, []] : [questions, [], errors]
  expect([some.questions.map(meaningOf), told(some.skipped), told(some.errors)], file).toEqual(expected)
}

test.each([
  ['gift', giftFiles.FILES],
  ['csv', csvFiles.FILES],
] as const)('%s: files of several questions, or of none that can be kept', (format, files) => {
  expect(files.length).toBeGreaterThan(20)
  for (const file of files) readsAs(format, file)
})

describe.each([
  ['gift', GIFT, 15],
  ['csv', CSV, 13],
] as const)('%s', (format, constructs, count) => {
  test.each(constructs)('%s: every sample in, out and in again', (_, samples) => {
    expect(samples.length).toBeGreaterThanOrEqual(30)
    expect(new Set(samples.map(([file]) => file)).size).toBe(samples.length)
    for (const sample of samples) roundTrip(format, sample)
  })

  test('none is missing', () => {
    expect(constructs.length).toBe(count)
  })
})

test('what GIFT does not carry of the samples of CSV is told, field by field', () => {
  const told = { nothing: 0, fields: 0, all: 0 }
  for (const [file] of CSV.flatMap(([, samples]) => samples)) {
    const [question] = importCsv(file, { isSurvey: false }).questions
    if (!question) throw new Error(`no question in ${file}`)
    const { text, lost } = exportGift([question])
    const [back] = importGift(text, { isSurvey: true }).questions
    if (!back) {
      told.all += 1
      const message = `GIFT has no form for this ${question.type} question: it was left out.`
      expect(lost, file).toEqual([{ question: 1, message }])
      continue
    }
    const [before, after] = [meaningOf(question), meaningOf(back)]
    const changed = Object.keys({ ...before, ...after }).filter(
      name => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
    )
    told[changed.length > 0 ? 'fields' : 'nothing'] += 1
    const message = `GIFT does not carry ${changed.join(', ')}.`
    expect(lost, file).toEqual(changed.length > 0 ? [{ question: 1, message }] : [])
  }
  expect(Math.min(told.nothing, told.fields, told.all)).toBeGreaterThan(30)
})

describe('over HTTP, all samples of a construct in one quiz', () => {
  const send = (as: TestUser, quiz: { id: number }, format: Format, body: string) =>
    call('POST', `/api/quizzes/${quiz.id}/questions/import/?format=${format}`, {
      as,
      body,
      headers: { 'Content-Type': FORMATS[format].type },
    })
  const exported = async (as: TestUser, quiz: { id: number }, format: Format) =>
    (await call('GET', `/api/quizzes/${quiz.id}/questions/export/?format=${format}`, { as })).text
  /** The questions of a quiz as its author reads them, without what an id or a place is. */
  const stored = async (as: TestUser, quiz: { id: number }): Promise<Expected[]> => {
    const { results } = (await call('GET', `/api/quizzes/${quiz.id}/questions/?page_size=100`, { as })).body
    return results.map(({ quiz: _, order: __, ...question }: Record<string, unknown>) => withoutIds(question))
  }

  test.each([
    ['gift', GIFT],
    ['csv', CSV],
  ] as const)('%s', async (format, constructs) => {
    const owner = await makeInstructor()
    const module = await makeModule(owner, (await makeCourse(owner)).id)
    for (const [construct, samples] of constructs) {
      const [quiz, copy] = [await makeQuiz(owner, module.id), await makeQuiz(owner, module.id)]
      for (const [body, count] of filesOf(format, samples)) {
        const answer = await send(owner, quiz, format, body)
        expect([answer.status, answer.body.imported], `${construct} ${answer.text}`).toEqual([201, count])
      }
      const expected = inOrder(format, samples).map(([, question]) => question)
      expect(await stored(owner, quiz), construct).toEqual(expected)
      const file = await exported(owner, quiz, format)
      const answer = await send(owner, copy, format, file)
      expect([answer.status, answer.body], construct).toEqual([
        201,
        { imported: samples.length, warnings: [], skipped: [] },
      ])
      expect(await stored(owner, copy), construct).toEqual(expected)
      expect(await exported(owner, copy, format)).toBe(file)
    }
  })
})

/** GIFT's samples are one file; those of CSV are one for every header. */
function filesOf(format: Format, samples: Sample[]): [body: string, questions: number][] {
  if (format === 'gift') return [[samples.map(([file]) => file.replace(/^\uFEFF/, '')).join('\n\n'), samples.length]]
  return [...byHeader(samples)].map(([header, alike]) => [
    header + alike.map(([file]) => file.slice(header.length).replace(/(?<![\r\n])$/, '\r\n')).join(''),
    alike.length,
  ])
}

const inOrder = (format: Format, samples: Sample[]) =>
  format === 'gift' ? samples : [...byHeader(samples).values()].flat()

function byHeader(samples: Sample[]): Map<string, Sample[]> {
  const groups = new Map<string, Sample[]>()
  for (const sample of samples) {
    const header = /^(\uFEFF?"?sep=."?(\r\n|\r|\n))?[^\r\n]*(\r\n|\r|\n)/i.exec(sample[0])?.[0] ?? ''
    groups.set(header, [...(groups.get(header) ?? []), sample])
  }
  return groups
}
