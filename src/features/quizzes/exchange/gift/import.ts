/**
 * Questions from Moodle's GIFT format. Types follow Moodle's own importer: `{}` essay, `{#…}` numeric, with `~` multiple choice
 * (with `=`) or multiple select (with weights alone), with `=` and `->` matching, `{T}` true/false, else a short answer, or a
 * fill in the blank in the middle of a sentence.
 */
import { blanksIn } from '../../questions/question.ts'
import {
  hasTooMany,
  type Imported,
  type ImportOptions,
  importFile,
  lineAt,
  QUESTION_LIMIT_BYTES,
  type Reading,
  TOO_LARGE,
  type Warn,
} from '../exchange.ts'
import { type Fields, type Log, readChoices, readMatching, readNumeric, readShortAnswers } from './answers.ts'
import { brokenCommands } from './latex.ts'
import {
  blocksOf,
  firstMark,
  formatsIn,
  hasMoreMarks,
  isCategory,
  lastMark,
  splitAtMark,
  taggingComment,
  unescaped,
} from './text.ts'

/** Far more than a question may have. It refuses a file of nothing but marks before parsing each of them. */
const ANSWERS_AT_MOST = 500
/** Escapes at most double a text, so a longer block is refused without parsing. */
const BLOCK_LENGTH = 2 * QUESTION_LIMIT_BYTES

export const importGift = (text: string, options: ImportOptions): Imported =>
  importFile(text, options, read, path => path.join('.'))

const FORMATS: Record<string, string> = { html: 'HTML', markdown: 'Markdown' }

type BlockLog = Log & { refuse(message: string): null }

function read(text: string, warn: Warn): Reading {
  const reading: Reading = { drafts: [], errors: [] }
  const tagging = taggingComment(text)
  if (tagging >= 0) warn(lineAt(text, tagging), 'Tags and ids in comments are not kept.')
  for (const { line, text: block } of blocksOf(text)) {
    if (hasTooMany(reading)) break
    const fields = readBlock(block, {
      warn: message => warn(line, message),
      refuse(message) {
        reading.drafts.push({ line, fields: null, problems: [message] })
        return null
      },
    })
    if (fields) reading.drafts.push({ line, fields, problems: [] })
  }
  return reading
}

/** Moodle's Cloze format has questions within a text: `{1:MC:=is~are}`. */
const CLOZE =
  /(?<!\\)\{\d{0,3}:(NUMERICAL|NM|SHORTANSWER(_C)?|SAC?|MWC?|MULTICHOICE(_\w+)?|MC[VHS]{0,2}|MULTIRESPONSE(_\w+)?|MR[HS]{0,2}):/i

/** The fields of a block's question; null for a block without one, and for a refused one. */
function readBlock(block: string, log: BlockLog): Fields | null {
  if (block.length > BLOCK_LENGTH) return log.refuse(TOO_LARGE)
  if (isCategory(block)) {
    log.warn('Categories are not kept.')
    return null
  }
  const { title, rest } = splitTitle(block)
  if (title !== '') log.warn('Titles are not kept: a question is known by its text.')
  if (rest === '') return null
  if (CLOZE.test(rest)) return log.refuse('This is a Cloze question (embedded answers), which GIFT has no form for.')

  const open = firstMark(rest, '\\{')
  const close = firstMark(rest, '\\}')
  if (!open && !close) {
    log.warn('A text without { } is a description, no question, and was left out.')
    return null
  }
  if (!open || !close || close.at < open.at) return log.refuse('A { needs its }, without a blank line between them.')
  const stem = { before: rest.slice(0, open.at), after: rest.slice(close.at + 1) }
  const section = rest.slice(open.at + 1, close.at)
  if (firstMark(section + stem.after, '[{}]')) {
    return log.refuse('A question has one { }. Write \\{ and \\} for the characters themselves.')
  }
  for (const format of formatsIn(rest)) log.warn(`${FORMATS[format]} is kept as it is written.`)
  for (const command of brokenCommands(rest)) {
    log.warn(`\\${command} is read as a line break and "${command.slice(1)}". For LaTeX write \\\\${command}.`)
  }

  const general = lastMark(section, '####')
  const key = section.slice(0, general?.at).trim()
  if (hasMoreMarks(key, '[=~]', ANSWERS_AT_MOST))
    return log.refuse(`A question may have at most ${ANSWERS_AT_MOST} answers.`)
  const fields = readKey(key, stem, log)
  return { explanation: general ? unescaped(section.slice(general.at + 4)) : '', ...fields, text: fields.text || title }
}

function splitTitle(block: string): { title: string; rest: string } {
  const { before, after } = block.startsWith('::') ? splitAtMark(block.slice(2), '::') : { before: '', after: null }
  return after === null ? { title: '', rest: block.trim() } : { title: unescaped(before), rest: after.trim() }
}

const NO_TRUTH = 'Only T, TRUE, F and FALSE in capitals make a true/false question: others are a short answer.'

type Stem = { before: string; after: string }

/** A key in the middle of a sentence leaves a gap there. */
const textAround = ({ before, after }: Stem, gap: string) => unescaped(before + (after.trim() && gap) + after)

function readKey(key: string, stem: Stem, log: Log): Fields & { text: string } {
  const text = textAround(stem, '_____')
  if (key === '') return { type: 'essay', text }
  if (key.startsWith('#')) return { ...readNumeric(key.slice(1), log), text }
  if (firstMark(key, '~')) return { ...readChoices(key, log), text }
  if (firstMark(key, '=') && key.includes('->')) return { ...readMatching(key, log), text }
  const truth = /^(T|TRUE|F|FALSE)\s*(#|$)/.exec(key)?.[1]
  if (truth) {
    const { before: incorrect, after: correct } = splitAtMark(splitAtMark(key, '#').after ?? '', '#')
    const feedback = { incorrect_feedback: unescaped(incorrect), correct_feedback: unescaped(correct ?? '') }
    return { type: 'true_false', text, correct_answer: truth.startsWith('T'), ...feedback }
  }
  if (/^(t|true|f|false)\s*(#|$)/i.test(key)) log.warn(NO_TRUTH)
  const { accepted, ...feedback } = readShortAnswers(key, log)
  const inSentence = textAround(stem, '{{1}}')
  if (stem.after.trim() === '' || blanksIn(textAround(stem, '_____')).length > 0) {
    return { type: 'short_answer', text, accepted_answers: accepted, ...feedback }
  }
  return { type: 'fill_in_blank', text: inSentence, blanks: { 1: accepted }, ...feedback }
}
