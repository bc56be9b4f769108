/** Field schemas that every area shares. They are strict: a number in quotes is not a number. */
import * as z from 'zod'
import { lazy } from './lazy.ts'

export const TITLE_LENGTH = 200
export const DESCRIPTION_LENGTH = 5_000

/** An object whose fields are built when a request or the OpenAPI document first needs them, not at start-up. */
export function object<Fields extends z.core.$ZodLooseShape>(fields: () => Fields): LazyObject<Fields> {
  const shape = lazy(() => ({ ...fields() }))
  const definition = {
    type: 'object' as const,
    get shape() {
      return shape()
    },
  }
  // The accessor widens the type parameter.
  return new z.ZodObject(definition) as unknown as LazyObject<Fields>
}
type LazyObject<Fields extends z.core.$ZodLooseShape> = ReturnType<typeof z.object<Fields>>

/** The same fields, all optional. */
export const partial = <Fields extends z.core.$ZodShape>(whole: z.ZodObject<Fields>) =>
  object(() => whole.partial().shape)

/** Whether a text has more than `max` characters (code points). Counts them only where `length` does not decide. */
export const isLonger = (value: string, max: number): boolean =>
  value.length > 2 * max || (value.length > max && [...value].length > max)

/** Text whose later checks run only if it has at most `max` characters (code points): a body may hold a megabyte. */
export const within = (max: number) =>
  z
    .string()
    .check(({ value, issues }) => {
      const message = `Ensure this field has no more than ${max} characters.`
      if (isLonger(value, max)) issues.push({ code: 'custom', input: value, message })
    })
    .meta({ maxLength: max })

/** Text of at most `max` characters (code points: an emoji is one). Refuses NUL, at which SQLite would cut the text. */
export const text = (max: number, { min = 0 } = {}) =>
  within(max)
    .check(({ value, issues }) => {
      const refuse = (message: string) => issues.push({ code: 'custom', input: value, message })
      if ([...value].length < min) refuse(`Ensure this field has at least ${min} characters.`)
      if (value.includes('\0')) refuse('Null characters are not allowed.')
    })
    .meta({ maxLength: max, ...(min > 0 && { minLength: min }) })

/**
 * A list of at most `max` entries. It counts them before it validates the first, because a body of a megabyte may hold half
 * a million.
 */
export const list = <Entry extends z.ZodType>(entry: Entry, max: number, { min = 0 } = {}) =>
  z.preprocess((value, { issues }) => {
    if (!Array.isArray(value) || value.length <= max) return value
    issues.push({ code: 'too_big', origin: 'array', maximum: max, inclusive: true, input: value })
    return z.NEVER
  }, z.array(entry).min(min).max(max))

/** An object with any keys, at most `max` of them, counted before the first is validated. */
export const map = <Value extends z.ZodType>(key: z.ZodString, value: Value, max: number) =>
  z.preprocess(
    (input, { issues }) => {
      if (typeof input !== 'object' || input === null) return input
      const refuse = (message: string) => {
        issues.push({ code: 'custom', message, input })
        return z.NEVER
      }
      if (Object.keys(input).length > max) return refuse(`Ensure this has no more than ${max} entries.`)
      // A record schema would drop this key silently.
      return Object.hasOwn(input, '__proto__') ? refuse('There is no entry `__proto__`.') : input
    },
    z.record(key, value),
  )

/** A title or name: trimmed, not blank. */
export const title = () =>
  z
    .string()
    .trim()
    .min(1)
    .pipe(text(TITLE_LENGTH))
    .meta({ minLength: 1, maxLength: TITLE_LENGTH, examples: ['Introduction to Programming'] })

export const description = () => text(DESCRIPTION_LENGTH).meta({ examples: ['Learn the basics of programming'] })

export const id = () =>
  z
    .int()
    .positive()
    .meta({ examples: [1] })
export const date = () => z.iso.date().meta({ examples: ['2023-06-01'] })
/** An instant in an answer: UTC with seconds and `Z`. */
export const dateTime = () => z.iso.datetime().meta({ examples: ['2023-05-15T10:30:00Z'] })

// Unix seconds. Without the bounds, an offset could lead to a year of five digits, which is written in another form.
const [FIRST_INSTANT, LAST_INSTANT] = [Date.UTC(1970, 0, 1) / 1000, Date.UTC(9999, 11, 31, 23, 59, 59) / 1000]

/** An instant in a request, with an offset or `Z`; the schema turns it into Unix seconds. */
export const instant = (example = '2023-05-15T10:30:00Z') =>
  z.iso
    .datetime({ offset: true })
    // Set before the transform, because zod takes the examples of a transform for those of its output.
    .meta({ examples: [example], description: 'With an offset or `Z`, in the years from 1970 to 9999' })
    .transform(value => Math.floor(Date.parse(value) / 1000))
    .refine(seconds => seconds >= FIRST_INSTANT && seconds <= LAST_INSTANT, 'The years from 1970 to 9999 are allowed.')

const isId = (value: string) => /^[1-9]\d*$/.test(value) && Number.isSafeInteger(Number(value))

/**
 * An id in a path. Text that is not an id names nothing, so the answer is 404, not 400 (see `api.ts`).
 * @param example an id that the demo data has
 */
export const pathId = (example = 1) =>
  z
    .string()
    .refine(isId)
    .transform(Number)
    .meta({ type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER, examples: [example] })

/** An id as a filter. */
export const queryId = () =>
  z
    .string()
    .refine(isId, 'A valid integer is required.')
    .transform(Number)
    .meta({ type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER })

/** `true` or `false` as a filter. */
export const queryFlag = () =>
  z
    .enum(['true', 'false'])
    .transform(value => value === 'true')
    .meta({ type: 'boolean', enum: undefined })

/** Unix seconds as the API writes them: `2023-05-15T10:30:00Z`. */
export const toDateTime = (seconds: number) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`
export const toOptionalDateTime = (seconds: number | null) => (seconds === null ? null : toDateTime(seconds))
/** The UTC day of an instant: `2023-05-15`. */
export const toDate = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10)

/** "First Last", or the username when both names are empty. */
export const displayName = (user: { firstName: string; lastName: string; username: string }) =>
  `${user.firstName} ${user.lastName}`.trim() || user.username
