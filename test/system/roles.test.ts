import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { api } from '../../src/app.ts'
import { enrolled, makeCourse, makeModule } from '../factories/courses.ts'
import { makeCode } from '../factories/qr-codes.ts'
import { QUESTIONS } from '../factories/questions.ts'
import { insertQuizWithQuestions } from '../factories/quizzes.ts'
import { makeInstructor, makeStaff, makeToken, makeUser, type TestUser, type TokenFields } from '../factories/users.ts'
import { insertDelivery, makeWebhook } from '../factories/webhooks.ts'
import { end, started } from '../helpers/attempts.ts'
import { withBuiltTexts } from '../helpers/built-texts.ts'
import { call } from '../helpers/client.ts'
import { receive } from '../helpers/webhooks.ts'

// Who may do what: every operation there is, by every role, in one table. What changes the world gets one of its own.

const ROLES = ['anonymous', 'learner', 'enrolled', 'other instructor', 'owner', 'staff'] as const
type Role = (typeof ROLES)[number]

type World = {
  users: Record<Exclude<Role, 'anonymous'>, TestUser>
  /** Published, of the owner; the enrolled learner is in it. */
  course: { id: number; slug: string }
  draft: { id: number; slug: string }
  deletedCourse: number
  module: number
  unpublished: number
  deletedModule: number
  enrollment: number
  /** The enrolled learner's, of the module. */
  progress: number
  /** Published, in the module, with one true/false question. */
  quiz: number
  question: number
  unpublishedQuiz: number
  deletedQuiz: number
  /** The enrolled learner's, running and ended. */
  running: number
  ended: number
  /** The ended one's response to an essay, and a regrade of the question. */
  essay: number
  regrade: number
  /** Attendance of the module, made by the owner. */
  code: { id: number; uuid: string }
  /** The owner's of the course, with a delivery, and staff's of all courses. */
  webhook: number
  delivery: number
  schoolWebhook: number
}

async function world(): Promise<World> {
  const users = {
    learner: await makeUser(),
    enrolled: await makeUser(),
    'other instructor': await makeInstructor(),
    owner: await makeInstructor(),
    staff: await makeStaff(),
  }
  const { owner } = users
  const course = await makeCourse(owner)
  const gone = await makeCourse(owner)
  await call('DELETE', `/api/courses/${gone.id}/`, { as: owner })
  const module = await makeModule(owner, course.id)
  const removed = await makeModule(owner, course.id)
  await call('DELETE', `/api/modules/${removed.id}/`, { as: owner })
  const { id: enrollment } = await enrolled(users.enrolled, course)
  const fields = { time_limit_minutes: 10, allow_time_extension: 1 }
  const quiz = await insertQuizWithQuestions(module.id, fields, [QUESTIONS.true_false])
  const other = await insertQuizWithQuestions(module.id, {}, [QUESTIONS.essay])
  const done = await started({ quiz: other, learner: users.enrolled })
  await end(done, users.enrolled)
  const { id: running } = await started({ quiz, learner: users.enrolled })
  const regrade = await call('POST', `/api/questions/${quiz.questions[0]?.id}/regrade/`, {
    as: owner,
    body: { dry_run: true },
  })
  const webhook = await makeWebhook(owner, { course: course.id })
  const schoolWebhook = await makeWebhook(users.staff, { course: null, events: ['regrade.finished'] })
  for (const hook of [webhook, schoolWebhook]) receive(hook)
  // A school has so many of them, and every row of the table has schools of its own in this one.
  await env.DB.prepare('UPDATE webhooks SET disabled_at = 1, course_id = ? WHERE course_id IS NULL AND id < ?')
    .bind(course.id, schoolWebhook.id)
    .run()
  return {
    webhook: webhook.id,
    delivery: await insertDelivery(webhook.id),
    schoolWebhook: schoolWebhook.id,
    quiz: quiz.id,
    question: quiz.questions[0]?.id ?? 0,
    unpublishedQuiz: (await insertQuizWithQuestions(module.id, { is_published: 0 })).id,
    deletedQuiz: (await insertQuizWithQuestions(module.id, { deleted_at: Math.floor(Date.now() / 1000) })).id,
    running,
    ended: done.id,
    essay: done.id * 1000,
    regrade: regrade.body.id,
    users,
    course,
    draft: await makeCourse(owner, { status: 'draft' }),
    deletedCourse: gone.id,
    module: module.id,
    unpublished: (await makeModule(owner, course.id, { is_published: false })).id,
    deletedModule: removed.id,
    enrollment,
    progress: enrollment * 10_000_000 + module.id,
    code: await makeCode(owner, { type: 'attendance', target_id: module.id }),
  }
}

/** The expected statuses are in the order of the roles. */
type Statuses = [
  anonymous: number,
  learner: number,
  enrolled: number,
  otherInstructor: number,
  owner: number,
  staff: number,
]
type Row = [operation: string, path: (world: World) => string, expected: Statuses, body?: (world: World) => unknown]

const everyone = (status: number): Statuses => [status, status, status, status, status, status]
const signedIn = (status: number): Statuses => [401, status, status, status, status, status]
const staffOnly = (status: number): Statuses => [401, 403, 403, 403, 403, status]
const teachers = (status: number): Statuses => [401, 403, 403, status, status, status]
/** Seen by all who are signed in, for its instructor and staff to do. */
const managers = (status: number): Statuses => [401, 403, 403, 403, status, status]
/** Not to be known of by anybody else. */
const hidden = (status: number): Statuses => [401, 404, 404, 404, status, status]

const bothOf = (path: string, ...rest: [Row[1], Row[2], Row[3]]): Row[] => [
  [`PUT ${path}`, ...rest],
  [`PATCH ${path}`, ...rest],
]

const STATEMENT = { type: 'true_false', text: 'Python is typed.', correct_answer: true }

const HOOK = { url: 'https://receiver.school.edu/roles/', events: ['regrade.finished'] }

const TABLE: Row[] = [
  // Public, to everybody alike: an empty body is refused for its fields, not for who sends it.
  ['POST /api/users/register/', () => '/api/users/register/', everyone(400), () => ({})],
  ['POST /api/users/login/', () => '/api/users/login/', everyone(400), () => ({})],
  ['POST /api/users/logout/', () => '/api/users/logout/', everyone(400), () => ({})],
  ['POST /api/users/token/refresh/', () => '/api/users/token/refresh/', everyone(400), () => ({})],
  ['POST /api/users/google-auth/', () => '/api/users/google-auth/', everyone(400), () => ({})],
  ['POST /api/users/password/reset/', () => '/api/users/password/reset/', everyone(400), () => ({})],

  ['GET /api/health/', () => '/api/health/', everyone(200)],
  ['GET /api/health/ready/', () => '/api/health/ready/', everyone(200)],

  // One's own account.
  ['POST /api/users/google-link/', () => '/api/users/google-link/', signedIn(400), () => ({})],
  ['GET /api/users/me/', () => '/api/users/me/', signedIn(200)],
  ['GET /api/users/profile/', () => '/api/users/profile/', signedIn(200)],
  ...bothOf(
    '/api/users/profile/',
    () => '/api/users/profile/',
    signedIn(200),
    () => ({ bio: 'Reads' }),
  ),
  [
    'POST /api/users/password/change/',
    () => '/api/users/password/change/',
    // They have no password, and no credential of Google either.
    signedIn(400),
    () => ({ new_password: 'a good long one' }),
  ],

  ['GET /api/users/tokens/', () => '/api/users/tokens/', signedIn(200)],
  ['POST /api/users/tokens/', () => '/api/users/tokens/', signedIn(400), () => ({})],
  ['DELETE /api/users/tokens/{id}/', () => '/api/users/tokens/999999999/', signedIn(404)],

  // All accounts: staff alone.
  ['GET /api/users/', () => '/api/users/', staffOnly(200)],
  ...bothOf(
    '/api/users/{id}/',
    w => `/api/users/${w.users.learner.id}/`,
    staffOnly(200),
    () => ({ is_instructor: true }),
  ),
  ...bothOf(
    '/api/users/{id}/',
    () => '/api/users/999999999/',
    staffOnly(404),
    () => ({ is_staff: true }),
  ),
  ['POST /api/users/{id}/password-reset/', w => `/api/users/${w.users.learner.id}/password-reset/`, staffOnly(201)],

  ['GET /api/courses/', () => '/api/courses/', teachers(200)],
  ['GET /api/courses/catalog/', () => '/api/courses/catalog/', everyone(200)],
  ['GET /api/courses/catalog/search/', () => '/api/courses/catalog/search/?q=course', everyone(200)],
  ['GET /api/courses/catalog/{slug}/', w => `/api/courses/catalog/${w.course.slug}/`, everyone(200)],
  ['GET /api/courses/catalog/{slug}/', w => `/api/courses/catalog/${w.draft.slug}/`, everyone(404)],
  ['GET /api/courses/{id}/', w => `/api/courses/${w.course.id}/`, signedIn(200)],
  ['GET /api/courses/{id}/', w => `/api/courses/${w.draft.id}/`, hidden(200)],
  ['GET /api/courses/{id}/', w => `/api/courses/${w.deletedCourse}/`, signedIn(404)],
  ['POST /api/courses/', () => '/api/courses/', teachers(201), () => ({ title: 'New' })],
  // Naming another owner is for staff.
  [
    'POST /api/courses/',
    () => '/api/courses/',
    [401, 403, 403, 403, 201, 201],
    w => ({ title: 'Given away', instructor: w.users.owner.id }),
  ],
  ...bothOf(
    '/api/courses/{id}/',
    w => `/api/courses/${w.course.id}/`,
    managers(200),
    () => ({ title: 'Renamed' }),
  ),
  ...bothOf(
    '/api/courses/{id}/',
    w => `/api/courses/${w.draft.id}/`,
    hidden(200),
    () => ({ title: 'Renamed' }),
  ),
  ['DELETE /api/courses/{id}/', w => `/api/courses/${w.course.id}/`, managers(204)],
  ['DELETE /api/courses/{id}/', w => `/api/courses/${w.draft.id}/`, hidden(204)],
  ['POST /api/courses/{id}/restore/', w => `/api/courses/${w.deletedCourse}/restore/`, hidden(200)],

  ['POST /api/courses/{slug}/enroll/', w => `/api/courses/${w.course.slug}/enroll/`, [401, 201, 200, 201, 201, 201]],
  ['POST /api/courses/{slug}/enroll/', w => `/api/courses/${w.draft.slug}/enroll/`, hidden(400)],
  [
    'POST /api/courses/{slug}/unenroll/',
    w => `/api/courses/${w.course.slug}/unenroll/`,
    [401, 400, 204, 400, 400, 400],
  ],
  ['GET /api/courses/enrolled/', () => '/api/courses/enrolled/', signedIn(200)],
  ['GET /api/enrollments/', () => '/api/enrollments/', teachers(200)],
  [
    'POST /api/courses/{id}/enrollments/',
    w => `/api/courses/${w.course.id}/enrollments/`,
    managers(200),
    w => ({ users: [w.users.learner.username] }),
  ],
  [
    'DELETE /api/courses/{id}/enrollments/{enrollment_id}/',
    w => `/api/courses/${w.course.id}/enrollments/${w.enrollment}/`,
    managers(204),
  ],

  ['GET /api/modules/', () => '/api/modules/', signedIn(200)],
  ['GET /api/modules/{id}/', w => `/api/modules/${w.module}/`, [401, 403, 200, 403, 200, 200]],
  ['GET /api/modules/{id}/', w => `/api/modules/${w.unpublished}/`, hidden(200)],
  ['POST /api/modules/', () => '/api/modules/', managers(201), w => ({ course: w.course.id, title: 'New' })],
  ...bothOf(
    '/api/modules/{id}/',
    w => `/api/modules/${w.module}/`,
    managers(200),
    w => ({
      course: w.course.id,
      title: 'Renamed',
    }),
  ),
  ...bothOf(
    '/api/modules/{id}/',
    w => `/api/modules/${w.unpublished}/`,
    hidden(200),
    w => ({
      course: w.course.id,
      title: 'Renamed',
    }),
  ),
  ['DELETE /api/modules/{id}/', w => `/api/modules/${w.module}/`, managers(204)],
  ['POST /api/modules/{id}/restore/', w => `/api/modules/${w.deletedModule}/restore/`, hidden(200)],

  ['GET /api/progress/', () => '/api/progress/', signedIn(200)],
  ['GET /api/module-progress/', () => '/api/module-progress/', signedIn(200)],
  [
    'POST /api/module-progress/{id}/reset/',
    w => `/api/module-progress/${w.progress}/reset/`,
    [401, 404, 200, 404, 200, 200],
  ],
  [
    'POST /api/module-progress/{id}/complete/',
    w => `/api/module-progress/${w.progress}/complete/`,
    [401, 404, 200, 404, 403, 403],
  ],
  [
    'POST /api/module-progress/{id}/add-time/',
    w => `/api/module-progress/${w.progress}/add-time/`,
    [401, 404, 200, 404, 403, 403],
    () => ({ seconds: 60 }),
  ],

  ['GET /api/quizzes/', w => `/api/quizzes/?course=${w.course.id}`, signedIn(200)],
  ['GET /api/quizzes/', () => '/api/quizzes/', signedIn(200)],
  ['GET /api/quizzes/{id}/', w => `/api/quizzes/${w.quiz}/`, [401, 403, 200, 403, 200, 200]],
  ['GET /api/quizzes/{id}/', w => `/api/quizzes/${w.unpublishedQuiz}/`, hidden(200)],
  ['POST /api/quizzes/', () => '/api/quizzes/', managers(201), w => ({ module: w.module, title: 'New' })],
  ...bothOf(
    '/api/quizzes/{id}/',
    w => `/api/quizzes/${w.quiz}/`,
    managers(200),
    w => ({ module: w.module, title: 'Renamed' }),
  ),
  ...bothOf(
    '/api/quizzes/{id}/',
    w => `/api/quizzes/${w.unpublishedQuiz}/`,
    hidden(200),
    w => ({ module: w.module, title: 'Renamed' }),
  ),
  ['DELETE /api/quizzes/{id}/', w => `/api/quizzes/${w.quiz}/`, managers(204)],
  ['POST /api/quizzes/{id}/restore/', w => `/api/quizzes/${w.deletedQuiz}/restore/`, hidden(200)],
  ['GET /api/quizzes/{id}/questions/', w => `/api/quizzes/${w.quiz}/questions/`, managers(200)],
  ['GET /api/quizzes/{id}/questions/', w => `/api/quizzes/${w.unpublishedQuiz}/questions/`, hidden(200)],
  ['POST /api/quizzes/{id}/questions/', w => `/api/quizzes/${w.quiz}/questions/`, managers(201), () => STATEMENT],
  [
    'POST /api/quizzes/{id}/questions/reorder/',
    w => `/api/quizzes/${w.quiz}/questions/reorder/`,
    managers(200),
    w => ({ order: [w.question] }),
  ],
  [
    'POST /api/quizzes/{id}/questions/import/',
    w => `/api/quizzes/${w.quiz}/questions/import/?format=gift`,
    managers(201),
    () => 'Python is typed. {T}',
  ],
  [
    'GET /api/quizzes/{id}/questions/export/',
    w => `/api/quizzes/${w.quiz}/questions/export/?format=csv`,
    managers(200),
  ],
  ['GET /api/questions/{id}/', w => `/api/questions/${w.question}/`, managers(200)],
  ...bothOf(
    '/api/questions/{id}/',
    w => `/api/questions/${w.question}/`,
    managers(200),
    () => STATEMENT,
  ),
  ['DELETE /api/questions/{id}/', w => `/api/questions/${w.question}/`, managers(204)],

  // A learner's own attempt; its instructor and staff see it and do not take it.
  [
    'POST /api/courses/quizzes/{id}/start-attempt/',
    w => `/api/courses/quizzes/${w.quiz}/start-attempt/`,
    [401, 403, 200, 403, 201, 201],
    () => ({}),
  ],
  [
    'POST /api/courses/quizzes/{id}/start-attempt/',
    w => `/api/courses/quizzes/${w.unpublishedQuiz}/start-attempt/`,
    [401, 404, 400, 404, 201, 201],
    () => ({}),
  ],
  [
    'POST /api/courses/quiz-attempts/{id}/submit-response/',
    w => `/api/courses/quiz-attempts/${w.running}/submit-response/`,
    [401, 404, 200, 404, 403, 403],
    w => ({ question: w.question, response_data: { selected_answer: true } }),
  ],
  ...(['complete', 'timeout', 'abandon'] as const).map(
    (action): Row => [
      `POST /api/courses/quiz-attempts/{id}/${action}/`,
      w => `/api/courses/quiz-attempts/${w.running}/${action}/`,
      [401, 404, 200, 404, 403, 403],
    ],
  ),
  ['GET /api/courses/quiz-attempts/', () => '/api/courses/quiz-attempts/', signedIn(200)],
  [
    'GET /api/courses/quiz-attempts/{id}/',
    w => `/api/courses/quiz-attempts/${w.running}/`,
    [401, 404, 200, 404, 200, 200],
  ],
  [
    'GET /api/courses/quiz-attempts/{id}/result/',
    w => `/api/courses/quiz-attempts/${w.ended}/result/`,
    [401, 404, 200, 404, 200, 200],
  ],
  [
    'POST /api/courses/quiz-attempts/{id}/grant-extension/',
    w => `/api/courses/quiz-attempts/${w.running}/grant-extension/`,
    [401, 404, 403, 404, 200, 200],
    () => ({ additional_minutes: 5 }),
  ],
  [
    'POST /api/courses/quizzes/{id}/grant-extension/',
    w => `/api/courses/quizzes/${w.quiz}/grant-extension/`,
    managers(200),
    () => ({ additional_minutes: 5 }),
  ],

  // What becomes of an attempt afterwards.
  [
    'POST /api/courses/question-responses/{id}/grade-essay/',
    w => `/api/courses/question-responses/${w.essay}/grade-essay/`,
    [401, 404, 403, 404, 200, 200],
    () => ({ score: 1 }),
  ],
  [
    'GET /api/courses/question-responses/pending-grading/',
    () => '/api/courses/question-responses/pending-grading/',
    teachers(200),
  ],
  ['POST /api/questions/{id}/regrade/', w => `/api/questions/${w.question}/regrade/`, managers(202), () => ({})],
  ['GET /api/regrades/{id}/', w => `/api/regrades/${w.regrade}/`, managers(200)],
  ['POST /api/receipts/verify/', () => '/api/receipts/verify/', everyone(200), () => ({ receipt: 'none' })],

  ['GET /api/courses/quizzes/{id}/analytics/', w => `/api/courses/quizzes/${w.quiz}/analytics/`, managers(200)],
  [
    'POST /api/courses/quizzes/{id}/recalculate-analytics/',
    w => `/api/courses/quizzes/${w.quiz}/recalculate-analytics/`,
    managers(200),
  ],
  ['GET /api/courses/{id}/grades/export/', w => `/api/courses/${w.course.id}/grades/export/`, managers(200)],
  ['GET /api/courses/{id}/grades/export/', w => `/api/courses/${w.draft.id}/grades/export/`, hidden(200)],
  ['GET /api/analytics/user-activity/', () => '/api/analytics/user-activity/', signedIn(200)],
  ['GET /api/analytics/course-analytics/', () => '/api/analytics/course-analytics/', teachers(200)],
  ['GET /api/analytics/module-engagement/', () => '/api/analytics/module-engagement/', teachers(200)],
  ['GET /api/analytics/learner-analytics/', () => '/api/analytics/learner-analytics/', teachers(200)],
  ['GET /api/qr-codes/codes/', () => '/api/qr-codes/codes/', teachers(200)],
  [
    'POST /api/qr-codes/codes/',
    () => '/api/qr-codes/codes/',
    [401, 403, 403, 400, 201, 201],
    w => ({ type: 'module', target_id: w.module }),
  ],
  ['GET /api/qr-codes/codes/{id}/', w => `/api/qr-codes/codes/${w.code.id}/`, hidden(200)],
  ...bothOf(
    '/api/qr-codes/codes/{id}/',
    w => `/api/qr-codes/codes/${w.code.id}/`,
    hidden(200),
    () => ({ max_scans: 5 }),
  ),
  ['DELETE /api/qr-codes/codes/{id}/', w => `/api/qr-codes/codes/${w.code.id}/`, hidden(204)],
  ['GET /api/qr-codes/display/{uuid}/', w => `/api/qr-codes/display/${w.code.uuid}/`, hidden(200)],
  ['GET /api/audit/', () => '/api/audit/', teachers(200)],
  ['GET /api/audit/', w => `/api/audit/?course=${w.course.id}`, teachers(200)],
  ['GET /api/qr-codes/batches/', () => '/api/qr-codes/batches/', teachers(200)],
  [
    'POST /api/qr-codes/batches/',
    () => '/api/qr-codes/batches/',
    [401, 403, 403, 400, 201, 201],
    w => ({ name: 'New', type: 'module', target_ids: [w.module] }),
  ],
  ['GET /api/qr-codes/scans/', () => '/api/qr-codes/scans/', teachers(200)],
  ['GET /api/qr-codes/scans/export/', () => '/api/qr-codes/scans/export/', teachers(200)],
  ['POST /api/qr-codes/scans/', () => '/api/qr-codes/scans/', signedIn(201), w => ({ qr_code_uuid: w.code.uuid })],

  ['GET /api/webhooks/', () => '/api/webhooks/', teachers(200)],
  ['POST /api/webhooks/', () => '/api/webhooks/', managers(201), w => ({ ...HOOK, course: w.course.id })],
  ['POST /api/webhooks/', () => '/api/webhooks/', staffOnly(201), () => HOOK],
  ['GET /api/webhooks/{id}/', w => `/api/webhooks/${w.webhook}/`, hidden(200)],
  ['GET /api/webhooks/{id}/', w => `/api/webhooks/${w.schoolWebhook}/`, [401, 404, 404, 404, 404, 200]],
  ...bothOf(
    '/api/webhooks/{id}/',
    w => `/api/webhooks/${w.webhook}/`,
    hidden(200),
    () => HOOK,
  ),
  ['DELETE /api/webhooks/{id}/', w => `/api/webhooks/${w.webhook}/`, hidden(204)],
  ['POST /api/webhooks/{id}/rotate-secret/', w => `/api/webhooks/${w.webhook}/rotate-secret/`, hidden(200)],
  ['POST /api/webhooks/{id}/test/', w => `/api/webhooks/${w.webhook}/test/`, hidden(202)],
  ['GET /api/webhooks/{id}/deliveries/', w => `/api/webhooks/${w.webhook}/deliveries/`, hidden(200)],
  [
    'POST /api/webhooks/{id}/deliveries/{delivery_id}/replay/',
    w => `/api/webhooks/${w.webhook}/deliveries/${w.delivery}/replay/`,
    hidden(202),
  ],
]

let sharedWorld: Promise<World> | undefined

describe.each(TABLE.map((row, place) => [row[0], place, row] as const))('%s (row %i)', (_name, _place, row) => {
  const [operation, path, expected, body] = row
  test('answers each role as it should, and puts no SQL together twice', async () => {
    const method = operation.split(' ')[0] ?? ''
    const worlds = await Promise.all(
      ROLES.map((_, i) => {
        const changesNothing = method === 'GET' || (expected[i] ?? 0) >= 400
        sharedWorld ??= world()
        return changesNothing ? sharedWorld : world()
      }),
    )
    const answers: { role: Role; status: number; texts: string[] }[] = []
    for (const [i, role] of ROLES.entries()) {
      const here = worlds[i] ?? (await world())
      const as = role === 'anonymous' ? undefined : here.users[role]
      const sent = body?.(here)
      const headers = typeof sent === 'string' ? { 'Content-Type': 'text/plain' } : undefined
      const { result, texts } = await withBuiltTexts(() => call(method, path(here), { as, body: sent, headers }))
      answers.push({ role, status: result.status, texts })
    }
    expect(answers.map(({ status }) => status)).toEqual([...expected])
    // Of the last who is answered as somebody before, nothing of the request's SQL is put together anew.
    const again = answers.findLast(({ status }, i) => answers.findIndex(answer => answer.status === status) < i)
    expect(again?.texts).toEqual([])
  })
})

/** Personal access tokens of the owner, by what they are for. */
const TOKENS: Record<string, (world: World) => TokenFields> = {
  read: () => ({ access: 'read' }),
  write: () => ({ access: 'write' }),
  'read in its courses': w => ({ access: 'read', courses: coursesOf(w) }),
  'write in its courses': w => ({ access: 'write', courses: coursesOf(w) }),
  'write in another course': () => ({ access: 'write', courses: [999_999_999] }),
}
const coursesOf = (w: World) => [w.course.id, w.draft.id, w.deletedCourse]

/** What a token of somebody is answered who would themselves be answered `status`. */
function statusFor(kind: string, [operation, path, expected]: Row, w: World, sent: unknown): number {
  const [method, documented] = operation.split(' ')
  const contract = api.contracts.find(
    known => known.path === documented && known.method === (method === 'PATCH' ? 'put' : method?.toLowerCase()),
  )
  if (contract?.access === 'public') return expected[ROLES.indexOf('anonymous')] ?? 0
  if (!contract?.token || (contract.token === 'write' && !kind.startsWith('write'))) return 403
  if (!kind.includes('in')) return expected[ROLES.indexOf('owner')] ?? 0
  const field = contract.about?.[1] ?? ''
  const isNamed =
    contract.path.includes(`{${field}}`) ||
    new URL(path(w), 'http://test').searchParams.has(field) ||
    (typeof sent === 'object' && sent !== null && field in sent)
  if (!isNamed) return 403
  return kind.includes('another') ? 404 : (expected[ROLES.indexOf('owner')] ?? 0)
}

describe.each(TABLE.map((row, place) => [row[0], place, row] as const))(
  '%s (row %i), by a token',
  (_name, _place, row) => {
    const [operation, path, , body] = row
    test('answers each kind as it should', async () => {
      const method = operation.split(' ')[0] ?? ''
      const answered: Record<string, number> = {}
      const should: Record<string, number> = {}
      for (const [kind, fields] of Object.entries(TOKENS)) {
        sharedWorld ??= world()
        const shared = await sharedWorld
        const changes = method !== 'GET' && statusFor(kind, row, shared, body?.(shared)) < 400
        const here = changes ? await world() : shared
        const sent = body?.(here)
        const { token } = await makeToken(here.users.owner, fields(here))
        const headers = typeof sent === 'string' ? { 'Content-Type': 'text/plain' } : undefined
        answered[kind] = (await call(method, path(here), { as: token, body: sent, headers })).status
        should[kind] = statusFor(kind, row, here, sent)
      }
      expect(answered).toEqual(should)
    })
  },
)

test('every operation is in the table', () => {
  const described = api.contracts.flatMap(({ method, path }) =>
    (method === 'put' ? ['PUT', 'PATCH'] : [method.toUpperCase()]).map(name => `${name} ${path}`),
  )
  expect([...new Set(TABLE.map(([operation]) => operation))].sort()).toEqual([...new Set(described)].sort())
})
