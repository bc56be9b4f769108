import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { app } from '../../src/app.ts'
import { exportCsv } from '../../src/features/quizzes/exchange/csv/export.ts'
import { makeClassroom } from '../factories/classrooms.ts'
import { oneOfEach } from '../factories/questions.ts'
import { makeQuiz } from '../factories/quizzes.ts'
import type { TestUser } from '../factories/users.ts'
import { call } from '../helpers/client.ts'
import { cost } from '../helpers/counting.ts'

// How a file is sent and what is asked to become of it.

async function emptyQuiz(fields: Record<string, unknown> = {}) {
  const room = await makeClassroom()
  const quiz = await makeQuiz(room.owner, room.module.id, fields)
  return { ...room, quiz, path: `/api/quizzes/${quiz.id}/questions/` }
}

/** A file as it is on a disk: bytes, with any media type or none. */
async function upload(as: TestUser | undefined, path: string, file: string | Uint8Array, type?: string, query = '') {
  const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : file
  const headers = new Headers(type === undefined ? {} : { 'Content-Type': type })
  if (as) headers.set('Authorization', `Bearer ${as.token}`)
  const request = new Request(`http://learnmore.test${path}import/${query}`, { method: 'POST', body: bytes, headers })
  expect(request.headers.get('Content-Type')).toBe(type ?? null)
  const response = await app.fetch(request, env)
  return { status: response.status, body: await response.json<Record<string, unknown>>() }
}

const countOf = async (as: TestUser, path: string) => (await call('GET', path, { as })).body.count

const HEAD = 'type,text,correct\n'
const row = (text: string) => `true_false,${text},TRUE\n`
const BAD = 'poem,Roses are red,\n'
const problem = (line: number) => ({ line, message: expect.stringMatching(/^type: Must be one of/) })
/** 40 questions, the twentieth of them (line 21) wrong. */
const FORTY = HEAD + Array.from({ length: 40 }, (_, place) => (place === 19 ? BAD : row(`Q${place + 1}`))).join('')

describe('one wrong question of 40', () => {
  const post = (as: TestUser, path: string, query: string, body = FORTY) => upload(as, path, body, 'text/csv', query)

  test('imports nothing unless told otherwise', async () => {
    const { owner, path } = await emptyQuiz()
    for (const query of ['', '?invalid=refuse'])
      expect(await post(owner, path, query)).toEqual({ status: 400, body: { lines: [problem(21)] } })
    expect(await countOf(owner, path)).toBe(0)
  })

  test('with invalid=skip is left out and listed, and the rest keeps its order', async () => {
    const { owner, path } = await emptyQuiz()
    expect(await post(owner, path, '?invalid=skip')).toEqual({
      status: 201,
      body: { imported: 39, warnings: [], skipped: [problem(21)] },
    })
    const { results } = (await call('GET', `${path}?page_size=100`, { as: owner })).body
    const expected = Array.from({ length: 40 }, (_, place) => `Q${place + 1}`).filter(text => text !== 'Q20')
    expect(results.map(({ text }: { text: string }) => text)).toEqual(expected)
    expect(results.map(({ order }: { order: number }) => order)).toEqual(expected.map((_, place) => place + 1))
  })

  test('dry_run=true tells what the same call would do, and writes nothing', async () => {
    const { owner, path } = await emptyQuiz()
    const answers = {
      '?dry_run=true': { imported: 0, warnings: [], skipped: [], errors: [problem(21)] },
      '?dry_run=true&invalid=skip': { imported: 39, warnings: [], skipped: [problem(21)], errors: [] },
    }
    for (const [query, body] of Object.entries(answers))
      expect(await post(owner, path, query)).toEqual({ status: 200, body })
    expect(await post(owner, path, '?dry_run=true', HEAD + row('A'))).toEqual({
      status: 200,
      body: { imported: 1, warnings: [], skipped: [], errors: [] },
    })
    const options = { as: owner, body: HEAD + row('A'), headers: { 'Content-Type': 'text/csv' } }
    const { d1Trips, rowsWritten } = await cost('POST', `${path}import/?dry_run=true`, options)
    expect([d1Trips, rowsWritten]).toEqual([2, 0])
    expect(await countOf(owner, path)).toBe(0)
    expect((await post(owner, path, '?dry_run=false&invalid=skip')).status).toBe(201)
  })

  test('a file that is wrong as a whole is refused with invalid=skip too, and so is one of wrong questions only', async () => {
    const { owner, path } = await emptyQuiz()
    const files: [body: string, lines: unknown[]][] = [
      [`${HEAD}${row('A')}true_false,"B,TRUE\n`, [{ line: 3, message: 'A quote is opened here and never closed.' }]],
      ['text,correct\nA,TRUE\n', [{ line: 1, message: 'The column "type" is missing.' }]],
      [HEAD + BAD + BAD, [problem(2), problem(3)]],
      [HEAD, [{ line: 1, message: 'There is no question in this file.' }]],
    ]
    for (const [body, lines] of files) {
      expect(await post(owner, path, '?invalid=skip', body)).toEqual({ status: 400, body: { lines } })
      expect(await post(owner, path, '?invalid=skip&dry_run=true', body)).toEqual({
        status: 200,
        body: { imported: 0, warnings: [], skipped: [], errors: lines },
      })
    }
    expect(await countOf(owner, path)).toBe(0)
  })

  test('of hundreds of wrong ones each is listed, with three of its reasons at most', async () => {
    const { owner, path } = await emptyQuiz()
    const file = HEAD + (BAD + row('A')).repeat(450)
    const { status, body } = await post(owner, path, '?invalid=skip', file)
    expect([status, body['imported']]).toEqual([201, 450])
    expect(body['skipped']).toEqual(Array.from({ length: 450 }, (_, place) => problem(2 + 2 * place)))
    const options = Array.from({ length: 9 }, (_, place) => `option_${place + 1}`)
    const blank = `type,text,${options.join(',')}\nordering,A,,,,,,,,,z\nessay,B,,,,,,,,,\n`
    const { body: few } = await post(owner, path, '?invalid=skip', blank)
    expect(few['skipped']).toEqual([
      {
        line: 2,
        message: [1, 2, 3].map(place => `option_${place}: This field may not be blank.`).join(' '),
      },
    ])
  })

  test('a dry run refuses what would not fit the quiz, and whoever may not import', async () => {
    const { owner, rival, learner, path } = await emptyQuiz()
    await post(owner, path, '', HEAD + row('A').repeat(999))
    const { status, body } = await post(owner, path, '?dry_run=true', HEAD + row('B').repeat(2))
    expect([status, body]).toEqual([
      400,
      { detail: 'A quiz may have at most 1000 questions.', code: 'too_many_questions' },
    ])
    expect((await post(owner, path, '?dry_run=true', HEAD + row('B'))).body['imported']).toBe(1)
    for (const stranger of [rival, learner]) expect((await post(stranger, path, '?dry_run=true')).status).toBe(403)
    expect((await post(owner, path, '?dry_run=yes')).body).toEqual({ dry_run: ['Must be one of: true, false.'] })
    expect((await post(owner, path, '?invalid=all')).body).toEqual({ invalid: ['Must be one of: refuse, skip.'] })
  })
})

describe('the media type of a file', () => {
  const UNTOLD = ['application/vnd.ms-excel', 'application/octet-stream', 'Application/Octet-Stream; x=y', undefined]

  test('may say nothing where the query says what it is', async () => {
    const { owner, path } = await emptyQuiz()
    for (const type of UNTOLD) {
      expect((await upload(owner, path, HEAD + row('A'), type, '?format=csv')).body, type).toMatchObject({
        imported: 1,
      })
      expect((await upload(owner, path, 'A {T}', type, '?format=gift')).body, type).toMatchObject({ imported: 1 })
    }
    expect(await countOf(owner, path)).toBe(8)
  })

  test('is asked for where the query says nothing, and is never one of something else', async () => {
    const { owner, path } = await emptyQuiz()
    for (const type of UNTOLD) expect((await upload(owner, path, HEAD + row('A'), type)).status, type).toBe(415)
    for (const type of ['application/json', 'text/html', 'multipart/form-data; boundary=x', 'application/zip'])
      expect((await upload(owner, path, HEAD + row('A'), type, '?format=csv')).status, type).toBe(415)
    expect(await countOf(owner, path)).toBe(0)
  })

  test('is looked at after the size and before the login, the format after both', async () => {
    const { path } = await emptyQuiz()
    const large = new Uint8Array(5 * 1024 * 1024 + 1)
    expect((await upload(undefined, path, large, 'application/octet-stream', '?format=csv')).status).toBe(413)
    expect((await upload(undefined, path, 'x', 'application/octet-stream')).status).toBe(415)
    expect((await upload(undefined, path, 'x', 'application/octet-stream', '?format=xml')).status).toBe(401)
    const { owner, path: own } = await emptyQuiz()
    expect(await upload(owner, own, 'x', 'application/octet-stream', '?format=xml')).toEqual({
      status: 400,
      body: { format: ['Must be one of: csv, gift.'] },
    })
  })

  test('JSON bodies are as strict as before', async () => {
    const { owner, path } = await emptyQuiz()
    const request = new Request(`http://learnmore.test${path}?format=csv`, {
      method: 'POST',
      body: new TextEncoder().encode('{}'),
      headers: { Authorization: `Bearer ${owner.token}`, 'Content-Type': 'application/octet-stream' },
    })
    expect((await app.fetch(request, env)).status).toBe(415)
  })
})

describe('encodings', () => {
  const utf16 = (text: string, isBigEndian: boolean) => {
    const bytes = new DataView(new ArrayBuffer(2 * text.length))
    for (let at = 0; at < text.length; at++) bytes.setUint16(2 * at, text.charCodeAt(at), !isBigEndian)
    return new Uint8Array(bytes.buffer)
  }

  test('UTF-16 with its mark, both ways around, is read: Excel’s "Unicode text"', async () => {
    const { owner, path } = await emptyQuiz()
    for (const isBigEndian of [false, true]) {
      const file = utf16('\uFEFFtype\ttext\tcorrect\r\nnumeric\t"Größe 😀\n„π“?"\t3,14\r\n', isBigEndian)
      expect((await upload(owner, path, file, 'text/csv')).body).toEqual({ imported: 1, warnings: [], skipped: [] })
      const gift = utf16('\uFEFFWie groß? 😀 {=groß}', isBigEndian)
      expect((await upload(owner, path, gift, 'text/plain', '?format=gift')).body).toMatchObject({ imported: 1 })
    }
    const { results } = (await call('GET', path, { as: owner })).body
    expect(results).toMatchObject([
      { text: 'Größe 😀\n„π“?', correct_value: 3.14 },
      { text: 'Wie groß? 😀', accepted_answers: ['groß'] },
      { text: 'Größe 😀\n„π“?', correct_value: 3.14 },
      { text: 'Wie groß? 😀', accepted_answers: ['groß'] },
    ])
  })

  test('what is in another encoding is refused with the line, and the way to save this format', async () => {
    const { owner, path } = await emptyQuiz()
    const latin1 = Uint8Array.from('A {T}\n\nGr\u00f6\u00dfe? {T}', char => char.charCodeAt(0))
    const halfPair = utf16('\uFEFFtype\ttext\ntrue_false\t\ud83d\n', false)
    const cutShort = utf16('\uFEFFA {T}\n\nB {T}', true).subarray(0, -1)
    const refused: [file: Uint8Array, format: string, line: number, message: string][] = [
      [latin1, 'gift', 3, 'The file is not UTF-8. Save it as UTF-8.'],
      [latin1, 'csv', 3, 'The file is not UTF-8. Save it as "CSV UTF-8".'],
      [halfPair, 'csv', 2, 'The file is not UTF-16, though it begins so. Save it as "CSV UTF-8".'],
      [cutShort, 'gift', 3, 'The file is not UTF-16, though it begins so. Save it as UTF-8.'],
    ]
    for (const [file, format, line, message] of refused) {
      const answer = await upload(owner, path, file, undefined, `?format=${format}&invalid=skip`)
      expect(answer, message).toEqual({ status: 400, body: { lines: [{ line, message }] } })
    }
  })
})

describe('separator=semicolon', () => {
  const questions = [
    ...oneOfEach(),
    { type: 'numeric', text: 'Wie viel; genau?', points: 0.125, correct_value: -1234.5, tolerance: 1e-7 },
    {
      type: 'multiple_select',
      text: 'Gewichte?',
      partial_credit: true,
      choices: [
        { text: 'a', is_correct: true, feedback: '', weight: 66.66667 },
        { text: '1,5', is_correct: true, feedback: '', weight: 33.33333 },
        { text: '-1,5', is_correct: false, feedback: '=1', weight: -50 },
      ],
    },
  ]

  test('is what a German or French Excel opens: a mark, sep=;, semicolons and decimal commas', async () => {
    const { owner, path } = await emptyQuiz({ questions: questions.slice(-2) })
    const { text, headers } = await call('GET', `${path}export/?separator=semicolon`, { as: owner })
    expect(headers.get('Content-Type')).toBe('text/csv; charset=utf-8')
    const [sep, header, numeric, select] = text.split('\r\n')
    expect(sep).toBe('sep=;')
    // The client of the tests takes the mark for what it is.
    expect(exportCsv([], 'semicolon').text).toMatch(/^\uFEFFsep=;\r\n/)
    expect(header?.split(';').slice(0, 6)).toEqual(
      'type;text;points;explanation;correct_feedback;incorrect_feedback'.split(';'),
    )
    expect(numeric).toMatch(/^numeric;"Wie viel; genau\?";0,125;;;;-1234,5;+1e-7;absolute;;$/)
    expect(select).toMatch(/;"1;2";a;;66,66667;1,5;;33,33333;"'-1,5";"'=1";-50;TRUE;/)
  })

  test('comes in again as the same questions, and is no more than another spelling', async () => {
    const { owner, module, path } = await emptyQuiz({ questions })
    const plain = (await call('GET', `${path}export/?separator=comma`, { as: owner })).text
    expect((await call('GET', `${path}export/?format=csv`, { as: owner })).text).toBe(plain)
    const { text } = await call('GET', `${path}export/?format=csv&separator=semicolon`, { as: owner })
    const copy = `/api/quizzes/${(await makeQuiz(owner, module.id)).id}/questions/`
    expect(await upload(owner, copy, text, 'text/csv')).toEqual({
      status: 201,
      body: { imported: questions.length, warnings: [], skipped: [] },
    })
    expect((await call('GET', `${copy}export/`, { as: owner })).text).toBe(plain)
  })

  test('is of CSV only', async () => {
    const { owner, path } = await emptyQuiz()
    const refused = async (query: string) => (await call('GET', `${path}export/?${query}`, { as: owner })).body
    expect(await refused('format=gift&separator=semicolon')).toEqual({ separator: ['Only CSV has a separator.'] })
    expect(await refused('separator=tab')).toEqual({ separator: ['Must be one of: comma, semicolon.'] })
  })
})

test('the reference has the answers by name', async () => {
  const { paths, components } = (await call('GET', '/api/openapi.json')).body
  const { responses, requestBody } = paths['/api/quizzes/{id}/questions/import/'].post
  const schemaOf = (status: number) => responses[status].content['application/json'].schema.$ref
  expect([schemaOf(200), schemaOf(201)]).toEqual([
    '#/components/schemas/ImportPreview',
    '#/components/schemas/ImportResult',
  ])
  expect(Object.keys(components.schemas.ImportPreview.properties)).toEqual([
    'imported',
    'warnings',
    'skipped',
    'errors',
  ])
  expect(Object.keys(components.schemas.FileProblem.properties)).toEqual(['line', 'message'])
  expect(Object.keys(requestBody.content)).toEqual([
    'text/csv',
    'text/plain',
    'application/octet-stream',
    'application/vnd.ms-excel',
  ])
})
