import { describe, expect, test } from 'vitest'
import { newQuestion } from './build.ts'
import { shuffle } from './shuffle.ts'
import { toLearnerQuestion } from './views.ts'

// Ids and the order of shown parts reveal nothing about the key: over thousands of questions they correlate with it no more
// than chance does. Bounds are six standard deviations wide, so one run in a hundred million fails by chance.

const QUESTIONS = 3_000
const PARTS = 6
const SIGMAS = 6
const ID_BITS = 48

const times = <T>(count: number, make: (place: number) => T) => Array.from({ length: count }, (_, place) => make(place))
const texts = (stem: string) => times(PARTS, place => `${stem} ${place}`)
const place = { id: 1, order: 1 }
/** The rank of each number in the list. */
const ranks = (numbers: readonly number[]) => numbers.map(number => numbers.filter(other => other < number).length)
const mean = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length

/** Spearman's rank correlation: 1 for the same order, -1 for the reverse, by chance 0 on average with variance 1 / (n - 1). */
function correlation(one: readonly number[], other: readonly number[]): number {
  const squares = one.reduce((sum, rank, index) => sum + (rank - (other[index] ?? 0)) ** 2, 0)
  return 1 - (6 * squares) / (one.length * (one.length ** 2 - 1))
}
const NO_MORE_THAN_CHANCE = SIGMAS / Math.sqrt((PARTS - 1) * QUESTIONS)

/** @param ordersOf two orders of the same parts, as ranks */
function areUnrelated(ordersOf: () => [number[], number[]]): void {
  expect(Math.abs(mean(times(QUESTIONS, () => correlation(...ordersOf()))))).toBeLessThan(NO_MORE_THAN_CHANCE)
}

const options = { shuffle, randomizeChoices: true }
const IN_ORDER = times(PARTS, rank => rank)

function ordering() {
  const question = newQuestion({ type: 'ordering', text: 'Q', items: texts('item') })
  const shown = toLearnerQuestion(place, question, options)
  if (question.type !== 'ordering' || shown.type !== 'ordering') throw new Error('no ordering')
  return { key: question.items.map(({ id }) => id), shown: shown.items.map(({ id }) => id) }
}

function matching() {
  const pairs = times(PARTS, pair => ({ left: `left ${pair}`, right: `right ${pair}` }))
  const question = newQuestion({ type: 'matching', text: 'Q', pairs })
  const shown = toLearnerQuestion(place, question, options)
  if (question.type !== 'matching' || shown.type !== 'matching') throw new Error('no matching')
  return { pairs: question.pairs, left: shown.left.map(({ id }) => id), right: shown.right.map(({ id }) => id) }
}

describe('an ordering', () => {
  test('is shown in no order that goes with the right one', () => {
    areUnrelated(() => {
      const { key, shown } = ordering()
      return [IN_ORDER, key.map(id => shown.indexOf(id))]
    })
  })

  test('has ids that do not either, nor with the order shown', () => {
    areUnrelated(() => [IN_ORDER, ranks(ordering().key)])
    areUnrelated(() => [IN_ORDER, ranks(ordering().shown)])
  })

  test('shows every item in every place equally often', () => {
    const counts = times(PARTS * PARTS, () => 0)
    for (let made = 0; made < QUESTIONS; made += 1) {
      const { key, shown } = ordering()
      key.forEach((id, rank) => {
        const cell = rank * PARTS + shown.indexOf(id)
        counts[cell] = (counts[cell] ?? 0) + 1
      })
    }
    const expected = QUESTIONS / PARTS
    const deviation = Math.sqrt(QUESTIONS * (1 / PARTS) * (1 - 1 / PARTS))
    for (const count of counts) expect(Math.abs(count - expected)).toBeLessThan(SIGMAS * deviation)
  })
})

describe('a matching', () => {
  test('shows its halves in orders that do not go with each other', () => {
    areUnrelated(() => {
      const { pairs, left, right } = matching()
      return [pairs.map(({ leftId }) => left.indexOf(leftId)), pairs.map(({ rightId }) => right.indexOf(rightId))]
    })
  })

  test('has ids that do not go with each other, nor with the order of its pairs', () => {
    areUnrelated(() => {
      const { pairs } = matching()
      return [ranks(pairs.map(({ leftId }) => leftId)), ranks(pairs.map(({ rightId }) => rightId))]
    })
    areUnrelated(() => [IN_ORDER, ranks(matching().pairs.map(({ rightId }) => rightId))])
  })

  test('has halves whose ids agree in every bit half of the time', () => {
    const pairs = times(QUESTIONS, matching).flatMap(({ pairs }) => pairs)
    const bound = (SIGMAS * 0.5) / Math.sqrt(pairs.length)
    for (let bit = 0; bit < ID_BITS; bit += 1) {
      const agree = ({ leftId, rightId }: { leftId: number; rightId: number }) =>
        Math.floor(leftId / 2 ** bit) % 2 === Math.floor(rightId / 2 ** bit) % 2 ? 1 : 0
      expect(Math.abs(mean(pairs.map(agree)) - 0.5), `bit ${bit}`).toBeLessThan(bound)
    }
  })
})

describe('a choice', () => {
  const choices = texts('choice').map((text, index) => ({ text, is_correct: index === 0 }))
  const chance = SIGMAS * Math.sqrt((PARTS ** 2 - 1) / 12 / QUESTIONS)
  const make = (randomizeChoices: boolean) => {
    const question = newQuestion({ type: 'multiple_choice', text: 'Q', choices })
    const shown = toLearnerQuestion(place, question, { shuffle, randomizeChoices })
    if (question.type !== 'multiple_choice') throw new Error('no choice')
    const [right] = question.choices
    const ids = shown.choices.map(({ id }) => id)
    return { ids, right: right?.id ?? 0, key: question.choices.map(({ id }) => id) }
  }

  test('has the right one at any place where choices are shuffled, and as the author wrote where not', () => {
    const places = times(QUESTIONS, () => make(true)).map(({ ids, right }) => ids.indexOf(right))
    expect(Math.abs(mean(places) - (PARTS - 1) / 2)).toBeLessThan(chance)
    const { ids, key } = make(false)
    expect(ids).toEqual(key)
  })

  test('has a right one whose id is neither high nor low', () => {
    const made = times(QUESTIONS, () => make(true)).map(({ ids, right }) => ids.filter(id => id < right).length)
    expect(Math.abs(mean(made) - (PARTS - 1) / 2)).toBeLessThan(chance)
  })
})
