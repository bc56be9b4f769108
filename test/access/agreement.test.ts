/** Each rule on rights is written twice, for rows in hand and for rows still in the database: they must not part. */
import { env } from 'cloudflare:workers'
import { type SQL, sql } from 'drizzle-orm'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { sees } from '../../src/access/courses.ts'
import { readsModule } from '../../src/access/modules.ts'
import { coursesStudiedBy, type EnrollmentStatus, studies, takesPart } from '../../src/access/participation.ts'
import { readsQuiz } from '../../src/access/quizzes.ts'
import { type Door, seatVerdict, seatVerdictOn } from '../../src/access/seats.ts'
import {
  countOfLearnersManagedBy,
  coursesTaughtBy,
  isManagedBy,
  isManagedCourse,
  isTaughtBy,
  learnersManagedBy,
  manages,
  teaches,
} from '../../src/access/teaching.ts'
import { isStaff, staffViewer, type Viewer } from '../../src/access/viewer.ts'
import { isManagedWebhook, managesWebhooksOf, ownerMayHear } from '../../src/access/webhooks.ts'
import { batchOf } from '../../src/db/batch.ts'
import { backgroundDatabase } from '../../src/db/client.ts'
import { type Names, statement } from '../../src/db/statement.ts'
import { taughtCourses } from '../../src/features/courses/queries.ts'
import { taughtEnrollments } from '../../src/features/enrollments/queries.ts'
import { accessibleModules } from '../../src/features/modules/queries.ts'
import { accessibleQuizzes } from '../../src/features/quizzes/queries.ts'

const db = backgroundDatabase(env)
const TODAY = '2026-03-10'
const PAGE = { number: 1, size: 100, limit: 100, offset: 0, before: Number.MAX_SAFE_INTEGER }
const DOORS: Door[] = ['self', 'instructor', 'code']

/** Ids run from 1 in each table; a module lies in course `1 + id % COURSES`, a quiz in module `1 + id % MODULES`. */
const [USERS, COURSES, MODULES, QUIZZES] = [3, 4, 5, 6]
const series = (count: number) => Array.from({ length: count }, (_, place) => place + 1)
const courseOf = (module: number) => 1 + (module % COURSES)
const moduleOf = (quiz: number) => 1 + (quiz % MODULES)

const often = fc.integer({ min: 0, max: 3 }).map(value => value > 0)
const seldom = fc.integer({ min: 0, max: 4 }).map(value => value === 0)
const of = <T>(count: number, what: fc.Arbitrary<T>) => fc.array(what, { minLength: count, maxLength: count })

const schools = fc.record({
  users: of(USERS, fc.record({ isInstructor: fc.boolean(), isStaff: seldom, isActive: often })),
  courses: of(
    COURSES,
    fc.record({
      instructorId: fc.integer({ min: 1, max: USERS }),
      status: fc.constantFrom('draft', 'published', 'published', 'archived'),
      enrollmentType: fc.constantFrom('open', 'restricted'),
      maxStudents: fc.integer({ min: 0, max: 3 }),
      endDate: fc.constantFrom(null, '2026-03-09', TODAY, '2026-03-11'),
      isDeleted: seldom,
    }),
  ),
  modules: of(MODULES, fc.record({ isPublished: often, isDeleted: seldom })),
  quizzes: of(QUIZZES, fc.record({ isPublished: often, isDeleted: seldom })),
  /** Of each user in each course, one after the other. */
  enrollments: of(
    USERS * COURSES,
    fc.option(
      fc.record({
        status: fc.constantFrom<EnrollmentStatus>('active', 'completed', 'dropped'),
        source: fc.constantFrom(...DOORS),
        wasRemoved: fc.boolean(),
      }),
    ),
  ),
})
type School = typeof schools extends fc.Arbitrary<infer S> ? S : never

/** The columns of the rows of a JSON array, each with its `id`. */
const update = (table: string, columns: string[], rows: readonly object[], where = '') =>
  env.DB.prepare(
    `UPDATE ${table} SET ${columns.map(name => `${name} = j.value->>'${name}'`).join()}
      FROM json_each(?) j WHERE ${table}.id = j.value->>'id' ${where}`,
  ).bind(JSON.stringify(rows.map((row, place) => ({ id: place + 1, ...row }))))

beforeAll(async () => {
  const insert = (columns: string, count: number, values: string) =>
    env.DB.prepare(
      `INSERT INTO ${columns} WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
        SELECT ${values} FROM n`,
    )
  await env.DB.batch([
    insert(
      'users (id, username, username_key, email, email_key, created_at, updated_at)',
      USERS,
      'i, i, i, i, i, 0, 0',
    ),
    insert('courses (title, slug, instructor_id, created_at, updated_at)', COURSES, `i, 'c' || i, 1, 0, 0`),
    insert('modules (course_id, title, "order", created_at, updated_at)', MODULES, `1 + i % ${COURSES}, i, i, 0, 0`),
    insert('quizzes (module_id, title, created_at, updated_at)', QUIZZES, `1 + i % ${MODULES}, i, 0, 0`),
  ])
})

/** Turns what there is into the school, by the changes that a term brings: roles, owners, deletions, who comes and goes. */
async function become({ users, courses, modules, quizzes, enrollments }: School): Promise<void> {
  const enrolled = enrollments.flatMap((row, place) =>
    row ? [{ user: 1 + (place % USERS), course: 1 + Math.floor(place / USERS), ...row, ...removal(row) }] : [],
  )
  const deleted = <T extends { isDeleted: boolean }>(row: T) => ({ ...row, deleted_at: row.isDeleted ? 1 : null })
  const shown = (row: School['modules'][number]) => ({ ...deleted(row), is_published: Number(row.isPublished) })
  await env.DB.batch([
    update(
      'users',
      ['is_instructor', 'is_staff', 'is_active'],
      users.map(row => ({
        is_instructor: Number(row.isInstructor),
        is_staff: Number(row.isStaff),
        is_active: Number(row.isActive),
      })),
    ),
    env.DB.prepare('UPDATE courses SET max_students = 0'),
    update(
      'courses',
      ['status', 'enrollment_type', 'end_date', 'instructor_id', 'deleted_at'],
      courses.map(row => ({
        ...deleted(row),
        enrollment_type: row.enrollmentType,
        end_date: row.endDate,
        instructor_id: row.instructorId,
      })),
    ),
    update('modules', ['is_published', 'deleted_at'], modules.map(shown)),
    update('quizzes', ['is_published', 'deleted_at'], quizzes.map(shown)),
    env.DB.prepare('DELETE FROM enrollments'),
    env.DB.prepare(
      `INSERT INTO enrollments (user_id, course_id, status, source, removed_at, enrolled_at)
        SELECT value->>'user', value->>'course', value->>'status', value->>'source', value->>'removedAt', 0 FROM json_each(?)`,
    ).bind(JSON.stringify(enrolled)),
    update(
      'courses',
      ['max_students'],
      courses.map(row => ({ max_students: row.maxStudents })),
    ),
  ])
}

const removal = (row: { status: EnrollmentStatus; wasRemoved: boolean }) => ({
  removedAt: row.wasRemoved && row.status === 'dropped' ? 1 : null,
})

/** What the predicates say of a viewer, from rows in hand. */
function decided(school: School, viewer: Viewer) {
  const standingIn = (course: number, user = viewer.id) => {
    const row = school.enrollments[(course - 1) * USERS + user - 1]
    return row ? { ...row, ...removal(row) } : undefined
  }
  const courses = series(COURSES).flatMap(id => {
    const row = school.courses[id - 1]
    if (!row) return []
    const standings = series(USERS).map(user => standingIn(id, user)?.status)
    const activeCount = standings.filter(status => status === 'active').length
    const completedCount = standings.filter(status => status === 'completed').length
    return [{ id, ...row, standings, activeCount, completedCount, own: standingIn(id) }]
  })
  const live = courses.filter(course => !course.isDeleted)
  const modules = series(MODULES).flatMap(id => {
    const row = school.modules[id - 1]
    const course = live.find(course => course.id === courseOf(id))
    return row && course && !row.isDeleted ? [{ id, ...row, course, ...above(course) }] : []
  })
  const quizzes = series(QUIZZES).flatMap(id => {
    const row = school.quizzes[id - 1]
    const module = modules.find(module => module.id === moduleOf(id))
    return row && module && !row.isDeleted
      ? [{ id, ...row, moduleIsPublished: module.isPublished, course: module.course, ...above(module.course) }]
      : []
  })
  const managed = live.filter(course => manages(viewer, course))
  const learners = series(USERS).filter(user => managed.some(course => takesPart(course.standings[user - 1])))
  const idsOf = (rows: { id: number }[]) => rows.map(row => row.id)
  return {
    courses: courses.map(course => ({
      id: course.id,
      teaches: teaches(viewer, course),
      manages: manages(viewer, course),
      // Of a deleted course there is nothing that staff could find.
      managesById: viewer.isStaff || (!course.isDeleted && teaches(viewer, course)),
      ...hearing(viewer, course.isDeleted ? undefined : course, 'Course'),
      ...hearing(viewer, undefined, 'School'),
      isTaught: !course.isDeleted && teaches(viewer, course),
      isStudied: !course.isDeleted && studies(course, course.own?.status),
      seen: course.isDeleted || sees(viewer, course, course.own?.status),
      seats: DOORS.map(door => (course.isDeleted ? null : seatVerdict(door, course, course.own, TODAY))),
    })),
    isStaff: viewer.isStaff,
    modules: idsOf(modules.filter(row => readsModule(viewer, row, row.course.own?.status))),
    quizzes: idsOf(quizzes.filter(row => readsQuiz(viewer, row, row.course.own?.status))),
    listedCourses: idsOf(live.filter(course => course.status === 'published' || manages(viewer, course))),
    listedEnrollments: managed.flatMap(course =>
      series(USERS).flatMap(user => (course.standings[user - 1] ? [`${course.id}: ${user}`] : [])),
    ),
    learners,
    learnerCount: learners.length,
  }
}

/** The rights on a webhook of the course, or of the school. */
const hearing = <Of extends 'Course' | 'School'>(
  viewer: Viewer,
  course: { instructorId: number } | undefined,
  of: Of,
) => {
  const manages = managesWebhooksOf(viewer, course)
  const rights = { [`managesWebhookOf${of}`]: manages, [`hearsOf${of}`]: manages && viewer.isActive }
  return rights as Record<`managesWebhookOf${Of}` | `hearsOf${Of}`, boolean>
}

const above = (course: School['courses'][number]) => ({
  instructorId: course.instructorId,
  courseStatus: course.status,
})

type Asked = Names<{ id: number; now: number }>
const flag = (condition: SQL, name: string) => sql<boolean>`${condition}`.mapWith(Boolean).as(name)
const verdictsOf = statement((db, { id, now }: Asked) =>
  db
    .select({
      id: sql<number>`c.id`.as('id'),
      teaches: flag(isTaughtBy(id), 'teaches'),
      manages: flag(isManagedBy(id), 'manages'),
      managesById: flag(isManagedCourse(id, sql`c.id`), 'managesById'),
      managesWebhookOfCourse: flag(isManagedWebhook(id, sql`c.id`), 'managesWebhookOfCourse'),
      hearsOfCourse: flag(ownerMayHear(sql`${id}`, sql`c.id`), 'hearsOfCourse'),
      managesWebhookOfSchool: flag(isManagedWebhook(id, sql`NULL`), 'managesWebhookOfSchool'),
      hearsOfSchool: flag(ownerMayHear(sql`${id}`, sql`NULL`), 'hearsOfSchool'),
      isTaught: flag(sql`c.id IN (SELECT id FROM ${coursesTaughtBy(id)})`, 'isTaught'),
      isStudied: flag(sql`c.id IN (SELECT id FROM ${coursesStudiedBy(id)})`, 'isStudied'),
      seen: flag(
        sql`c.deleted_at IS NOT NULL OR c.status = 'published' OR ${isManagedBy(id)} OR c.id IN (SELECT id FROM ${coursesStudiedBy(id)})`,
        'seen',
      ),
      self: seatVerdictOn('self', sql`c.id`, id, now).as('self'),
      instructor: seatVerdictOn('instructor', sql`c.id`, id, now).as('instructor'),
      code: seatVerdictOn('code', sql`c.id`, id, now).as('code'),
    })
    .from(sql`courses c`)
    .orderBy(sql`c.id`),
)
const ids = (query: (asked: Asked) => SQL) =>
  statement((db, asked: Asked) => db.select({ id: sql<number>`id`.as('id') }).from(sql`(${query(asked)})`))
const staffOf = ids(({ id }) => sql`SELECT ${isStaff(id)} AS id UNION ALL SELECT 2 FROM ${staffViewer(id)}`)
const learnersOf = ids(({ id }) => sql`SELECT user_id AS id FROM (${learnersManagedBy(id, sql`1`, sql`100`)})`)
const learnerCountOf = ids(({ id }) => sql`SELECT coalesce(${countOfLearnersManagedBy(id)}, 0) AS id`)

/** What the database says of the same viewer. */
async function found(viewer: Viewer): Promise<ReturnType<typeof decided>> {
  const asked = { id: viewer.id, now: Date.parse(`${TODAY}T12:00:00Z`) / 1000 }
  const viewing = { viewerId: viewer.id, ...PAGE }
  const rows = await batchOf(db, {
    courses: verdictsOf(asked),
    staff: staffOf(asked),
    modules: accessibleModules(viewing, {})[0],
    quizzes: accessibleQuizzes(viewing, {})[0],
    listedCourses: taughtCourses(viewing),
    listedEnrollments: taughtEnrollments(viewing, {})[0],
    learners: learnersOf(asked),
    count: learnerCountOf(asked),
  })
  const idsOf = (rows: { id: number }[]) => rows.map(row => row.id).sort((a, b) => a - b)
  return {
    courses: rows.courses.map(({ self, instructor, code, ...row }) => ({
      ...row,
      seats: [self, instructor, code] as (ReturnType<typeof seatVerdict> | null)[],
    })),
    isStaff: idsOf(rows.staff).join() === '1,2',
    modules: idsOf(rows.modules),
    quizzes: idsOf(rows.quizzes),
    listedCourses: idsOf(rows.listedCourses),
    listedEnrollments: rows.listedEnrollments.map(row => `${row.courseId}: ${row.userId}`).sort(),
    learners: idsOf(rows.learners),
    learnerCount: rows.count[0]?.id ?? 0,
  }
}

test('of every viewer, course, module and quiz the predicate and its SQL say the same', async () => {
  const verdicts = new Set<string | null>()
  await fc.assert(
    fc.asyncProperty(schools, async school => {
      await become(school)
      for (const [place, user] of school.users.entries()) {
        const viewer = { id: place + 1, username: '', firstName: '', lastName: '', sessionVersion: 1, ...user }
        const expected = decided(school, viewer)
        for (const { seats } of expected.courses) for (const verdict of seats) verdicts.add(verdict)
        expect(await found(viewer)).toEqual(expected)
      }
    }),
    { numRuns: 200 },
  )
  expect([...verdicts].map(String).sort()).toEqual(
    ['ended', 'enrolled', 'free', 'full', 'not_open', 'null', 'removed', 'restricted'].sort(),
  )
})
