/** Questions from CSV. `columns.ts` describes the columns. */
import { QUESTION_TYPES, QUESTIONS_AT_MOST, type QuestionType } from '../../questions/question.ts'
import { type Imported, type ImportOptions, importFile, type Reading, type Warn } from '../exchange.ts'
import { COMMON, isKnown, stemOf, TYPE_COLUMNS } from './columns.ts'
import { toFields } from './row.ts'
import { readRows, unguarded } from './text.ts'

/** A line before the header that names the separator for Excel. */
const SEPARATOR = /^"?sep=([,;\t])"?[\r\n]/i
/** More than the format has columns. */
const CELLS_AT_MOST = 250

export const importCsv = (text: string, options: ImportOptions): Imported => importFile(text, options, read, columnOf)

function read(text: string, warn: Warn): Reading {
  const delimiter = delimiterOf(text)
  const { rows, problem } = readRows(text, {
    delimiter,
    rowsAtMost: QUESTIONS_AT_MOST + 2,
    cellsAtMost: CELLS_AT_MOST,
  })
  const [header, ...body] = SEPARATOR.test(text) ? rows.slice(1) : rows
  const columns = header?.cells.map(cell => cell.trim().toLowerCase()) ?? []
  const errors = header ? headerProblems(columns).map(message => ({ line: header.line, message })) : []
  if (problem) errors.push(problem)
  if (!header || errors.length > 0) return { drafts: [], errors }

  for (const column of columns)
    if (!isKnown(column)) warn(header.line, `Column "${column}" is not known and was ignored.`)
  const drafts = body.map(({ line, cells }) => {
    const problems: string[] = []
    const row = new Map(columns.map((column, place) => [column, unguarded(cells[place] ?? '')]))
    const fields = toFields(
      row,
      // Spreadsheets with decimal commas separate cells by semicolons, so a file separated by commas has decimal points.
      { hasDecimalCommas: delimiter !== ',' },
      { warn: message => warn(line, message), refuse: message => problems.push(message) },
    )
    if (cells.some((cell, place) => cell !== '' && !columns[place])) {
      problems.push('The row has a cell in a column without a name.')
    }
    for (const column of foreignColumns(row, fields['type'])) {
      warn(line, `${column} says nothing for ${fields['type']} and was ignored.`)
    }
    return { line, fields, problems }
  })
  return { drafts, errors }
}

/** The separator that the file declares, or else the one after its first column's name. */
function delimiterOf(text: string): string {
  const declared = SEPARATOR.exec(text)?.[1]
  if (declared) return declared
  const header = text.slice(Math.max(0, text.search(/\w/)))
  return /^[^\r\n]*?\w"?[ \u00a0]*([,;\t])/.exec(header)?.[1] ?? ','
}

function headerProblems(columns: string[]): string[] {
  const named = columns.filter(column => column !== '')
  return [
    ...['type', 'text'].filter(column => !named.includes(column)).map(column => `The column "${column}" is missing.`),
    ...(new Set(named).size < named.length ? ['A column occurs twice.'] : []),
  ]
}

const isType = (type: unknown): type is QuestionType => QUESTION_TYPES.includes(type as QuestionType)

function foreignColumns(row: Map<string, string>, type: unknown): string[] {
  if (!isType(type)) return []
  const own = TYPE_COLUMNS[type]
  const used = (column: string) => COMMON.includes(column) || own.includes(stemOf(column)) || own.includes(column)
  return [...row].filter(([column, cell]) => cell !== '' && isKnown(column) && !used(column)).map(([column]) => column)
}

const PART_COLUMNS: Record<string, string> = {
  'choices.text': 'option',
  'choices.feedback': 'feedback',
  'choices.weight': 'weight',
  'accepted_answers.': 'option',
  'items.': 'option',
  'pairs.left': 'option',
  'pairs.right': 'match',
  'rubric.criterion': 'option',
  'rubric.max_points': 'match',
}
const FIELD_COLUMNS: Record<string, string> = { correct_answer: 'correct', correct_value: 'correct' }

/** The column that holds a field of a body: `choices.1.text` is `option_2`. */
function columnOf([field = '', place, part = '']: string[]): string {
  const column = PART_COLUMNS[`${field}.${part}`]
  if (place !== undefined && column) return `${column}_${Number(place) + 1}`
  if (place !== undefined && field === 'blanks') return `blank ${place}`
  return FIELD_COLUMNS[field] ?? (field in OPTION_FIELDS ? 'options' : field)
}
const OPTION_FIELDS = { choices: 1, accepted_answers: 1, items: 1, pairs: 1, blanks: 1, rubric: 1 }
