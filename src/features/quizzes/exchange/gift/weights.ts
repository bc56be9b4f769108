/** Weights of several right choices in Moodle's files. */

/** `weight` is a percentage; without one in the file, `=` is worth 100 and `~` 0. */
export type Entry = { sign: '' | '=' | '~'; weight: number; text: string; feedback: string }

/** The fractions that Moodle offers, in percent. */
const FRACTIONS = [
  100, 90, 83.33333, 80, 75, 70, 66.66667, 60, 50, 40, 33.33333, 30, 25, 20, 16.66667, 14.28571, 12.5, 11.11111, 10, 5,
]
/** Percentage points by which a fraction without its decimals may be off: 33 for 33.33333, 12 for 12.5. */
const ROUNDED_BY = 0.5
/** Thirds, sixths and sevenths do not add up to exactly 100. */
const TOLERANCE = 0.01

const isNearly = (one: number, other: number) => Math.abs(one - other) < TOLERANCE
const isNearlyTo = (one: number) => (other: number) => isNearly(one, other)
const sumOf = (entries: Entry[]) => entries.reduce((total, { weight }) => total + Math.max(0, weight), 0)

/**
 * Whether each right choice adds an equal share and each wrong one subtracts one, which is partial credit without weights.
 * Weights must equal a share that needs no rounding, like 100 or 12.5, exactly.
 */
export function hasEqualShares(entries: Entry[]): boolean {
  const share = 100 / entries.filter(({ weight }) => weight > 0).length
  const isShare = Number.isInteger(share * 1e5) ? (weight: number) => weight === share : isNearlyTo(share)
  return entries.every(({ weight }) => isShare(Math.abs(weight)) && weight !== 0)
}

/** Replaces weights that do not add up to 100 by the fractions that they round, if those do: three times `%33%`. */
export function withExactFractions(entries: Entry[], log: { warn(message: string): void }): Entry[] {
  if (isNearly(sumOf(entries), 100)) return entries
  const nearest = entries.map(entry => ({ ...entry, weight: nearestFraction(entry.weight) }))
  if (!isNearly(sumOf(nearest), 100)) return entries
  log.warn('Weights that do not add up to 100 % are taken for the fractions they round, as 33 % for 33.33333 %.')
  return nearest
}

function nearestFraction(weight: number): number {
  const distance = (fraction: number) => Math.abs(fraction - Math.abs(weight))
  const [nearest = 0] = FRACTIONS.toSorted((one, other) => distance(one) - distance(other))
  return distance(nearest) > ROUNDED_BY ? weight : Math.sign(weight) * nearest
}
