/** Questions as a sample must be understood, every field of them: what is not told here is at its default. */
export type Expected = Record<string, unknown>
/** Fields that any question may have beside its own. */
type More = { points?: number; explanation?: string; correct_feedback?: string; incorrect_feedback?: string }

/** A file's text, the question it must become, and what the import must say it left out. */
export type Sample = [file: string, question: Expected, warnings?: string[]]

type Told = [line: number, message: string]
/**
 * A file's text and all the questions it must become, with the lines of what is told. Where there are errors there are no
 * questions: then `kept` are those that stay when the wrong ones are left out.
 */
export type FileSample = [
  file: string,
  questions: Expected[],
  told?: { warnings?: Told[]; errors?: Told[]; kept?: Expected[] },
]

const question = (type: string, text: string, own: Expected): Expected => ({
  ...{ type, text, points: 1, explanation: '', correct_feedback: '', incorrect_feedback: '', choices: [] },
  ...own,
})

/** `+` marks a right choice, `-` a wrong one; feedback stands behind `//`. */
function choice(told: string) {
  const [text = '', feedback = ''] = told.slice(1).split(' // ')
  return { text, is_correct: told.startsWith('+'), feedback }
}

type Weights = { weights?: number[] }
const choices = (told: string[], weights?: number[]) =>
  told.map((one, place) => ({ ...choice(one), ...(weights && { weight: weights[place] }) }))

export const oneOf = (text: string, told: string[], { weights, ...more }: More & Weights = {}): Expected =>
  question('multiple_choice', text, { choices: choices(told, weights), ...more })

export const someOf = (
  text: string,
  told: string[],
  { weights, ...more }: More & Weights & { partial_credit?: boolean } = {},
): Expected => question('multiple_select', text, { choices: choices(told, weights), partial_credit: true, ...more })

export const truth = (text: string, correct_answer: boolean, more: More = {}): Expected =>
  question('true_false', text, { correct_answer, ...more })

export const short = (text: string, accepted: string[], more: More & { case_sensitive?: boolean } = {}): Expected =>
  question('short_answer', text, { accepted_answers: accepted, case_sensitive: false, ...more })

type Tolerance = { tolerance?: number; tolerance_type?: 'absolute' | 'percent' }
export const number = (text: string, correct_value: number, more: More & Tolerance = {}): Expected =>
  question('numeric', text, { correct_value, tolerance: 0, tolerance_type: 'absolute', ...more })

/** The halves of a pair stand around ` = `. */
export const pairs = (text: string, told: string[], more: More = {}): Expected => {
  const halves = told.map(pair => pair.split(' = '))
  return question('matching', text, { pairs: halves.map(([left, right]) => ({ left, right })), ...more })
}

export const order = (text: string, items: string[], more: More & { partial_credit?: boolean } = {}): Expected =>
  question('ordering', text, { items: items.map(item => ({ text: item })), partial_credit: false, ...more })

export const blanks = (text: string, accepted: Record<number, string[]>, more: More = {}): Expected =>
  question('fill_in_blank', text, { blanks: accepted, ...more })

type Rubric = { criterion: string; max_points: number }[]
type Essay = More & { min_words?: number; max_words?: number; rubric?: Rubric }
export const essay = (text: string, more: Essay = {}): Expected =>
  question('essay', text, { min_words: null, max_words: null, rubric: [], ...more })
