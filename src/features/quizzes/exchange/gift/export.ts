/** Questions in Moodle's GIFT format, as far as the format can carry them. */
import { absolute, decimal, times, toNumber } from '../../answers/decimal.ts'
import { blanksIn, correctOf, type Question, type QuestionOf } from '../../questions/question.ts'
import { differences, type Exported } from '../exchange.ts'
import { importGift } from './import.ts'
import { escaped, escapedWithin } from './text.ts'

/** Reads every question back from its text and lists in `lost` the fields in which the two differ. */
export function exportGift(questions: readonly Question[]): Exported {
  const blocks: string[] = []
  const lost: Exported['lost'] = []
  questions.forEach((question, place) => {
    const block = write(question)
    const [reread] = block === null ? [] : importGift(block, { isSurvey: true }).questions
    if (block === null || !reread) {
      lost.push({
        question: place + 1,
        message: `GIFT has no form for this ${question.type} question: it was left out.`,
      })
      return
    }
    blocks.push(block)
    const lostFields = differences(question, reread)
    if (lostFields.length > 0)
      lost.push({ question: place + 1, message: `GIFT does not carry ${lostFields.join(', ')}.` })
  })
  return { text: blocks.join('\n'), lost }
}

function write(question: Question): string | null {
  const general = question.explanation && `####${escaped(question.explanation)}`
  const withKey = (key: string) => `${escaped(question.text)} {${key}${general}}\n`
  const withEntries = (entries: string[], mark = '') =>
    withKey(`${mark}\n${entries.map(entry => `\t${entry}\n`).join('')}${general && '\t'}`)
  switch (question.type) {
    case 'multiple_choice':
      return withEntries(
        question.choices.map(choice => (choice.isCorrect ? '=' : weightMark(choice.weight)) + withFeedback(choice)),
      )
    case 'multiple_select':
      return withEntries(writeWeighted(question))
    case 'true_false':
      return question.correctAnswer === null ? null : withKey(writeTruth(question, question.correctAnswer))
    case 'short_answer':
      return withEntries(writeAccepted(question, question.acceptedAnswers))
    case 'numeric':
      return question.correctValue === null ? null : withEntries(writeNumber(question, question.correctValue), '#')
    case 'matching':
      return withEntries(question.pairs.map(({ left, right }) => `=${escaped(left)} -> ${escaped(right)}`))
    case 'fill_in_blank':
      return writeSentence(question, general)
    case 'essay':
      return withKey('')
    case 'ordering':
      return null
  }
}

const withFeedback = ({ text, feedback }: { text: string; feedback: string }) =>
  escaped(text) + (feedback && `#${escaped(feedback)}`)

/** A mark and a weight, with up to five decimals, as Moodle writes it. */
const weightMark = (weight = 0) => (weight === 0 ? '~' : `~%${weight}%`)

/**
 * Without weights, right choices share 100 % and a wrong one subtracts a share. Without partial credit a wrong one subtracts
 * everything, because GIFT cannot express all or nothing.
 */
function writeWeighted({ choices, partialCredit }: QuestionOf<'multiple_select'>): string[] {
  const right = correctOf(choices).length
  const share = right === 0 ? 0 : Number((100 / right).toFixed(5))
  const wrong = partialCredit || right === 0 ? -share : -100
  return choices.map(choice => weightMark(choice.weight ?? (choice.isCorrect ? share : wrong)) + withFeedback(choice))
}

function writeTruth({ correctFeedback, incorrectFeedback }: Question, answer: boolean): string {
  const incorrect = incorrectFeedback || correctFeedback ? `#${escaped(incorrectFeedback)}` : ''
  return (answer ? 'TRUE' : 'FALSE') + incorrect + (correctFeedback && `#${escaped(correctFeedback)}`)
}

/** Adds a catch-all worth nothing for the feedback on wrong answers. Escapes asterisks, which would match any text. */
function writeAccepted({ correctFeedback, incorrectFeedback }: Question, accepted: string[]): string[] {
  const right = accepted.map(
    text => `=${withFeedback({ text: text.replaceAll('*', '\\*'), feedback: correctFeedback })}`,
  )
  return incorrectFeedback === '' ? right : [...right, `=%0%*#${escaped(incorrectFeedback)}`]
}

/** GIFT's tolerance is absolute. */
function writeNumber(question: QuestionOf<'numeric'>, value: number): string[] {
  const { tolerance, toleranceType, correctFeedback, incorrectFeedback } = question
  const percent = times(decimal(tolerance), absolute(decimal(value)))
  const bound = toleranceType === 'absolute' ? tolerance : toNumber({ ...percent, exponent: percent.exponent - 2 })
  const right = `=${value}:${bound}${correctFeedback && `#${escaped(correctFeedback)}`}`
  return incorrectFeedback === '' ? [right] : [right, `~#${escaped(incorrectFeedback)}`]
}

/** GIFT writes the answers of a blank in its place, and allows a single blank; null for more. */
function writeSentence(question: QuestionOf<'fill_in_blank'>, general: string): string | null {
  const [number, ...others] = blanksIn(question.text)
  const [before, after, again] = question.text.split(`{{${number}}}`)
  if (number === undefined || others.length > 0 || after === undefined || again !== undefined) return null
  const key = writeAccepted(question, question.blanks[number] ?? []).join(' ')
  return `${before && escaped(before)}{${key}${general}}${escapedWithin(after)}\n`
}
