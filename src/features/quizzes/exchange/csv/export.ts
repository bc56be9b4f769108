/** Questions as CSV. `columns.ts` describes the columns. */
import type { Question } from '../../questions/question.ts'
import { toAuthorFields } from '../../questions/views.ts'
import type { Exported } from '../exchange.ts'
import { COMMON, joinList, NUMBERED, NUMBERS_AT_MOST, SETTINGS } from './columns.ts'
import { guarded, writeRows } from './text.ts'

export type Separator = 'comma' | 'semicolon'

/**
 * The file begins with the byte order mark, by which Excel recognizes UTF-8. Half of Europe's spreadsheets expect decimal
 * commas: `semicolon` writes these, and a first line `sep=;`, which Excel understands in every country.
 */
export function exportCsv(questions: readonly Question[], separator: Separator = 'comma'): Exported {
  const rows = questions.map(question => toRow(question, separator === 'semicolon' ? ',' : '.'))
  const used = new Set(rows.flatMap(row => [...row.keys()]))
  const numbered = Array.from({ length: NUMBERS_AT_MOST }, (_, place) => NUMBERED.map(stem => `${stem}_${place + 1}`))
  const columns = [...COMMON, 'correct', ...numbered.flat().filter(column => used.has(column)), ...SETTINGS]
  const cells = rows.map(row => columns.map(column => row.get(column) ?? ''))
  const written = writeRows([columns, ...cells], separator === 'semicolon' ? ';' : ',')
  return { text: `\uFEFF${separator === 'semicolon' ? 'sep=;\r\n' : ''}${written}`, lost: [] }
}

type Value = string | number | boolean | null | undefined

function toRow(question: Question, decimalSign: '.' | ','): Map<string, string> {
  const fields = toAuthorFields(question)
  const row = new Map<string, string>()
  const set = (column: string, value: Value) => row.set(column, toCell(value, decimalSign))
  const number = (stem: string, values: Value[]) =>
    values.forEach((value, place) => {
      set(`${stem}_${place + 1}`, value)
    })
  for (const column of COMMON) set(column, fields[column as 'text'])
  for (const setting of SETTINGS) if (setting in fields) set(setting, fields[setting as keyof typeof fields] as Value)
  switch (fields.type) {
    case 'multiple_choice':
    case 'multiple_select':
      number(
        'option',
        fields.choices.map(choice => choice.text),
      )
      number(
        'feedback',
        fields.choices.map(choice => choice.feedback),
      )
      if (fields.choices.some(({ weight }) => weight !== undefined)) {
        number(
          'weight',
          fields.choices.map(({ weight }) => weight),
        )
      }
      set('correct', fields.choices.flatMap((choice, place) => (choice.is_correct ? [place + 1] : [])).join(';'))
      break
    case 'true_false':
      set('correct', fields.correct_answer)
      break
    case 'numeric':
      set('correct', fields.correct_value)
      break
    case 'short_answer':
      number('option', fields.accepted_answers)
      break
    case 'matching':
      number(
        'option',
        fields.pairs.map(pair => pair.left),
      )
      number(
        'match',
        fields.pairs.map(pair => pair.right),
      )
      break
    case 'ordering':
      number(
        'option',
        fields.items.map(item => item.text),
      )
      break
    case 'fill_in_blank':
      number('option', Object.values(fields.blanks).map(joinList))
      break
    case 'essay':
      number(
        'option',
        fields.rubric.map(({ criterion }) => criterion),
      )
      number(
        'match',
        fields.rubric.map(({ max_points }) => max_points),
      )
      break
  }
  return row
}

/** Guards texts, so that no spreadsheet takes one for a formula. */
function toCell(value: Value, decimalSign: '.' | ','): string {
  switch (typeof value) {
    case 'string':
      return guarded(value)
    case 'number':
      return String(value).replace('.', decimalSign)
    case 'boolean':
      return String(value).toUpperCase()
    default:
      return ''
  }
}
