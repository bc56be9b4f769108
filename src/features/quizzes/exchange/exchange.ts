/** What every file format of questions has in common: the limits, the check of what was read, the account of losses. */
import { fieldErrors } from '../../../http/errors.ts'
import { newQuestion } from '../questions/build.ts'
import { QuestionInput } from '../questions/input.ts'
import { missingKey, QUESTIONS_AT_MOST, type Question } from '../questions/question.ts'
import { authored } from '../questions/views.ts'

export const FILE_LIMIT_BYTES = 5 * 1024 * 1024
/** More than anybody reads. */
const PROBLEMS_AT_MOST = 100
/** Of one question that is left out; the rest shows when these are mended. */
const REASONS_AT_MOST = 3
/** A question from a file may be no larger than one in a request, and with that fits its row. */
export const QUESTION_LIMIT_BYTES = 1024 * 1024
export const TOO_LARGE = 'The question is larger than 1 MiB.'

/** Lines count from 1. */
export type Problem = { line: number; message: string }
export type ImportOptions = {
  isSurvey: boolean
  /** Questions that are wrong are left out, and the rest is imported; else all or nothing. */
  skipsInvalid?: boolean
}
/** With an error there are no questions. Each question left out is told once. Warnings say what questions cannot hold. */
export type Imported = { questions: Question[]; errors: Problem[]; skipped: Problem[]; warnings: Problem[] }
/** Questions count from 1. What the format cannot carry is in `lost`. */
export type Exported = { text: string; lost: { question: number; message: string }[] }

/** A question as a file gives it: the fields of a request's body, not yet checked, and what is wrong with it already. */
export type Draft = { line: number; fields: Record<string, unknown> | null; problems: string[] }
/** An error is of the file as a whole: nothing in it can be relied on. */
export type Reading = { drafts: Draft[]; errors: Problem[] }
export type Warn = (line: number, message: string) => void

/** Whether there is no use in reading on: 5 MiB hold a million of the smallest questions, and half a minute's work. */
export const isEnough = ({ drafts }: Reading) => drafts.length > QUESTIONS_AT_MOST

/** Reads a file, if it is one that can be read at all, and checks its questions as if they came in requests. */
export function imported(
  text: string,
  { isSurvey, skipsInvalid = false }: ImportOptions,
  read: (text: string, warn: Warn) => Reading,
  /** What the format calls a field, given its path in the body. */
  nameOf: (path: string[]) => string,
): Imported {
  const unreadable = whyUnreadable(text)
  if (unreadable) return { questions: [], errors: [unreadable], skipped: [], warnings: [] }
  const { warnings, warn } = warningsOnce()
  const { drafts, errors } = read(text.replace(/^\uFEFF/, ''), warn)
  const checked = drafts.map(({ line, fields, problems }) => {
    const found = fields && check(fields, isSurvey, nameOf)
    return { line, question: found?.question ?? [], problems: [...problems, ...(found?.problems ?? [])] }
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
  const isTaken = errors.length === 0 && (invalid.length === 0 || (skipsInvalid && valid.length > 0))
  if (isTaken) {
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

/** Counted in characters, because a file in UTF-16 may be no larger and yet become more than that in UTF-8. */
function whyUnreadable(text: string): Problem | null {
  if (text.length > FILE_LIMIT_BYTES) return { line: 1, message: 'The file is larger than 5 MiB.' }
  const nul = text.indexOf('\0')
  return nul < 0 ? null : { line: lineAt(text, nul), message: 'Null characters are not allowed: this is no text file.' }
}

/** Moodle keeps files beside a question and names them like this in its texts. */
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

/** The line of a position: what ends one is CR LF, LF or CR. */
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

/** The number a text spells, or the text as it is, for the schema to refuse. */
export const toNumberOrText = (text: string) => (NUMBER.test(text.trim()) ? Number(text) : text)

/** Warnings of a file, each told once, where it first applies. */
function warningsOnce() {
  const warnings: Problem[] = []
  const told = new Set<string>()
  return {
    warnings,
    warn(line: number, message: string): void {
      if (told.has(message) || warnings.length === PROBLEMS_AT_MOST) return
      told.add(message)
      warnings.push({ line, message })
    },
  }
}

/**
 * The names of the fields in which two questions differ, ids aside. A format that writes a question, reads it again and
 * asks this cannot lose anything in silence.
 */
export function differences(one: Question, other: Question): string[] {
  const [mine, theirs] = [fieldsOf(one), fieldsOf(other)]
  const names = new Set([...Object.keys(mine), ...Object.keys(theirs)])
  return [...names].filter(name => JSON.stringify(mine[name]) !== JSON.stringify(theirs[name]))
}

function fieldsOf(question: Question): Record<string, unknown> {
  const withoutIds = (name: string, value: unknown) => (/^(left_|right_)?id$/.test(name) ? undefined : value)
  return JSON.parse(JSON.stringify(authored(question), withoutIds))
}
