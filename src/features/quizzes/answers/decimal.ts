/** Exact decimals, as people write numbers. In binary fractions 0.4 - 0.3 is more than 0.1. */

/** `units` × 10 ^ `exponent` */
export type Decimal = { units: bigint; exponent: number }

/** A double holds 15 exact decimal digits and some noise: 0.1 + 0.2 gives 0.30000000000000004. */
const SIGNIFICANT_DIGITS = 15

/** @param value finite; the result has all digits of a whole number and 15 significant ones of a fraction */
export function decimal(value: number): Decimal {
  const written = Number.isSafeInteger(value) ? String(value) : value.toPrecision(SIGNIFICANT_DIGITS)
  const [mantissa = '', exponent = '0'] = written.split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  return { units: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length }
}

export function toNumber({ units, exponent }: Decimal): number {
  return Number(`${units}e${exponent}`)
}

export function plus(one: Decimal, other: Decimal): Decimal {
  const exponent = Math.min(one.exponent, other.exponent)
  return { units: unitsAt(one, exponent) + unitsAt(other, exponent), exponent }
}

export const minus = (one: Decimal, other: Decimal) => plus(one, { ...other, units: -other.units })

export function times(one: Decimal, other: Decimal): Decimal {
  return { units: one.units * other.units, exponent: one.exponent + other.exponent }
}

export const absolute = (value: Decimal): Decimal => ({
  ...value,
  units: value.units < 0n ? -value.units : value.units,
})

export const isAtMost = (one: Decimal, other: Decimal) => minus(one, other).units <= 0n

const unitsAt = ({ units, exponent }: Decimal, at: number) => units * 10n ** BigInt(exponent - at)
