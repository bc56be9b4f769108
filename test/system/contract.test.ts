import { env } from 'cloudflare:workers'
import { Validator } from '@cfworker/json-schema'
import { beforeAll, describe, expect, test } from 'vitest'
import { endedAttempt } from '../factories/attempts.ts'
import { makeHall, makeTaughtCourse } from '../factories/classrooms.ts'
import { makeCourse, makeModule } from '../factories/courses.ts'
import { makeCode } from '../factories/qr-codes.ts'
import { QUESTIONS, rightAnswer, trueFalse } from '../factories/questions.ts'
import { insertQuestion } from '../factories/quizzes.ts'
import { insertAttempt, insertQuiz, insertResponse, unique } from '../factories/rows.ts'
import { makeInstructor, makeUser } from '../factories/users.ts'
import { end, resultOf, startAttempt, started, submit } from '../helpers/attempts.ts'
import { type Answer, call } from '../helpers/client.ts'
import { googleSignIn } from '../helpers/google.ts'
import { scan } from '../helpers/qr-codes.ts'
import markdown from './contract/api-documentation.md?raw'
import { type DocumentedEndpoint, type Json, parseDocumentation } from './contract/documentation.ts'
import { differences } from './contract/shape.ts'

const documentation = parseDocumentation(markdown)
const documented = documentation.endpoints
const nameOf = ({ method, path }: Pick<DocumentedEndpoint, 'method' | 'path'>) => `${method} ${path}`

const PASSWORD = 'securepassword123'
const registration = (username: string) => ({
  username,
  email: `${username}@example.com`,
  password: PASSWORD,
  password2: PASSWORD,
  first_name: 'John',
  last_name: 'Doe',
})

async function register() {
  const username = unique('newuser')
  return { username, answer: await call('POST', '/api/users/register/', { body: registration(username) }) }
}

async function login() {
  const { username } = await register()
  return call('POST', '/api/users/login/', { body: { username, password: PASSWORD } })
}

const courseFields = {
  title: 'Introduction to AI',
  description: 'Learn the basics of artificial intelligence',
  status: 'published',
  enrollment_type: 'open',
  max_students: 50,
  start_date: '2023-06-01',
  end_date: null,
  course_type: 'course',
}

async function course(fields: Record<string, unknown> = {}) {
  const instructor = await makeInstructor({ firstName: 'John', lastName: 'Smith' })
  return { instructor, course: await makeCourse(instructor, { ...courseFields, title: unique('Course '), ...fields }) }
}

async function enrollment() {
  const taught = await course()
  const learner = await makeUser()
  const answer = await call('POST', `/api/courses/${taught.course.slug}/enroll/`, { as: learner })
  return { ...taught, learner, answer }
}

const moduleFields = {
  title: 'Getting Started',
  description: 'Introduction to the course',
  order: 1,
  completion_criteria: 'content',
  content: '# Welcome to the Course',
  is_published: true,
}

/** A course of two modules, one of which its learner has completed. */
async function progress() {
  const taught = await enrollment()
  const module = await makeModule(taught.instructor, taught.course.id, moduleFields)
  await makeModule(taught.instructor, taught.course.id)
  const id = taught.answer.body.id * 10_000_000 + module.id
  expect((await call('POST', `/api/module-progress/${id}/complete/`, { as: taught.learner })).status).toBe(200)
  return { ...taught, module, id }
}

const quizFields = {
  title: 'Advanced Python Quiz',
  description: 'Test your understanding of advanced Python concepts',
  instructions: 'Answer all questions. You need 80% to pass.',
  time_limit_minutes: 45,
  passing_score: 80,
  randomize_questions: true,
  allow_multiple_attempts: true,
  max_attempts: 2,
  is_published: true,
  is_survey: false,
  access_code: 'sesame',
  allow_time_extension: false,
}

/** Two quizzes made through the API, one of them with a question. */
async function authored() {
  const { instructor, course: taught } = await course()
  const module = await makeModule(instructor, taught.id)
  const questions = [QUESTIONS.multiple_choice]
  await call('POST', '/api/quizzes/', { as: instructor, body: { ...quizFields, module: module.id } })
  const answer = await call('POST', '/api/quizzes/', {
    as: instructor,
    body: { ...quizFields, module: module.id, questions },
  })
  return { instructor, module, quiz: answer.body, answer }
}

/** A running attempt with its one question answered. */
async function taken() {
  const hall = await makeHall({ time_limit_minutes: 30, allow_time_extension: 1 })
  const attempt = await started(hall)
  const [asked] = hall.quiz.questions
  if (!asked) throw new Error('no question')
  return { ...hall, attempt, kept: await submit(attempt, hall.learner, asked.id, rightAnswer(asked)) }
}

/** An essay that waits for its grade: of 10 points, with a rubric. */
async function essay() {
  const rubric = [
    { criterion: 'content', max_points: 5 },
    { criterion: 'organization', max_points: 2 },
    { criterion: 'grammar', max_points: 3 },
  ]
  const hall = await makeHall({}, [{ ...QUESTIONS.essay, rubric }])
  const [question] = hall.quiz.questions
  if (!question) throw new Error('no question')
  const attempt = await endedAttempt(hall.quiz.id, hall.learner, [{ question, pending: true }], {
    enrollmentId: hall.enrollment.id,
  })
  return { ...hall, id: attempt * 1000 }
}

/** A course with a quiz that its learner has passed, strong in one module and weak in the other. */
async function quizTaken() {
  const taught = await progress()
  const [, second] = (await call('GET', `/api/modules/?course=${taught.course.id}`, { as: taught.instructor })).body
    .results
  const quiz = await endedQuiz(taught.module.id, taught, 9000)
  await endedQuiz(second.id, taught, 3000)
  await env.DB.prepare('UPDATE users SET last_login_at = 1686565800 WHERE id = ?').bind(taught.learner.id).run()
  return { ...taught, quiz }
}

/** A quiz of one question with an attempt at it, as taking it would leave them. */
async function endedQuiz(module: number, { learner, answer }: Awaited<ReturnType<typeof progress>>, score: number) {
  const quiz = await insertQuiz(module, { title: 'Python Basics Quiz' })
  const question = await insertQuestion(quiz, 1, trueFalse('Is it?'))
  const attempt = await insertAttempt(quiz, learner.id, answer.body.id, {
    started_at: 0,
    completed_at: 90,
    score_hundredths: score,
    passed: score >= 70_00 ? 1 : 0,
    time_spent_seconds: 90,
  })
  await insertResponse(attempt, 0, question, {
    is_correct: 1,
    max_nano: 1_000,
    item_share: 9_500,
    time_spent_seconds: 35,
  })
  return quiz
}

/** How each documented success comes about. */
const successes: Record<string, () => Promise<Answer>> = {
  'POST /api/users/register/': async () => (await register()).answer,
  'POST /api/users/login/': login,
  'POST /api/users/logout/': async () =>
    call('POST', '/api/users/logout/', { body: { refresh: (await login()).body.refresh } }),
  'POST /api/users/token/refresh/': async () =>
    call('POST', '/api/users/token/refresh/', { body: { refresh: (await login()).body.refresh } }),
  'POST /api/users/google-auth/': () => googleSignIn({ email: `${unique('google')}@gmail.com` }),
  'GET /api/users/profile/': async () => call('GET', '/api/users/profile/', { as: await makeUser() }),
  'PUT /api/users/profile/': async () =>
    call('PUT', '/api/users/profile/', {
      as: await makeUser(),
      body: { bio: 'Reads', student_id: 'S1', department: 'Physics', is_instructor: true },
    }),
  'GET /api/courses/': async () => {
    const { instructor } = await course()
    await makeCourse(instructor)
    return call('GET', '/api/courses/?page_size=1', { as: instructor })
  },
  'GET /api/courses/{id}/': async () => {
    const { instructor, course: made } = await course()
    await makeModule(instructor, made.id)
    return call('GET', `/api/courses/${made.id}/`, { as: instructor })
  },
  'POST /api/courses/': async () => call('POST', '/api/courses/', { as: await makeInstructor(), body: courseFields }),
  'PUT /api/courses/{id}/': async () => {
    const { instructor, course: made } = await course()
    return call('PUT', `/api/courses/${made.id}/`, { as: instructor, body: { ...courseFields, title: 'Advanced AI' } })
  },
  'DELETE /api/courses/{id}/': async () => {
    const { instructor, course: made } = await course()
    return call('DELETE', `/api/courses/${made.id}/`, { as: instructor })
  },
  'GET /api/courses/catalog/': async () => {
    await course()
    await course()
    return call('GET', '/api/courses/catalog/?page_size=1')
  },
  'GET /api/courses/catalog/search/': async () => {
    await course({ title: 'Ornithology' })
    await course({ title: 'Ornithology again' })
    return call('GET', '/api/courses/catalog/search/?q=ornithology&page_size=1')
  },
  'POST /api/courses/{slug}/enroll/': async () => (await enrollment()).answer,
  'POST /api/courses/{slug}/unenroll/': async () => {
    const { learner, course: left } = await enrollment()
    return call('POST', `/api/courses/${left.slug}/unenroll/`, { as: learner })
  },
  'GET /api/courses/enrolled/': async () => {
    const { learner } = await enrollment()
    return call('GET', '/api/courses/enrolled/', { as: learner })
  },
  'GET /api/enrollments/': async () => {
    const { instructor } = await enrollment()
    return call('GET', '/api/enrollments/', { as: instructor })
  },
  'GET /api/modules/': async () => {
    const { learner } = await progress()
    return call('GET', '/api/modules/?page_size=1', { as: learner })
  },
  'GET /api/modules/{id}/': async () => {
    const { learner, module } = await progress()
    await insertQuiz(module.id, {
      title: 'Module 1 Quiz',
      description: 'Test your understanding of the basics',
      time_limit_minutes: 30,
    })
    return call('GET', `/api/modules/${module.id}/`, { as: learner })
  },
  'POST /api/modules/': async () => {
    const { instructor, course: made } = await course()
    return call('POST', '/api/modules/', { as: instructor, body: { course: made.id, ...moduleFields } })
  },
  'PUT /api/modules/{id}/': async () => {
    const { instructor, course: made, module } = await progress()
    const body = { course: made.id, ...moduleFields, title: 'Still started' }
    return call('PUT', `/api/modules/${module.id}/`, { as: instructor, body })
  },
  'DELETE /api/modules/{id}/': async () => {
    const { instructor, module } = await progress()
    return call('DELETE', `/api/modules/${module.id}/`, { as: instructor })
  },
  'GET /api/progress/': async () => call('GET', '/api/progress/', { as: (await progress()).learner }),
  'GET /api/module-progress/': async () => {
    const { learner } = await progress()
    return call('GET', '/api/module-progress/?status=completed', { as: learner })
  },
  'POST /api/module-progress/{id}/reset/': async () => {
    const { learner, id } = await progress()
    return call('POST', `/api/module-progress/${id}/reset/`, { as: learner })
  },
  'GET /api/quizzes/': async () => {
    const { instructor } = await authored()
    return call('GET', '/api/quizzes/?page_size=1', { as: instructor })
  },
  'GET /api/quizzes/{id}/': async () => {
    const { instructor, quiz } = await authored()
    return call('GET', `/api/quizzes/${quiz.id}/`, { as: instructor })
  },
  'POST /api/quizzes/': async () => (await authored()).answer,
  'PUT /api/quizzes/{id}/': async () => {
    const { instructor, module, quiz } = await authored()
    return call('PUT', `/api/quizzes/${quiz.id}/`, { as: instructor, body: { ...quizFields, module: module.id } })
  },
  'DELETE /api/quizzes/{id}/': async () => {
    const { instructor, quiz } = await authored()
    return call('DELETE', `/api/quizzes/${quiz.id}/`, { as: instructor })
  },
  'POST /api/courses/quizzes/{id}/start-attempt/': async () => {
    const hall = await makeHall({ time_limit_minutes: 30 })
    return startAttempt(hall.quiz, hall.learner, { access_code: '' })
  },
  'POST /api/courses/quiz-attempts/{id}/submit-response/': async () => (await taken()).kept,
  'POST /api/courses/quiz-attempts/{id}/complete/': async () => {
    const { attempt, learner } = await taken()
    return end(attempt, learner)
  },
  'POST /api/courses/quiz-attempts/{id}/timeout/': async () => {
    const { attempt, learner } = await taken()
    return end(attempt, learner, 'timeout')
  },
  'POST /api/courses/quiz-attempts/{id}/abandon/': async () => {
    const { attempt, learner } = await taken()
    return end(attempt, learner, 'abandon')
  },
  'GET /api/courses/quiz-attempts/{id}/result/': async () => {
    const { attempt, learner } = await taken()
    await end(attempt, learner)
    return resultOf(attempt, learner)
  },
  'POST /api/courses/quiz-attempts/{id}/grant-extension/': async () => {
    const { attempt, instructor } = await taken()
    const body = { additional_minutes: 15 }
    return call('POST', `/api/courses/quiz-attempts/${attempt.id}/grant-extension/`, { as: instructor, body })
  },
  'POST /api/courses/question-responses/{id}/grade-essay/': async () => {
    const { instructor, id } = await essay()
    return call('POST', `/api/courses/question-responses/${id}/grade-essay/`, {
      as: instructor,
      body: {
        score: 8,
        feedback: 'Good analysis, but could use more supporting evidence.',
        rubric_scores: { content: 3, organization: 2, grammar: 3 },
      },
    })
  },
  'GET /api/courses/question-responses/pending-grading/': async () => {
    const { instructor } = await essay()
    return call('GET', '/api/courses/question-responses/pending-grading/', { as: instructor })
  },
  'GET /api/courses/quizzes/{id}/analytics/': async () => {
    const { instructor, quiz } = await quizTaken()
    return call('GET', `/api/courses/quizzes/${quiz}/analytics/`, { as: instructor })
  },
  'POST /api/courses/quizzes/{id}/recalculate-analytics/': async () => {
    const { instructor, quiz } = await quizTaken()
    return call('POST', `/api/courses/quizzes/${quiz}/recalculate-analytics/`, { as: instructor })
  },
  'GET /api/analytics/user-activity/': async () =>
    call('GET', '/api/analytics/user-activity/?page_size=1', { as: (await progress()).learner }),
  'GET /api/analytics/course-analytics/': async () =>
    call('GET', '/api/analytics/course-analytics/', { as: (await quizTaken()).instructor }),
  'GET /api/analytics/module-engagement/': async () =>
    call('GET', '/api/analytics/module-engagement/', { as: (await progress()).instructor }),
  'GET /api/analytics/learner-analytics/': async () => {
    const classmate = await makeUser()
    const { instructor, course: taught } = await quizTaken()
    await call('POST', `/api/courses/${taught.slug}/enroll/`, { as: classmate })
    return call('GET', '/api/analytics/learner-analytics/?page_size=1', { as: instructor })
  },
  'GET /api/qr-codes/codes/': async () => {
    const { owner, batch } = await scanned()
    return call('GET', `/api/qr-codes/codes/?batch=${batch.id}&status=active&page_size=1`, { as: owner })
  },
  'POST /api/qr-codes/codes/': async () => {
    const { owner, target } = await scanned()
    const body = { ...target, max_scans: 50, expires_at: '2023-06-20T23:59:59Z' }
    return call('POST', '/api/qr-codes/codes/', { as: owner, body })
  },
  'GET /api/qr-codes/codes/{id}/': async () => {
    const { owner, code } = await scanned()
    return call('GET', `/api/qr-codes/codes/${code.id}/`, { as: owner })
  },
  'PUT /api/qr-codes/codes/{id}/': async () => {
    const { owner, code } = await scanned()
    const body = { status: 'active', max_scans: 100, expires_at: '2036-06-30T23:59:59Z' }
    return call('PUT', `/api/qr-codes/codes/${code.id}/`, { as: owner, body })
  },
  'DELETE /api/qr-codes/codes/{id}/': async () => {
    const { owner, code } = await scanned()
    return call('DELETE', `/api/qr-codes/codes/${code.id}/`, { as: owner })
  },
  'POST /api/qr-codes/scans/': async () => (await scanned()).answer,
  'GET /api/qr-codes/scans/': async () => {
    const { owner, learner, code } = await scanned()
    return call('GET', `/api/qr-codes/scans/?qr_code=${code.id}&user=${learner.id}&is_valid=true`, { as: owner })
  },
  'GET /api/qr-codes/batches/': async () => {
    const { owner } = await scanned()
    return call('GET', '/api/qr-codes/batches/?type=attendance', { as: owner })
  },
  'POST /api/qr-codes/batches/': async () => {
    const { owner, module } = await scanned()
    const body = { name: 'B', description: 'D', type: 'attendance', target_ids: [module.id], max_scans: 50 }
    return call('POST', '/api/qr-codes/batches/', { as: owner, body })
  },
}

/** A scanned attendance code in a batch. */
async function scanned() {
  const { owner, learner, module } = await makeTaughtCourse()
  const { body: batch } = await call('POST', '/api/qr-codes/batches/', {
    as: owner,
    body: { name: 'Fall Semester 2023', type: 'attendance', target_ids: [module.id] },
  })
  const target = { batch: batch.id, type: 'attendance', target_id: module.id }
  const code = await makeCode(owner, { ...target, max_scans: 50, expires_at: '2036-06-20T23:59:59Z' })
  const answer = await scan(learner, code, { location: 'Lecture Hall A', device_info: 'iPhone, Safari 16.0' })
  return { owner, learner, module, batch, code, target, answer }
}

// biome-ignore lint/suspicious/noExplicitAny: a document of free depth, asserted on
let openApi: any
beforeAll(async () => {
  openApi = (await call('GET', '/api/openapi.json')).body
})

describe.each(documented.map(endpoint => [nameOf(endpoint), endpoint] as const))('%s', (name, endpoint) => {
  test('answers as documented', async () => {
    const answer = await successes[name]?.()
    expect(answer?.status, answer?.text).toBe(endpoint.status)
    const body = answer?.text === '' ? undefined : answer?.body
    expect(differences(documentation, endpoint.response, body)).toEqual([])
    expect(emptyLists(body), 'a list without entries shows nothing').toEqual([])
    expect(schemaErrors(responseOf(endpoint)?.schema, body)).toEqual([])
  })

  test('is described in the OpenAPI document', () => {
    const operation = operationOf(endpoint)
    expect(operation).toBeDefined()
    const parameters = operation.parameters.map(({ name }: { name: string }) => name)
    expect(parameters).toEqual(expect.arrayContaining(endpoint.queryParameters))
    expect(parameters).toEqual(
      expect.arrayContaining([...endpoint.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)),
    )
    const body = operation.requestBody?.content['application/json'].schema.$ref.split('/').at(-1)
    const accepted = openApi.components.schemas[body]?.properties ?? {}
    expect(Object.keys(accepted)).toEqual(expect.arrayContaining(Object.keys(endpoint.request ?? {})))
    expect(operation.requestBody === undefined).toBe(endpoint.request === undefined)
    expect(differences(documentation, endpoint.response, responseOf(endpoint)?.example)).toEqual([])
    if (endpoint.needsLogin) expect(operation.security).toEqual([{ bearer: [] }])
  })
})

test('the comparison sees what is missing, not documented, or of another type or format', () => {
  const example = {
    id: 1,
    title: 'string',
    start_date: '2023-06-01',
    created_at: 'datetime',
    enrollment_type: 'open',
    next: null,
  }
  const answer = {
    id: 7,
    title: 'AI',
    start_date: null,
    created_at: '2026-01-01T00:00:00Z',
    enrollment_type: 'open',
    next: null,
  }
  const wrong = (body: Json) => differences(documentation, example, body).map(line => line.split(':')[0])
  expect(wrong(answer)).toEqual([])
  expect(wrong({ ...answer, course_type: 'course', next: 'https://x.example/?page=2' })).toEqual([])
  expect(wrong({ ...answer, id: '7' })).toEqual(['body.id'])
  expect(wrong({ ...answer, id: 7.5 })).toEqual(['body.id'])
  expect(wrong({ ...answer, id: null })).toEqual(['body.id'])
  expect(wrong({ ...answer, title: null })).toEqual(['body.title'])
  expect(wrong({ ...answer, start_date: '2026-01-01T00:00:00Z' })).toEqual(['body.start_date'])
  expect(wrong({ ...answer, created_at: '2026-01-01T00:00:00.000Z' })).toEqual(['body.created_at'])
  expect(wrong({ ...answer, next: 2 })).toEqual(['body.next'])
  expect(wrong({ ...answer, password_hash: '' })).toEqual(['body.password_hash'])
  expect(wrong({ id: 7 })).toHaveLength(5)
  expect(differences(documentation, [example], [answer, { ...answer, id: 'x' }])).toHaveLength(1)
  expect(differences(documentation, undefined, {})).toHaveLength(1)
  expect(differences(documentation, example, undefined)).toHaveLength(1)
})

test('all 55 documented endpoints are held, and none is missing from the OpenAPI document', () => {
  expect(documented).toHaveLength(55)
  for (const endpoint of documented) expect(operationOf(endpoint), nameOf(endpoint)).toBeDefined()
})

test('every operation has a summary, its errors, its security and examples that its own schemas accept', () => {
  for (const [path, operations] of Object.entries<object>(openApi.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const at = `${method} ${path}`
      expect(operation.summary, at).toMatch(/\w/)
      expect(operation.security, at).toBeDefined()
      expect(Object.keys(operation.responses), at).toEqual(expect.arrayContaining(['500', '503']))
      if (operation.security.length > 0) expect(operation.responses, at).toHaveProperty('401')
      const contents = [operation.requestBody, ...Object.values(operation.responses)]
        .map(part => part?.content?.['application/json'])
        .filter(content => content !== undefined)
      for (const { schema, example } of contents) {
        expect(example, at).toBeDefined()
        expect(schemaErrors(schema, example), at).toEqual([])
      }
    }
  }
})

const operationOf = ({ method, path }: DocumentedEndpoint) => openApi.paths[path]?.[method.toLowerCase()]
const responseOf = (endpoint: DocumentedEndpoint) =>
  operationOf(endpoint)?.responses[endpoint.status]?.content?.['application/json']

function schemaErrors(schema: object | undefined, body: unknown): string[] {
  if (schema === undefined) return body === undefined ? [] : ['a body where none is described']
  // References point at the document's components.
  const validator = new Validator({ ...schema, components: openApi.components }, '2020-12', false)
  return validator.validate(body).errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`)
}

function emptyLists(body: unknown, at = 'body'): string[] {
  if (Array.isArray(body)) return body.length === 0 ? [at] : body.flatMap((item, i) => emptyLists(item, `${at}[${i}]`))
  if (typeof body !== 'object' || body === null) return []
  return Object.entries(body).flatMap(([name, value]) => emptyLists(value, `${at}.${name}`))
}
