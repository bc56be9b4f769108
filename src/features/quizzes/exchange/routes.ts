import * as z from 'zod'
import { requireManagedQuiz } from '../../../access/quizzes.ts'
import { asViewer } from '../../../access/viewer.ts'
import { batch } from '../../../db/batch.ts'
import type { Api } from '../../../http/api.ts'
import { invalid, notFound, Refusal, ruleViolation } from '../../../http/errors.ts'
import { object, pathId, queryFlag } from '../../../http/fields.ts'
import { enrollmentForQuiz, quizById, quizExtras } from '../queries.ts'
import { requireKey } from '../questions/edit.ts'
import { insertQuestions, questionsOf } from '../questions/queries.ts'
import { fromColumns, QUESTIONS_AT_MOST, type Question, TOO_MANY_QUESTIONS } from '../questions/question.ts'
import { exportCsv } from './csv/export.ts'
import { importCsv } from './csv/import.ts'
import { decoded } from './encoding.ts'
import { FILE_LIMIT_BYTES, type Imported, type ImportOptions } from './exchange.ts'
import { exportGift } from './gift/export.ts'
import { importGift } from './gift/import.ts'

const tag = 'Quiz System'
const params = object(() => ({ id: pathId(2) }))
const NOT_ITS_INSTRUCTOR = "Not the course's instructor"

const FORMATS = {
  csv: { type: 'text/csv', read: importCsv, savedAs: '"CSV UTF-8"' },
  gift: { type: 'text/plain', read: importGift, savedAs: 'UTF-8' },
} as const
type Format = keyof typeof FORMATS
const MEDIA_TYPES = [FORMATS.csv.type, FORMATS.gift.type]
const format = z.enum(['csv', 'gift'])

const FileProblem = object(() => ({
  line: z.int().meta({ description: 'Where the question starts, from 1', examples: [3] }),
  message: z.string().meta({ examples: ['Categories are not kept.'] }),
})).meta({ id: 'FileProblem' })
const FileProblems = object(() => ({ lines: z.array(FileProblem) })).meta({ id: 'FileProblems' })

const result = () => ({
  imported: z.int().meta({ description: 'Questions added behind the last one', examples: [12] }),
  warnings: z
    .array(FileProblem)
    .meta({ description: 'What the file holds and questions cannot, each once, where it first occurs; at most 100' }),
  skipped: z.array(FileProblem).meta({ description: 'With `invalid=skip`, each question left out, and why' }),
})
const ImportResult = object(result).meta({ id: 'ImportResult' })
const ImportPreview = object(() => ({
  ...result(),
  imported: z.int().meta({ description: 'Questions that the same call would add without `dry_run`', examples: [12] }),
  errors: z
    .array(FileProblem)
    .meta({ description: 'Why it would be refused: what would stand under `lines`; at most 100', examples: [[]] }),
})).meta({ id: 'ImportPreview' })

export function exchangeRoutes(api: Api): void {
  api.route(
    {
      method: 'post',
      path: '/api/quizzes/{id}/questions/import/',
      tag,
      summary: 'Import questions',
      description:
        'A file of up to 5 MiB and 1,000 questions as the body: CSV (`text/csv`) or Moodle’s GIFT (`text/plain` with ' +
        '`?format=gift`), in UTF-8, or in UTF-16 with its byte order mark. All of it is imported or nothing: then ' +
        '`{"lines": [{"line", "message"}]}` says why. With `?invalid=skip` questions that are wrong are left out and listed, ' +
        'unless none is left; a file that is wrong as a whole is refused all the same. `?dry_run=true` adds nothing and ' +
        'answers 200 with what the same call would do.',
      token: 'write',
      about: ['quiz', 'id'],
      params,
      query: object(() => ({
        format: format.optional().meta({
          description:
            'Without it `text/csv` is CSV; all else needs it, and with it a file may come without a type of its own',
        }),
        invalid: z
          .enum(['refuse', 'skip'])
          .optional()
          .meta({ description: 'What becomes of a file in which some questions are wrong', default: 'refuse' }),
        dry_run: queryFlag().optional(),
      })),
      upload: { types: MEDIA_TYPES, limitBytes: FILE_LIMIT_BYTES, formatParameter: 'format' },
      responses: { 200: ImportPreview, 201: ImportResult },
      refusedRows: FileProblems,
      refuses: { 400: 'Problems of the file by line, under `lines`', 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ params, query, upload, caller, db, now, json }) => {
      const formatName = query.format ?? (upload.type === FORMATS.csv.type ? 'csv' : undefined)
      if (formatName === undefined) throw invalid({ format: ['This field is required.'] })
      const [viewer, [row], [enrollment]] = await asViewer(
        db,
        caller,
        quizById({ id: params.id }),
        enrollmentForQuiz({ userId: caller.userId, quizId: params.id }),
      )
      const quiz = requireManagedQuiz(viewer, row, enrollment?.status)
      const { questions, errors, skipped, warnings } = read(upload.bytes, formatName, {
        isSurvey: quiz.isSurvey,
        skipsInvalid: query.invalid === 'skip',
      })
      if (query.dry_run) {
        const [[extras]] = await batch(db, quizExtras({ quizId: quiz.id, userId: caller.userId }))
        if ((extras?.questionTotal ?? 0) + questions.length > QUESTIONS_AT_MOST)
          throw ruleViolation('too_many_questions', TOO_MANY_QUESTIONS)
        return json(200, { imported: questions.length, warnings, skipped, errors })
      }
      if (errors.length > 0) throw new Refusal(400, { lines: errors })
      const { places, versions } = insertQuestions({ quizId: quiz.id }, questions, now)
      const [added, [current]] = await batch(db, places, quizById({ id: quiz.id }), ...versions)
      if (!current) throw notFound()
      // The quiz may have stopped being a survey since the handler read it.
      if (added.length === 0 && !current.isSurvey) for (const question of questions) requireKey(question)
      if (added.length === 0) throw ruleViolation('too_many_questions', TOO_MANY_QUESTIONS)
      return json(201, { imported: added.length, warnings, skipped })
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/quizzes/{id}/questions/export/',
      tag,
      summary: 'Export questions',
      description:
        'All questions with their keys as a file. CSV carries everything. GIFT knows no ordering, no points, no more than ' +
        'one blank and no all-or-nothing of several choices: what it does not carry is listed in comments at the top of the file.',
      token: 'read',
      about: ['quiz', 'id'],
      params,
      query: object(() => ({
        format: format.optional().meta({ default: 'csv' }),
        separator: z.enum(['comma', 'semicolon']).optional().meta({
          description: 'Of CSV. `semicolon` is for spreadsheets with decimal commas, and writes these too',
          default: 'comma',
        }),
      })),
      download: MEDIA_TYPES,
      responses: { 200: z.string() },
      refuses: { 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ params, query, caller, db, file }) => {
      const formatName = query.format ?? 'csv'
      if (formatName !== 'csv' && query.separator) throw invalid({ separator: ['Only CSV has a separator.'] })
      const [viewer, [row], [enrollment], questions] = await asViewer(
        db,
        caller,
        quizById({ id: params.id }),
        enrollmentForQuiz({ userId: caller.userId, quizId: params.id }),
        questionsOf({ quizId: params.id, viewerId: caller.userId }),
      )
      const quiz = requireManagedQuiz(viewer, row, enrollment?.status)
      const name = `quiz-${quiz.id}.${formatName === 'csv' ? 'csv' : 'gift.txt'}`
      const stored = questions.map(fromColumns)
      const text = formatName === 'csv' ? exportCsv(stored, query.separator).text : giftWithLosses(stored)
      return file({ type: FORMATS[formatName].type, name, text })
    },
  )
}

function read(bytes: Uint8Array, format: Format, options: ImportOptions): Imported {
  const { read, savedAs } = FORMATS[format]
  const file = decoded(bytes, savedAs)
  if ('text' in file) return read(file.text, options)
  return { questions: [], errors: [file.problem], skipped: [], warnings: [] }
}

/** Lists the losses in GIFT's own comments, which every importer skips. */
function giftWithLosses(questions: readonly Question[]): string {
  const { text, lost } = exportGift(questions)
  const notes = lost.map(({ question, message }) => `// Question ${question}: ${message}\n`).join('')
  return notes === '' ? text : `${notes}\n${text}`
}
