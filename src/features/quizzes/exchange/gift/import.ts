/**
 * Questions from Moodle's GIFT format, told apart as Moodle's own importer tells them: `{}` essay, `{#…}` numeric, with
 * `~` multiple choice (with `=`) or multiple select (with weights alone), with `=` and `->` matching, `{T}` true/false,
 * else a short answer, which in the middle of a sentence is a fill in the blank.
 */
import { decimal, minus, plus, times, toNumber } from '../../answers/decimal.ts'
import { blanksIn } from '../../questions/question.ts'
import {
  type Imported,
  imported,
  isEnough,
  lineAt,
  QUESTION_LIMIT_BYTES,
  type Reading,
  TOO_LARGE,
  toNumberOrText,
  warningsOnce,
} from '../exchange.ts'
import {
  blocksOf,
  cut,
  firstMark,
  formatsIn,
  hasMoreMarks,
  lastMark,
  marksIn,
  taggingComment,
  unescaped,
} from './text.ts'

/** Far more than a question may have: a file of nothing but marks is refused before they are all taken apart. */
const ANSWERS_AT_MOST = 500
/** Escapes at most double a text: what is longer is not even taken apart. */
const BLOCK_LENGTH = 2 * QUESTION_LIMIT_BYTES

export const importGift = (text: string, quiz: { isSurvey: boolean }): Imported =>
  imported(text, quiz, read, path => path.join('.'))

const FORMATS: Record<string, string> = { html: 'HTML', markdown: 'Markdown' }

type Fields = Record<string, unknown>
type Log = { warn(message: string): void; refuse(message: string): null }

function read(text: string): Reading {
  const { warnings, warn } = warningsOnce()
  const reading: Reading = { drafts: [], errors: [], warnings }
  const tagging = taggingComment(text)
  if (tagging >= 0) warn(lineAt(text, tagging), 'Tags and ids in comments are not kept.')
  for (const { line, text: block } of blocksOf(text)) {
    if (isEnough(reading)) break
    if (block.length > BLOCK_LENGTH) {
      reading.errors.push({ line, message: TOO_LARGE })
      continue
    }
    const fields = readBlock(block, {
      warn: message => warn(line, message),
      refuse(message) {
        reading.errors.push({ line, message })
        return null
      },
    })
    if (fields) reading.drafts.push({ line, fields })
  }
  return reading
}

/** The question of a block; null where there is none. */
function readBlock(block: string, log: Log): Fields | null {
  const category = /^\$CATEGORY:[^\n]*\n?/.exec(block)?.[0]
  if (category !== undefined) log.warn('Categories are not kept.')
  const { title, rest } = splitTitle(block.slice(category?.length ?? 0))
  if (title !== '') log.warn('Titles are not kept: a question is known by its text.')
  if (rest === '') return null

  const open = firstMark(rest, '\\{')
  const close = firstMark(rest, '\\}')
  if (!open && !close) {
    log.warn('A text without { } is a description, no question, and was left out.')
    return null
  }
  if (!open || !close || close.at < open.at) return log.refuse('A { needs its }, without a blank line between them.')
  const stem = { before: rest.slice(0, open.at), after: rest.slice(close.at + 1) }
  const section = rest.slice(open.at + 1, close.at)
  if (firstMark(section + stem.after, '[{}]')) {
    return log.refuse('A question has one { }. Write \\{ and \\} for the characters themselves.')
  }
  for (const format of formatsIn(rest)) log.warn(`${FORMATS[format]} is kept as it is written.`)

  const general = lastMark(section, '####')
  const key = section.slice(0, general?.at).trim()
  if (hasMoreMarks(key, '[=~]', ANSWERS_AT_MOST))
    return log.refuse(`A question may have at most ${ANSWERS_AT_MOST} answers.`)
  const fields = readKey(key, stem, log)
  return { explanation: general ? unescaped(section.slice(general.at + 4)) : '', ...fields, text: fields.text || title }
}

function splitTitle(block: string): { title: string; rest: string } {
  const { before, after } = block.startsWith('::') ? cut(block.slice(2), '::') : { before: '', after: null }
  return after === null ? { title: '', rest: block.trim() } : { title: unescaped(before), rest: after.trim() }
}

const NO_TRUTH = 'Only T, TRUE, F and FALSE in capitals make a true/false question: others are a short answer.'

type Stem = { before: string; after: string }

/** A key in the middle of a sentence leaves a gap there. */
const textAround = ({ before, after }: Stem, gap: string) => unescaped(before + (after.trim() && gap) + after)

function readKey(key: string, stem: Stem, log: Log): Fields & { text: string } {
  const text = textAround(stem, '_____')
  if (key === '') return { type: 'essay', text }
  if (key.startsWith('#')) return { ...readNumeric(key.slice(1), log), text }
  if (firstMark(key, '~')) return { ...readChoices(key, log), text }
  if (firstMark(key, '=') && key.includes('->')) return { ...readMatching(key, log), text }
  const truth = /^(T|TRUE|F|FALSE)\s*(#|$)/.exec(key)?.[1]
  if (truth) {
    const { before: incorrect, after: correct } = cut(cut(key, '#').after ?? '', '#')
    const feedback = { incorrect_feedback: unescaped(incorrect), correct_feedback: unescaped(correct ?? '') }
    return { type: 'true_false', text, correct_answer: truth.startsWith('T'), ...feedback }
  }
  if (/^(t|true|f|false)\s*(#|$)/i.test(key)) log.warn(NO_TRUTH)
  const { accepted, ...feedback } = readShortAnswers(key, log)
  const inSentence = textAround(stem, '{{1}}')
  if (stem.after.trim() === '' || blanksIn(textAround(stem, '_____')).length > 0) {
    return { type: 'short_answer', text, accepted_answers: accepted, ...feedback }
  }
  return { type: 'fill_in_blank', text: inSentence, blanks: { 1: accepted }, ...feedback }
}

/** Percent; without one, `=` is worth all and `~` nothing. */
type Entry = { sign: '' | '=' | '~'; weight: number; text: string; feedback: string }

/** The answers of a key. One that comes before the first mark has no sign. */
function entriesIn(key: string, marks: string): Entry[] {
  const found = [...marksIn(key, marks)]
  const pieces = found.map(({ mark, at }, place) => ({ sign: mark, piece: key.slice(at + 1, found[place + 1]?.at) }))
  const first = key.slice(0, found[0]?.at)
  return [...(first.trim() === '' ? [] : [{ sign: '', piece: first }]), ...pieces].map(({ sign, piece }) => {
    const weight = /^\s*%(-?\d{1,3}(?:\.\d*)?)%/.exec(piece)
    const { before, after } = cut(piece.slice(weight?.[0].length ?? 0), '#')
    return {
      sign: sign as Entry['sign'],
      weight: weight ? Number(weight[1]) : sign === '~' ? 0 : 100,
      text: unescaped(before),
      feedback: unescaped(after ?? ''),
    }
  })
}

function readChoices(key: string, log: Log): Fields {
  const entries = entriesIn(key, '[=~]').map(entry => (entry.sign === '' ? { ...entry, weight: 0 } : entry))
  const isSingle = entries.some(({ sign }) => sign === '=')
  const isCorrect = ({ weight }: Entry) => (isSingle ? weight === 100 : weight > 0)
  const choices = entries.map(entry => ({ text: entry.text, is_correct: isCorrect(entry), feedback: entry.feedback }))
  if (isSingle) {
    if (entries.some(({ weight }) => weight !== 0 && weight !== 100))
      log.warn('Part marks for one choice are not kept.')
    return { type: 'multiple_choice', choices }
  }
  const share = 100 / entries.filter(isCorrect).length
  const [right, wrong] = [entries.filter(isCorrect), entries.filter(entry => !isCorrect(entry))]
  const isAllOrNothing = right.length === 0 || (wrong.length > 0 && wrong.every(({ weight }) => weight === -100))
  const isShare = ({ weight }: Entry, expected: number) => Math.abs(weight - expected) < 0.01
  const areShares =
    right.every(entry => isShare(entry, share)) && (isAllOrNothing || wrong.every(entry => isShare(entry, -share)))
  if (!areShares)
    log.warn('Weights are kept as equal shares: each right choice adds one, each wrong one takes one away.')
  return { type: 'multiple_select', choices, partial_credit: !isAllOrNothing }
}

function readMatching(key: string, log: Log): Fields {
  const pairs = [...marksIn(key, '=')].map(({ at }, place, marks) => {
    const { before: left, after: right } = cut(key.slice(at + 1, marks[place + 1]?.at), '->')
    return { left: unescaped(left), right: unescaped(right ?? '') }
  })
  if (pairs.some(({ left, right }) => left === '' && right !== '')) {
    log.warn('Right halves without a left one are left out.')
  }
  return { type: 'matching', pairs: pairs.filter(({ left, right }) => left !== '' || right === '') }
}

function readShortAnswers(key: string, log: Log) {
  const { full, ...feedback } = creditOf(entriesIn(key, '='), log)
  if (full.some(({ text }) => /(^|[^\\])\*/.test(text))) log.warn('An asterisk stands for itself, not for any text.')
  return { accepted: full.map(({ text }) => text.replaceAll('\\*', '*')), ...feedback }
}

function readNumeric(key: string, log: Log): Fields {
  const { full, ...feedback } = creditOf(entriesIn(key, '[=~]'), log)
  if (full.length > 1) log.warn('Of several numbers that are right only the first is kept.')
  return { type: 'numeric', ...readNumber(full[0]?.text ?? ''), ...feedback }
}

/** `1822`, `1822:2` or `1820..1824`. What is no number stays text, for the schema to refuse. */
function readNumber(text: string): Fields {
  const [low, high] = text.split('..').map(end => toNumberOrText(end))
  if (typeof low === 'number' && typeof high === 'number') {
    const middle = times(plus(decimal(low), decimal(high)), { units: 5n, exponent: -1 })
    return { correct_value: toNumber(middle), tolerance: toNumber(minus(decimal(high), middle)) }
  }
  const [value = '', tolerance] = text.split(':')
  return {
    correct_value: toNumberOrText(value),
    ...(tolerance !== undefined && { tolerance: toNumberOrText(tolerance) }),
  }
}

/** Splits answers into those worth everything and, from a catch-all worth nothing, the feedback on wrong ones. */
function creditOf(entries: Entry[], log: Log) {
  const full = entries.filter(({ weight }) => weight === 100)
  const isCatchAll = ({ weight, text }: Entry) => weight === 0 && (text === '*' || text === '')
  const feedbacks = new Set(full.map(({ feedback }) => feedback))
  if (feedbacks.size > 1) log.warn('Feedback that differs between right answers is not kept.')
  if (entries.some(entry => entry.weight !== 100 && !isCatchAll(entry))) {
    log.warn('Answers that are worth less than 100 % are left out.')
  }
  return {
    full,
    correct_feedback: feedbacks.size === 1 ? (full[0]?.feedback ?? '') : '',
    incorrect_feedback: entries.find(isCatchAll)?.feedback ?? '',
  }
}
