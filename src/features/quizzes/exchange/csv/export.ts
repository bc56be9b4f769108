/** Questions as CSV. The columns are told in `columns.ts`. */
import type { Question } from '../../questions/question.ts'
import { authored } from '../../questions/views.ts'
import type { Exported } from '../exchange.ts'
import { COMMON, joinList, NUMBERED, NUMBERS_AT_MOST, SETTINGS } from './columns.ts'
import { guarded, writeRows } from './text.ts'

/** With the mark by which Excel knows UTF-8. */
export function exportCsv(questions: readonly Question[]): Exported {
  const rows = questions.map(toRow)
  const used = new Set(rows.flatMap(row => [...row.keys()]))
  const numbered = Array.from({ length: NUMBERS_AT_MOST }, (_, place) => NUMBERED.map(stem => `${stem}_${place + 1}`))
  const columns = [...COMMON, 'correct', ...numbered.flat().filter(column => used.has(column)), ...SETTINGS]
  const cells = rows.map(row => columns.map(column => guarded(row.get(column) ?? '')))
  return { text: `\uFEFF${writeRows([columns, ...cells])}`, lost: [] }
}

function toRow(question: Question): Map<string, string> {
  const fields = authored(question)
  const row = new Map(COMMON.map(column => [column, String(fields[column as 'text'])]))
  const set = (column: string, value: unknown) => row.set(column, value === null ? '' : spelled(value))
  const number = (stem: string, values: unknown[]) =>
    values.forEach((value, place) => {
      set(`${stem}_${place + 1}`, value)
    })
  for (const setting of SETTINGS) if (setting in fields) set(setting, fields[setting as keyof typeof fields])
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

const spelled = (value: unknown) => (typeof value === 'boolean' ? String(value).toUpperCase() : String(value))
