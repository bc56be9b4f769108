/** Holds an answer against a documented example: names, JSON types and formats, not values. */
import type { Documentation, Json } from './documentation.ts'

type Kind =
  | 'null'
  | 'boolean'
  | 'integer'
  | 'number'
  | 'string'
  | 'date'
  | 'datetime'
  | 'url'
  | 'uuid'
  | 'array'
  | 'object'

/**
 * Fields that answers have beyond the documentation, each by the documented field it stands next to. Nothing else may be
 * there.
 */
const DECIDED_EXTRAS: Record<string, string> = {
  course_type: 'enrollment_type',
  // Of a quiz.
  randomize_choices: 'randomize_questions',
  question_count: 'randomize_questions',
  allow_time_extension: 'max_attempts',
  show_feedback: 'max_attempts',
  grading_policy: 'max_attempts',
  available_from: 'max_attempts',
  available_until: 'max_attempts',
  question_total: 'questions',
  requires_access_code: 'questions',
  attempts_used: 'questions',
  // Of a question and its choices, as authors see them.
  quiz: 'choices',
  order: 'choices',
  explanation: 'choices',
  correct_feedback: 'choices',
  incorrect_feedback: 'choices',
  feedback: 'is_correct',
  weight: 'is_correct',
  min_words: 'submitted_at',
  max_words: 'submitted_at',
  difficulty_index: 'correct_response_rate',
  discrimination_index: 'correct_response_rate',
  // Of an attempt.
  points: 'choices',
  is_preview: 'time_remaining_seconds',
  pending_grading: 'passed',
  receipt: 'responses',
}

/** Examples that name the type instead of showing a value. */
const TYPE_WORDS: Record<string, Kind> = {
  string: 'string',
  'string (optional)': 'string',
  'string (markdown)': 'string',
  integer: 'integer',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
}

const FORMATS: [Kind, RegExp][] = [
  ['date', /^\d{4}-\d\d-\d\d$/],
  ['datetime', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/],
  ['uuid', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/],
  ['url', /^https?:\/\//],
]

function kindOf(value: Json): Kind {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  if (typeof value === 'string') return FORMATS.find(([, format]) => format.test(value))?.[0] ?? 'string'
  return typeof value as Kind
}

const documentedKind = (example: Json): Kind =>
  (typeof example === 'string' ? TYPE_WORDS[example] : undefined) ?? kindOf(example)

/**
 * What differs, one line each, nothing when all is as documented. A field that is somewhere documented as null may be
 * null, and one that is null in this example may be what it is elsewhere.
 */
export function differences(
  documentation: Documentation,
  example: Json | undefined,
  answer: Json | undefined,
): string[] {
  if (example === undefined) return answer === undefined ? [] : ['body: must be empty']
  if (answer === undefined) return ['body: is empty']
  return compare(kindsByField(documentation), example, answer, 'body', '')
}

function compare(kinds: Map<string, Set<Kind>>, example: Json, answer: Json, at: string, field: string): string[] {
  const expected = documentedKind(example)
  const actual = kindOf(answer)
  if (expected === 'array' && Array.isArray(example) && Array.isArray(answer)) {
    const [first] = example
    return first === undefined ? [] : answer.flatMap((item, i) => compare(kinds, first, item, `${at}[${i}]`, field))
  }
  if (isObject(example) && isObject(answer)) {
    const missing = Object.keys(example).filter(name => !(name in answer))
    const extra = Object.keys(answer).filter(name => !(name in example) && !((DECIDED_EXTRAS[name] ?? '') in example))
    const shared = Object.keys(example).filter(name => name in answer)
    return [
      ...missing.map(name => `${at}.${name}: is missing`),
      ...extra.map(name => `${at}.${name}: is not documented`),
      ...shared.flatMap(name => compare(kinds, example[name] as Json, answer[name] as Json, `${at}.${name}`, name)),
    ]
  }
  const elsewhere = kinds.get(field)
  if (fits(actual, expected)) return []
  if ((actual === 'null' || expected === 'null') && elsewhere?.has('null') && elsewhere.has(actual)) return []
  return [`${at}: is ${actual}, documented as ${expected}`]
}

const isObject = (value: Json): value is { [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A text may happen to look like a date, and a number to be whole. */
const fits = (actual: Kind, expected: Kind) =>
  actual === expected ||
  (expected === 'number' && actual === 'integer') ||
  (expected === 'string' && FORMATS.some(([kind]) => kind === actual))

/** Every kind a field of a name is documented with in any response. */
function kindsByField(documentation: Documentation): Map<string, Set<Kind>> {
  const kinds = new Map<string, Set<Kind>>()
  const note = (value: Json): void => {
    if (Array.isArray(value)) value.forEach(note)
    else if (isObject(value)) {
      for (const [name, child] of Object.entries(value)) {
        kinds.set(name, (kinds.get(name) ?? new Set()).add(documentedKind(child)))
        note(child)
      }
    }
  }
  for (const { response } of documentation.endpoints) if (response !== undefined) note(response)
  return kinds
}
