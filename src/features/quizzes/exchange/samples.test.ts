import { describe, expect, test } from 'vitest'
import * as csvFiles from '../../../../test/quizzes/exchange/csv/files.ts'
import type { FileSample, Sample } from '../../../../test/quizzes/exchange/expected.ts'
import * as giftFiles from '../../../../test/quizzes/exchange/gift/files.ts'
import { CSV, FORMATS, type Format, GIFT, withoutIds } from '../../../../test/quizzes/exchange/samples.ts'
import type { Question } from '../questions/question.ts'
import { toAuthorFields } from '../questions/views.ts'
import { importCsv } from './csv/import.ts'
import { exportGift } from './gift/export.ts'
import { importGift } from './gift/import.ts'

// Files as teachers write them, at least 30 for each construct: the import understands each as meant and warns of every loss,
// and an export with a second import changes nothing.

const meaningOf = (question: Question) => withoutIds(toAuthorFields(question))

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

/** The outcome of an import, and that of one which skips wrong questions. */
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
