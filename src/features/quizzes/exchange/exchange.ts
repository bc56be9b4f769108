/** Shared by all file formats of questions: the limits, the checks of imported questions, the report of losses. */
import { fieldErrors } from '../../../http/errors.ts'
import { newQuestion } from '../questions/build.ts'
import { QuestionInput } from '../questions/input.ts'
import { missingKey, QUESTIONS_AT_MOST, type Question } from '../questions/question.ts'
import { toAuthorFields } from '../questions/views.ts'

export const FILE_LIMIT_BYTES = 5 * 1024 * 1024
/** No user reads more. */
const PROBLEMS_AT_MOST = 100
/** Reasons to skip one question. Further ones show once the author has fixed these. */
const REASONS_AT_MOST = 3
/** The limit of a question in a request, so that a question from a file fits its row too. */
export const QUESTION_LIMIT_BYTES = 1024 * 1024
export const TOO_LARGE = 'The question is larger than 1 MiB.'

/** `line` counts from 1. */
export type Problem = { line: number; message: string }
export type ImportOptions = {
  isSurvey: boolean
  /** Imports the valid questions and skips the others; without it, one wrong question refuses the file. */
  skipsInvalid?: boolean
}
/** No questions if there is an error; one entry for each skipped question; warnings for content that questions cannot hold. */
export type Imported = { questions: Question[]; errors: Problem[]; skipped: Problem[]; warnings: Problem[] }
/** `lost` lists the content that the format cannot carry; `question` counts from 1. */
export type Exported = { text: string; lost: { question: number; message: string }[] }

/** A question from a file: the unchecked fields of a request's body, and the problems that reading it has found. */
export type Draft = { line: number; fields: Record<string, unknown> | null; problems: string[] }
/** An error concerns the whole file, so that its drafts are not reliable. */
export type Reading = { drafts: Draft[]; errors: Problem[] }
export type Warn = (line: number, message: string) => void

/** Whether to stop reading: 5 MiB can hold a million tiny questions, which would take half a minute. */
export const hasTooMany = ({ drafts }: Reading) => drafts.length > QUESTIONS_AT_MOST

/** Reads a file and checks its questions as if they came in requests. */
export function importFile(
  text: string,
  { isSurvey, skipsInvalid = false }: ImportOptions,
  read: (text: string, warn: Warn) => Reading,
  /** The format's name of a field, by its path in the body. */
  nameOf: (path: string[]) => string,
): Imported {
  const fileProblem = problemOfFile(text)
  if (fileProblem) return { questions: [], errors: [fileProblem], skipped: [], warnings: [] }
  const { warnings, warn } = warningsOnce()
  const { drafts, errors } = read(text.replace(/^\uFEFF/, ''), warn)
  const checked = drafts.map(({ line, fields, problems }) => {
    const result = fields && check(fields, isSurvey, nameOf)
    return { line, question: result?.question ?? [], problems: [...problems, ...(result?.problems ?? [])] }
  })
  const invalid = checked.filter(({ problems }) => problems.length > 0)
  const valid = checked.filter(({ problems }) => problems.length === 0)
  for (const { line, question } of valid) for (const message of missingFiles(question)) warn(line, message)
  warnings.sort(byLine)
  if (drafts.length > QUESTIONS_AT_MOST) {
    errors.push({ line: drafts[QUESTIONS_AT_MOST]?.line ?? 1, message: TOO_MANY })
  } else if (drafts.length === 0 && errors.length === 0) {
    errors.push({ line: 1, message: 'There is no question in this file.' })
  }
  const isAccepted = errors.length === 0 && (invalid.length === 0 || (skipsInvalid && valid.length > 0))
  if (isAccepted) {
    const skipped = invalid.map(({ line, problems }) => ({
      line,
      message: problems.slice(0, REASONS_AT_MOST).join(' '),
    }))
    return { questions: valid.flatMap(({ question }) => question), errors: [], skipped, warnings }
  }
  errors.push(...invalid.flatMap(({ line, problems }) => problems.map(message => ({ line, message }))))
  return { questions: [], errors: errors.sort(byLine).slice(0, PROBLEMS_AT_MOST), skipped: [], warnings }
}

export const TOO_MANY = `A file may hold at most ${QUESTIONS_AT_MOST} questions.`

const byLine = (one: Problem, other: Problem) => one.line - other.line

/** Counts characters, because a UTF-16 file within the limit may exceed it in UTF-8. */
function problemOfFile(text: string): Problem | null {
  if (text.length > FILE_LIMIT_BYTES) return { line: 1, message: 'The file is larger than 5 MiB.' }
  const nul = text.indexOf('\0')
  return nul < 0 ? null : { line: lineAt(text, nul), message: 'Null characters are not allowed: this is no text file.' }
}

/** Moodle keeps files beside a question and refers to them like this in its texts. */
function missingFiles(questions: readonly Question[]): string[] {
  const names = JSON.stringify(questions).matchAll(/@@PLUGINFILE@@\/([^"'\\\s?#()<>]+)/g)
  return Array.from(names, ([, name = '']) => {
    const kind = /\.(png|jpe?g|gif|svg|webp|bmp|tiff?)$/i.test(name) ? 'image' : 'attachment'
    return `The ${kind} ${decodedName(name)} is not in the file: @@PLUGINFILE@@ leads nowhere.`
  })
}

function decodedName(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

const sizeOf = (text: string) => new TextEncoder().encode(text).length

/** The line of a position, counted from 1. CR LF, LF and CR each end a line. */
export const lineAt = (text: string, position: number) => countLineEnds(text.slice(0, position)) + 1
export function countLineEnds(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '\n' || (char === '\r' && text[at + 1] !== '\n')) count++
  }
  return count
}

function check(fields: Record<string, unknown>, isSurvey: boolean, nameOf: (path: string[]) => string) {
  const refuse = (...problems: string[]) => ({ question: [], problems })
  const parsed = QuestionInput.safeParse(fields, { reportInput: true })
  if (!parsed.success) {
    return refuse(
      ...Object.entries(fieldErrors(parsed.error.issues)).map(
        ([path, messages]) => `${nameOf(path.split('.'))}: ${messages.join(' ')}`,
      ),
    )
  }
  if (sizeOf(JSON.stringify(fields)) > QUESTION_LIMIT_BYTES) return refuse(TOO_LARGE)
  const question = newQuestion(parsed.data)
  const missing = isSurvey ? null : missingKey(question)
  return missing ? refuse(`${nameOf([missing.field])}: ${missing.message}`) : { question: [question], problems: [] }
}

export const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** The number that a text spells, or else the text, which the schema refuses. */
export const toNumberOrText = (text: string) => (NUMBER.test(text.trim()) ? Number(text) : text)

/** Collects the warnings of a file, each once, where it first applies. */
function warningsOnce() {
  const warnings: Problem[] = []
  const seen = new Set<string>()
  return {
    warnings,
    warn(line: number, message: string): void {
      if (seen.has(message) || warnings.length === PROBLEMS_AT_MOST) return
      seen.add(message)
      warnings.push({ line, message })
    },
  }
}

/**
 * The names of the fields in which two questions differ, ids aside. A format that writes a question, reads it back and compares
 * both can lose nothing silently.
 */
export function differences(one: Question, other: Question): string[] {
  const [mine, theirs] = [fieldsOf(one), fieldsOf(other)]
  const names = new Set([...Object.keys(mine), ...Object.keys(theirs)])
  return [...names].filter(name => JSON.stringify(mine[name]) !== JSON.stringify(theirs[name]))
}

function fieldsOf(question: Question): Record<string, unknown> {
  const withoutIds = (name: string, value: unknown) => (/^(left_|right_)?id$/.test(name) ? undefined : value)
  return JSON.parse(JSON.stringify(toAuthorFields(question), withoutIds))
}
