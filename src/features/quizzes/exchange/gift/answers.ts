/** Reads the answers of a GIFT key, with marks, weights and feedback, into fields of a question. */
import { decimal, minus, plus, times, toNumber } from '../../answers/decimal.ts'
import { weightUnits } from '../../questions/question.ts'
import { toNumberOrText } from '../exchange.ts'
import { marksIn, splitAtMark, unescaped } from './text.ts'
import { type Entry, hasEqualShares, withExactFractions } from './weights.ts'

export type Fields = Record<string, unknown>
export type Log = { warn(message: string): void }

/** The answers of a key. An answer before the first mark has no sign. */
function entriesIn(key: string, marks: string): Entry[] {
  const signs = [...marksIn(key, marks)]
  const pieces = signs.map(({ mark, at }, place) => ({ sign: mark, piece: key.slice(at + 1, signs[place + 1]?.at) }))
  const first = key.slice(0, signs[0]?.at)
  return [...(first.trim() === '' ? [] : [{ sign: '', piece: first }]), ...pieces].map(({ sign, piece }) => {
    // Some locales write a decimal comma.
    const weight = /^\s*%(-?\d{1,3}(?:[.,]\d*)?)%/.exec(piece)
    const { before, after } = splitAtMark(piece.slice(weight?.[0].length ?? 0), '#')
    return {
      sign: sign as Entry['sign'],
      weight: weight ? toWeight(weight[1]) : sign === '~' ? 0 : 100,
      text: unescaped(before),
      feedback: unescaped(after ?? ''),
    }
  })
}

/** Rounds to the five decimals that a weight may have, because Moodle keeps seven. */
const toWeight = (written = '') => weightUnits(Number(written.replace(',', '.'))) / 100_000

/** Moodle skips an answer without a text, as an extra mark makes one: `{~=right ~wrong}`. */
function withoutEmpty(entries: Entry[], log: Log): Entry[] {
  if (entries.some(({ text, feedback }) => text === '' && feedback !== '')) {
    log.warn('An answer without a text is left out, and its feedback with it.')
  }
  return entries.filter(({ text }) => text !== '')
}

/** With `=` learners select one choice: the correct one for all points, or a weighted one for a part of them. */
export function readChoices(key: string, log: Log): Fields {
  const written = entriesIn(key, '[=~]').map(entry => (entry.sign === '' ? { ...entry, weight: 0 } : entry))
  const entries = withoutEmpty(written, log)
  if (written.some(({ sign }) => sign === '=')) {
    const hasWeights = entries.some(({ weight }) => weight !== 0 && weight !== 100)
    return { type: 'multiple_choice', choices: toChoices(entries, { hasWeights, isCorrect: weight => weight === 100 }) }
  }
  const weighted = withExactFractions(entries, log)
  const isWeighted = weighted.some(({ weight }) => weight !== 0)
  return {
    type: 'multiple_select',
    choices: toChoices(weighted, {
      hasWeights: isWeighted && !hasEqualShares(weighted),
      isCorrect: weight => weight > 0,
    }),
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
    const { before: left, after: right } = splitAtMark(key.slice(at + 1, marks[place + 1]?.at), '->')
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

/** Reads `1822`, `1822:2` or `1820..1824`. Anything else stays text, which the schema refuses. */
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

/** Splits answers into those worth 100 % and the feedback on wrong ones, from a catch-all worth nothing. */
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
