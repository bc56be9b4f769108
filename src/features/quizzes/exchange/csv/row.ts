import { blanksIn } from '../../questions/question.ts'
import { cellsOf, type Row, type RowLog } from './cells.ts'
import { splitList } from './columns.ts'

/** Turns a row into the body of a request that adds its question. */
export function toFields(row: Row, options: { hasDecimalCommas: boolean }, log: RowLog): Record<string, unknown> {
  const cells = cellsOf(row, options, log)
  const { cell, number, flag, word, parts } = cells
  const type = word('type').replaceAll(/[\s/-]+/g, '_')
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
    tolerance_type: word('tolerance_type') || undefined,
    min_words: number('min_words'),
    max_words: number('max_words'),
  }
  switch (type) {
    case 'multiple_choice':
    case 'multiple_select':
      return { ...fields, choices: toChoices(cells, log) }
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

function toChoices({ cell, number, parts, isFilled }: ReturnType<typeof cellsOf>, { refuse }: RowLog) {
  const correct = cell('correct')
    .split(/[\s;,]+/)
    .filter(entry => entry !== '')
  const hasWeights = isFilled('weight')
  const choices = parts(['option', 'feedback', 'weight'], place => ({
    text: cell(`option_${place}`),
    is_correct: correct.includes(String(place)),
    feedback: cell(`feedback_${place}`),
    ...(hasWeights && { weight: number(`weight_${place}`) }),
  }))
  if (!correct.every(entry => /^[1-9]\d?$/.test(entry) && Number(entry) <= choices.length)) {
    refuse('correct: Give the numbers of options, like 2 or 1;3.')
  }
  return choices
}
