/** Questions from CSV. The columns are told in `columns.ts`. */
import { blanksIn, QUESTION_TYPES, QUESTIONS_AT_MOST, type QuestionType } from '../../questions/question.ts'
import { type Imported, imported, type Reading, toNumberOrText, warningsOnce } from '../exchange.ts'
import { COMMON, NUMBERED, NUMBERS_AT_MOST, SETTINGS, splitList } from './columns.ts'
import { readRows, unguarded } from './text.ts'

/** A line before the header that tells Excel the separator. */
const SEPARATOR = /^"?sep=([,;\t])"?[\r\n]/i
/** More than all columns there are. */
const CELLS_AT_MOST = 200

const OWN: Record<QuestionType, string[]> = {
  multiple_choice: ['correct', 'option', 'feedback'],
  multiple_select: ['correct', 'option', 'feedback', 'partial_credit'],
  true_false: ['correct'],
  short_answer: ['option', 'case_sensitive'],
  numeric: ['correct', 'tolerance', 'tolerance_type'],
  matching: ['option', 'match'],
  ordering: ['option', 'partial_credit'],
  fill_in_blank: ['option'],
  essay: ['option', 'match', 'min_words', 'max_words'],
}

export const importCsv = (text: string, quiz: { isSurvey: boolean }): Imported => imported(text, quiz, read, columnOf)

function read(text: string): Reading {
  const { warnings, warn } = warningsOnce()
  const { rows, problem } = readRows(text, {
    delimiter: (SEPARATOR.exec(text) ?? /^[^\r\n]*?\w"?([,;\t])/.exec(text))?.[1] ?? ',',
    rowsAtMost: QUESTIONS_AT_MOST + 2,
    cellsAtMost: CELLS_AT_MOST,
  })
  const [header, ...body] = SEPARATOR.test(text) ? rows.slice(1) : rows
  const columns = header?.cells.map(cell => cell.trim().toLowerCase()) ?? []
  const errors = header ? headerProblems(columns).map(message => ({ line: header.line, message })) : []
  if (problem) errors.push(problem)
  if (!header || errors.length > 0) return { drafts: [], errors, warnings }

  for (const column of columns)
    if (!isKnown(column)) warn(header.line, `Column "${column}" is not known and was ignored.`)
  const drafts = body.map(({ line, cells }) => {
    const row = new Map(columns.map((column, place) => [column, unguarded(cells[place] ?? '')]))
    const fields = toFields(row, message => errors.push({ line, message }))
    if (cells.some((cell, place) => cell !== '' && !columns[place])) {
      errors.push({ line, message: 'The row has a cell in a column without a name.' })
    }
    for (const column of foreignColumns(row, fields['type'])) {
      warn(line, `${column} says nothing for ${fields['type']} and was ignored.`)
    }
    return { line, fields }
  })
  return { drafts, errors, warnings }
}

function headerProblems(columns: string[]): string[] {
  const named = columns.filter(column => column !== '')
  return [
    ...['type', 'text'].filter(column => !named.includes(column)).map(column => `The column "${column}" is missing.`),
    ...(new Set(named).size < named.length ? ['A column occurs twice.'] : []),
  ]
}

const stemOf = (column: string) => /^([a-z]+)_([1-9]\d?)$/.exec(column)?.[1] ?? column
const isKnown = (column: string) =>
  column === '' ||
  [...COMMON, 'correct', ...SETTINGS].includes(column) ||
  (NUMBERED.includes(stemOf(column)) && numberOf(column) <= NUMBERS_AT_MOST)
const numberOf = (column: string) => Number(column.split('_').at(-1))

const isType = (type: unknown): type is QuestionType => QUESTION_TYPES.includes(type as QuestionType)

function foreignColumns(row: Map<string, string>, type: unknown): string[] {
  if (!isType(type)) return []
  const own = OWN[type]
  const used = (column: string) => COMMON.includes(column) || own.includes(stemOf(column)) || own.includes(column)
  return [...row].filter(([column, cell]) => cell !== '' && isKnown(column) && !used(column)).map(([column]) => column)
}

/** The body of a request that a row stands for. What a cell spells wrongly stays text, for the schema to refuse. */
function toFields(row: Map<string, string>, refuse: (message: string) => void): Record<string, unknown> {
  const cell = (column: string) => row.get(column) ?? ''
  const number = (column: string) => (cell(column).trim() === '' ? undefined : toNumberOrText(cell(column)))
  const flag = (column: string) => (cell(column).trim() === '' ? undefined : toFlagOrText(cell(column)))
  /** The cells of a numbered column up to the last row of parts that has any. */
  const filled = [...row].filter(([column, content]) => content !== '' && NUMBERED.includes(stemOf(column)))
  const count = (stems: string[]) =>
    Math.max(0, ...filled.filter(([column]) => stems.includes(stemOf(column))).map(([column]) => numberOf(column)))
  const parts = <T>(stems: string[], make: (number: number) => T) =>
    Array.from({ length: count(stems) }, (_, place) => make(place + 1))

  const type = cell('type')
    .trim()
    .toLowerCase()
    .replaceAll(/[ /-]+/g, '_')
  const text = cell('text')
  const fields: Record<string, unknown> = {
    type,
    text,
    points: number('points'),
    explanation: cell('explanation'),
    correct_feedback: cell('correct_feedback'),
    incorrect_feedback: cell('incorrect_feedback'),
    partial_credit: flag('partial_credit'),
    case_sensitive: flag('case_sensitive'),
    tolerance: number('tolerance'),
    tolerance_type: cell('tolerance_type').trim().toLowerCase() || undefined,
    min_words: number('min_words'),
    max_words: number('max_words'),
  }
  switch (type) {
    case 'multiple_choice':
    case 'multiple_select': {
      const correct = cell('correct')
        .split(/[\s;,]+/)
        .filter(entry => entry !== '')
      const choices = parts(['option', 'feedback'], number => ({
        text: cell(`option_${number}`),
        is_correct: correct.includes(String(number)),
        feedback: cell(`feedback_${number}`),
      }))
      if (!correct.every(entry => /^[1-9]\d?$/.test(entry) && Number(entry) <= choices.length)) {
        refuse('correct: Give the numbers of options, like 2 or 1;3.')
      }
      return { ...fields, choices }
    }
    case 'true_false':
      return { ...fields, correct_answer: flag('correct') }
    case 'numeric':
      return { ...fields, correct_value: number('correct') }
    case 'short_answer':
      return { ...fields, accepted_answers: parts(['option'], number => cell(`option_${number}`)) }
    case 'ordering':
      return { ...fields, items: parts(['option'], number => cell(`option_${number}`)) }
    case 'matching': {
      const pairs = parts(['option', 'match'], number => ({
        left: cell(`option_${number}`),
        right: cell(`match_${number}`),
      }))
      return { ...fields, pairs }
    }
    case 'fill_in_blank': {
      const names = blanksIn(text)
      const answers = parts(['option'], number => [names[number - 1] ?? '', splitList(cell(`option_${number}`))])
      return {
        ...fields,
        blanks: { ...Object.fromEntries(names.map(name => [name, []])), ...Object.fromEntries(answers) },
      }
    }
    case 'essay': {
      const rubric = parts(['option', 'match'], place => ({
        criterion: cell(`option_${place}`),
        max_points: number(`match_${place}`),
      }))
      return { ...fields, rubric }
    }
    default:
      return fields
  }
}

const toFlagOrText = (cell: string) => {
  const flag = cell.trim().toLowerCase()
  return TRUE.includes(flag) ? true : FALSE.includes(flag) ? false : cell
}
const TRUE = ['true', 'yes', '1']
const FALSE = ['false', 'no', '0']

const PART_COLUMNS: Record<string, string> = {
  'choices.text': 'option',
  'choices.feedback': 'feedback',
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
