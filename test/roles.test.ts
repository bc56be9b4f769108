import { describe, expect, test } from 'vitest'
import { api } from '../src/app.ts'
import { call, makeInstructor, makeStaff, makeUser, type TestUser } from './helpers/client.ts'
import { enrolled, makeCourse, makeModule } from './helpers/courses.ts'
import { makeCode } from './helpers/qr-codes.ts'

// Who may do what: every operation there is, by every role, in one table. Each answer is in a world of its own.

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
  /** Attendance of the module, made by the owner. */
  code: { id: number; uuid: string }
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
  return {
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

const TABLE: Row[] = [
  // Public, to everybody alike: an empty body is refused for its fields, not for who sends it.
  ['POST /api/users/register/', () => '/api/users/register/', everyone(400), () => ({})],
  ['POST /api/users/login/', () => '/api/users/login/', everyone(400), () => ({})],
  ['POST /api/users/logout/', () => '/api/users/logout/', everyone(400), () => ({})],
  ['POST /api/users/token/refresh/', () => '/api/users/token/refresh/', everyone(400), () => ({})],
  ['POST /api/users/google-auth/', () => '/api/users/google-auth/', everyone(400), () => ({})],
  ['POST /api/users/password/reset/', () => '/api/users/password/reset/', everyone(400), () => ({})],

  // One's own account.
  ['POST /api/users/google-link/', () => '/api/users/google-link/', signedIn(400), () => ({})],
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
    signedIn(200),
    () => ({ new_password: 'a good long one' }),
  ],

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
]

describe.each(TABLE.map((row, place) => [row[0], place, row] as const))('%s (row %i)', (_name, _place, row) => {
  const [operation, path, expected, body] = row
  test('answers each role as it should', async () => {
    const answers = await Promise.all(
      ROLES.map(async role => {
        const here = await world()
        const as = role === 'anonymous' ? undefined : here.users[role]
        const method = operation.split(' ')[0] ?? ''
        const { status } = await call(method, path(here), { as, body: body?.(here) })
        return [role, status]
      }),
    )
    expect(Object.fromEntries(answers)).toEqual(Object.fromEntries(ROLES.map((role, i) => [role, expected[i]])))
  })
})

test('every operation is in the table', () => {
  const described = api.contracts.flatMap(({ method, path }) =>
    (method === 'put' ? ['PUT', 'PATCH'] : [method.toUpperCase()]).map(name => `${name} ${path}`),
  )
  expect([...new Set(TABLE.map(([operation]) => operation))].sort()).toEqual([...new Set(described)].sort())
})
