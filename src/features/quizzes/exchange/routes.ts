import * as z from 'zod'
import { asViewer, batch } from '../../../db/read.ts'
import type { Api } from '../../../http/api.ts'
import { invalid, notFound, Refusal, ruledOut } from '../../../http/errors.ts'
import { pathId } from '../../../http/fields.ts'
import { requireManagedQuiz } from '../access.ts'
import { enrollmentForQuiz, quizById } from '../queries.ts'
import { requireKey } from '../questions/edit.ts'
import { insertQuestions, questionsOf } from '../questions/queries.ts'
import { fromColumns, type Question, TOO_MANY_QUESTIONS } from '../questions/question.ts'
import { exportCsv } from './csv/export.ts'
import { importCsv } from './csv/import.ts'
import { decoded } from './encoding.ts'
import { type Exported, FILE_LIMIT_BYTES, type Imported } from './exchange.ts'
import { exportGift } from './gift/export.ts'
import { importGift } from './gift/import.ts'

const tag = 'Quiz System'
const params = z.object({ id: pathId() })
const NOT_ITS_INSTRUCTOR = "Not the course's instructor"

const FORMATS = {
  csv: { type: 'text/csv', read: importCsv, write: exportCsv },
  gift: { type: 'text/plain', read: importGift, write: giftWithLosses },
} as const
const MEDIA_TYPES = [FORMATS.csv.type, FORMATS.gift.type]
const format = z.enum(['csv', 'gift'])

const ImportResult = z
  .object({
    imported: z.int().meta({ description: 'Questions added behind the last one', examples: [12] }),
    warnings: z
      .array(z.object({ line: z.int(), message: z.string().meta({ examples: ['Categories are not kept.'] }) }))
      .meta({ description: 'What the file holds and questions cannot, each once, where it first occurs' }),
  })
  .meta({ id: 'ImportResult' })

export function exchangeRoutes(api: Api): void {
  api.route(
    {
      method: 'post',
      path: '/api/quizzes/{id}/questions/import/',
      tag,
      summary: 'Import questions',
      description:
        'A file of up to 5 MiB and 1,000 questions, UTF-8, as the body: CSV (`text/csv`) or Moodle’s GIFT (`text/plain` with ' +
        '`?format=gift`). All of it is imported or nothing: then `{"lines": [{"line", "message"}]}` says why.',
      params,
      query: z.object({
        format: format.optional().meta({ description: 'Without it `text/csv` is CSV; `text/plain` needs it' }),
      }),
      upload: { types: MEDIA_TYPES, limitBytes: FILE_LIMIT_BYTES },
      responses: { 201: ImportResult },
      refuses: { 400: 'Problems of the file by line, under `lines`', 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ params, query, upload, caller, db, now, json }) => {
      const named = query.format ?? (upload.type === FORMATS.csv.type ? 'csv' : undefined)
      if (named === undefined) throw invalid({ format: ['This field is required.'] })
      const [viewer, [row], [enrollment]] = await asViewer(
        db,
        caller,
        quizById(db, params.id),
        enrollmentForQuiz(db, caller.userId, params.id),
      )
      const quiz = requireManagedQuiz(viewer, row, enrollment?.status)
      const { questions, errors, warnings } = read(upload.bytes, FORMATS[named].read, quiz)
      if (errors.length > 0) throw new Refusal(400, { lines: errors })
      const { places, versions } = insertQuestions(db, quiz.id, questions, now)
      const [added, [still]] = await batch(db, places, quizById(db, quiz.id), ...versions)
      if (!still) throw notFound()
      // Since it was read the quiz may have stopped being a survey.
      if (added.length === 0 && !still.isSurvey) for (const question of questions) requireKey(question)
      if (added.length === 0) throw ruledOut(TOO_MANY_QUESTIONS)
      return json(201, { imported: added.length, warnings })
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/quizzes/{id}/questions/export/',
      tag,
      summary: 'Export questions',
      description:
        'All questions with their keys as a file. CSV carries everything. GIFT knows no ordering, no points and no more than ' +
        'one blank: what it does not carry is listed in comments at the top of the file.',
      params,
      query: z.object({ format: format.optional().meta({ default: 'csv' }) }),
      download: MEDIA_TYPES,
      responses: { 200: z.string() },
      refuses: { 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ params, query, caller, db, file }) => {
      const [viewer, [row], [enrollment], questions] = await asViewer(
        db,
        caller,
        quizById(db, params.id),
        enrollmentForQuiz(db, caller.userId, params.id),
        questionsOf(db, params.id, caller.userId),
      )
      const quiz = requireManagedQuiz(viewer, row, enrollment?.status)
      const named = query.format ?? 'csv'
      const { type, write } = FORMATS[named]
      const name = `quiz-${quiz.id}.${named === 'csv' ? 'csv' : 'gift.txt'}`
      return file({ type, name, text: write(questions.map(fromColumns)).text })
    },
  )
}

type Read = (text: string, quiz: { isSurvey: boolean }) => Imported

function read(bytes: Uint8Array, reader: Read, quiz: { isSurvey: boolean }): Imported {
  const file = decoded(bytes)
  return 'text' in file ? reader(file.text, quiz) : { questions: [], errors: [file.problem], warnings: [] }
}

/** What GIFT loses is told in its own comments, which every importer skips. */
function giftWithLosses(questions: readonly Question[]): Exported {
  const { text, lost } = exportGift(questions)
  const notes = lost.map(({ question, message }) => `// Question ${question}: ${message}\n`).join('')
  return { text: notes === '' ? text : `${notes}\n${text}`, lost }
}
