/** The answers of a GIFT key: marks, weights and feedback, and the fields of the question that they make. */
import { decimal, minus, plus, times, toNumber } from '../../answers/decimal.ts'
import { weightUnits } from '../../questions/question.ts'
import { toNumberOrText } from '../exchange.ts'
import { cut, marksIn, unescaped } from './text.ts'
import { type Entry, hasShares, roundedByHand } from './weights.ts'

export type Fields = Record<string, unknown>
export type Log = { warn(message: string): void }

/** The answers of a key. One that comes before the first mark has no sign. */
function entriesIn(key: string, marks: string): Entry[] {
  const found = [...marksIn(key, marks)]
  const pieces = found.map(({ mark, at }, place) => ({ sign: mark, piece: key.slice(at + 1, found[place + 1]?.at) }))
  const first = key.slice(0, found[0]?.at)
  return [...(first.trim() === '' ? [] : [{ sign: '', piece: first }]), ...pieces].map(({ sign, piece }) => {
    // Some locales write a decimal comma.
    const weight = /^\s*%(-?\d{1,3}(?:[.,]\d*)?)%/.exec(piece)
    const { before, after } = cut(piece.slice(weight?.[0].length ?? 0), '#')
    return {
      sign: sign as Entry['sign'],
      weight: weight ? toWeight(weight[1]) : sign === '~' ? 0 : 100,
      text: unescaped(before),
      feedback: unescaped(after ?? ''),
    }
  })
}

/** With the five decimals that a weight may have; Moodle itself keeps seven. */
const toWeight = (written = '') => weightUnits(Number(written.replace(',', '.'))) / 100_000

/** Moodle skips an answer without a text, which a mark too many makes: `{~=right ~wrong}`. */
function withoutEmpty(entries: Entry[], log: Log): Entry[] {
  if (entries.some(({ text, feedback }) => text === '' && feedback !== '')) {
    log.warn('An answer without a text is left out, and its feedback with it.')
  }
  return entries.filter(({ text }) => text !== '')
}

/** With `=` one choice is to be selected: the best of them, or for a part of the points another. */
export function readChoices(key: string, log: Log): Fields {
  const written = entriesIn(key, '[=~]').map(entry => (entry.sign === '' ? { ...entry, weight: 0 } : entry))
  const entries = withoutEmpty(written, log)
  if (written.some(({ sign }) => sign === '=')) {
    const hasWeights = entries.some(({ weight }) => weight !== 0 && weight !== 100)
    return { type: 'multiple_choice', choices: toChoices(entries, { hasWeights, isCorrect: weight => weight === 100 }) }
  }
  const weighted = roundedByHand(entries, log)
  const isWeighted = weighted.some(({ weight }) => weight !== 0)
  return {
    type: 'multiple_select',
    choices: toChoices(weighted, { hasWeights: isWeighted && !hasShares(weighted), isCorrect: weight => weight > 0 }),
    partial_credit: isWeighted,
  }
}

type Reading = { hasWeights: boolean; isCorrect: (weight: number) => boolean }
const toChoices = (entries: Entry[], { hasWeights, isCorrect }: Reading) =>
  entries.map(({ text, feedback, weight }) => ({
    text,
    is_correct: isCorrect(weight),
    feedback,
    ...(hasWeights && { weight }),
  }))

export function readMatching(key: string, log: Log): Fields {
  const pairs = [...marksIn(key, '=')].map(({ at }, place, marks) => {
    const { before: left, after: right } = cut(key.slice(at + 1, marks[place + 1]?.at), '->')
    return { left: unescaped(left), right: unescaped(right ?? '') }
  })
  if (pairs.some(({ left, right }) => left === '' && right !== '')) {
    log.warn('Right halves without a left one are left out.')
  }
  return { type: 'matching', pairs: pairs.filter(({ left }) => left !== '') }
}

export function readShortAnswers(key: string, log: Log) {
  const { full, ...feedback } = creditOf(entriesIn(key, '='), log)
  if (full.some(({ text }) => /(^|[^\\])\*/.test(text))) log.warn('An asterisk stands for itself, not for any text.')
  return { accepted: full.map(({ text }) => text.replaceAll('\\*', '*')), ...feedback }
}

export function readNumeric(key: string, log: Log): Fields {
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
  const isCatchAll = ({ weight, text }: Entry) => weight === 0 && (text === '*' || text === '')
  const rest = withoutEmpty(
    entries.filter(entry => !isCatchAll(entry)),
    log,
  )
  const full = rest.filter(({ weight }) => weight === 100)
  const feedbacks = new Set(full.map(({ feedback }) => feedback))
  if (feedbacks.size > 1) log.warn('Feedback that differs between right answers is not kept.')
  if (full.length < rest.length) log.warn('Answers that are worth less than 100 % are left out.')
  return {
    full,
    correct_feedback: feedbacks.size === 1 ? (full[0]?.feedback ?? '') : '',
    incorrect_feedback: entries.find(isCatchAll)?.feedback ?? '',
  }
}
