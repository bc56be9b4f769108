/**
 * The demo as SQL for an empty store: people, courses in every state, quizzes, enrollments, the learners' activities and
 * scans, and a webhook. Only the dates differ between runs, because they count from today.
 */
import { drizzle } from 'drizzle-orm/d1'
import { SQLiteSyncDialect, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { activities } from '../db/schema/activities.ts'
import { attempts, responses } from '../db/schema/attempts.ts'
import { audit } from '../db/schema/audit.ts'
import { courses } from '../db/schema/courses.ts'
import { enrollments } from '../db/schema/enrollments.ts'
import { modules } from '../db/schema/modules.ts'
import { moduleProgress, studyTime } from '../db/schema/progress.ts'
import { qrBatches, qrCodes, qrScans } from '../db/schema/qr-codes.ts'
import { questions, questionVersions, quizzes } from '../db/schema/quizzes.ts'
import { accessTokens, users } from '../db/schema/users.ts'
import { webhookDeliveries, webhooks } from '../db/schema/webhooks.ts'
import { SEARCH_VERSION, searchText } from '../features/courses/catalog/search-text.ts'
import { slugFrom } from '../features/courses/slug.ts'
import { newQuestion } from '../features/quizzes/questions/build.ts'
import { fromColumns, type QuestionColumns, toColumns } from '../features/quizzes/questions/question.ts'
import { toDate } from '../http/fields.ts'
import { demoAttempts } from './demo/attempts.ts'
import { demoCodes, SCANNED_INTO } from './demo/codes.ts'
import { COURSES, type DemoCourse, type DemoModule } from './demo/courses.ts'
import { activityRows, type DemoEvent, lastLogins, progressRows, studyTimeRows } from './demo/history.ts'
import { DEMO_PASSWORD, DEPARTMENTS, INSTRUCTORS, LEARNERS, type Name, STAFF } from './demo/people.ts'
import { type DemoQuiz, QUIZZES } from './demo/quizzes.ts'
import { joined, pastOf, presentOf, type Seat } from './demo/study.ts'
import { demoWebhooks } from './demo/webhooks.ts'

export const DEMO_LOGINS = `admin (staff), jsmith (instructor), student1; password ${DEMO_PASSWORD}`
/** The hash of that password, computed in advance, because hashing it for forty accounts would take five seconds. */
const DEMO_PASSWORD_HASH = 'scrypt$16384$8$5$KpdRbDVLaISM29j1SiJqCg==$uzxSnaNzLs9CdY8rsv9EU7HEwBKqFyezkRjJ4671Ez0='

const DAY_SECONDS = 86_400
const FIRST_LEARNER_ID = 2 + INSTRUCTORS.length
const NAMED_COURSES = await Promise.all(
  COURSES.map(async course => ({ ...course, slug: await slugFrom(course.title) })),
)

/** Keeps a statement below the 100 kB that D1 accepts. */
const ROWS_PER_STATEMENT = 20

type User = typeof users.$inferInsert & { id: number }
type Status = Seat['status']

/**
 * @param now Unix seconds
 * @returns the statements in the order of their execution
 */
export function demoData(now: number): string[] {
  const people = accountRows(now)
  const taught = NAMED_COURSES.map((course, index) => courseRow(course, index + 1, now))
  const contents = COURSES.flatMap((course, index) =>
    (course.modules ?? []).map((module, place) => moduleRow(module, index + 1, place + 1, now)),
  ).map((row, index) => ({ id: index + 1, ...row }))
  const quizRows = QUIZZES.map((quiz, index) => quizRow(quiz, index + 1, taught, contents))
  const places = QUIZZES.flatMap((quiz, index) =>
    quiz.questions.map((question, place) => ({ quizId: index + 1, order: place + 1, question })),
  ).map((row, index) => ({ id: index + 1, ...row }))
  const seats = COURSES.flatMap((course, index) => seatsOf(course, index + 1, now))
    .sort((one, other) => one.enrolledAt - other.enrolledAt)
    .map((row, index) => ({ id: index + 1, ...row }))
  const studied = joined(
    seats.flatMap(seat => {
      const published = contents.filter(module => module.courseId === seat.courseId && module.isPublished)
      const isRunning = isRunningOn(taught[seat.courseId - 1], toDate(now))
      return [pastOf(seat, published), ...(isRunning ? [presentOf(seat, published, now)] : [])]
    }),
  )

  const versions = places.map(({ id, quizId, question }) => ({
    id,
    questionId: id,
    ...withFixedIds(toColumns(newQuestion(question)), id),
    createdAt: quizRows[quizId - 1]?.createdAt ?? now,
    drawnAt: quizRows[quizId - 1]?.isPublished ? now : null,
  }))
  const taken = demoAttempts(
    quizRows.flatMap(quiz => {
      const module = contents.find(({ id }) => id === quiz.moduleId)
      if (!quiz.isPublished || !module) return []
      return {
        quiz: {
          id: quiz.id,
          isSurvey: quiz.isSurvey ?? false,
          passingScore: quiz.passingScore ?? 70,
          moduleId: module.id,
          courseId: module.courseId,
          graderId: taught[module.courseId - 1]?.instructorId ?? 1,
        },
        questions: places.flatMap(({ id, quizId }) => {
          const version = versions[id - 1]
          return quizId === quiz.id && version
            ? { questionId: id, versionId: version.id, question: fromColumns(version) }
            : []
        }),
        seats: seats.filter(({ courseId, status }) => courseId === module.courseId && status !== 'dropped'),
      }
    }),
    now,
  )

  const scanned = demoCodes({
    courses: taught,
    modules: contents,
    seats,
    learners: LEARNERS.map((name, index) => ({ id: FIRST_LEARNER_ID + index, name: name.join(' ') })),
    now,
  })
  const visits = [...studied.visits, ...taken.visits, ...scanned.visits]
  const events = activityRows([...studied.events, ...taken.events, ...scanned.events, ...loginsOfTeachers(now)])
  const lastLoginOf = lastLogins(events)
  const [firstCourse] = taught
  const heard = firstCourse && demoWebhooks({ course: firstCourse, seats, now })

  const courseOfQuiz = (id: number) => {
    const quiz = quizRows.find(row => row.id === id)
    return contents.find(module => module.id === quiz?.moduleId)?.courseId ?? 1
  }

  return [
    ...insert(
      users,
      people.map(row => ({ ...row, lastLoginAt: lastLoginOf.get(row.id) ?? null })),
    ),
    ...insert(
      courses,
      taught.map(course => ({
        ...course,
        searchTitle: searchText(course.title),
        searchDescription: searchText(course.description ?? ''),
        searchVersion: SEARCH_VERSION,
      })),
    ),
    ...insert(accessTokens, [demoToken(now)]),
    ...insert(modules, contents),
    ...insert(quizzes, quizRows),
    ...insert(
      questions,
      places.map(({ id, quizId, order }) => ({ id, quizId, order })),
    ),
    ...insert(questionVersions, versions),
    ...insert(enrollments, seats),
    ...insert(moduleProgress, progressRows(visits)),
    ...insert(studyTime, studyTimeRows(visits)),
    ...insert(attempts, taken.attempts),
    ...insert(responses, taken.responses),
    ...insert(
      audit,
      [...actsOfStaff(now), ...actsOfGraders(taken, courseOfQuiz)].sort((one, other) => one.at - other.at),
    ),
    ...insert(qrBatches, scanned.batches),
    ...insert(qrCodes, scanned.codes),
    ...insert(qrScans, scanned.scans),
    ...insert(activities, events),
    ...insert(webhooks, heard?.webhooks ?? []),
    ...insert(webhookDeliveries, heard?.deliveries ?? []),
  ]
}

/** Whether the course is published and today is within its dates. */
const isRunningOn = (course: typeof courses.$inferInsert | undefined, today: string) =>
  course?.status === 'published' && (course.startDate ?? '') <= today && (course.endDate ?? '9999') >= today

function accountRows(now: number): User[] {
  const staff = userRow(1, 'admin', STAFF, now)
  const instructors = INSTRUCTORS.map(([username, ...name], index) => userRow(index + 2, username, name, now))
  const learners = LEARNERS.map((name, index) => userRow(FIRST_LEARNER_ID + index, `student${index + 1}`, name, now))
  return [
    { ...staff, isStaff: true },
    ...instructors.map(row => ({ ...row, isInstructor: true, bio: 'Teaches, and answers questions after class.' })),
    ...learners.map((row, index) => ({
      ...row,
      studentId: `S${2_026_000 + index}`,
      department: DEPARTMENTS[index % DEPARTMENTS.length],
    })),
  ]
}

/** A personal access token of the first instructor, to be listed and revoked. Its secret was never anywhere. */
const demoToken = (now: number) => ({
  userId: 2,
  secretHash: 'none',
  name: 'Gradebook of the registry',
  canWrite: false,
  courses: '[1]',
  sessionVersion: 1,
  createdAt: now - 10 * DAY_SECONDS,
  expiresAt: now + 80 * DAY_SECONDS,
  lastUsedOn: toDate(now - DAY_SECONDS),
})

type Act = typeof audit.$inferInsert

/** What the audit says of staff, who made the instructors, and of the token above. */
const actsOfStaff = (now: number): Act[] => [
  ...INSTRUCTORS.map((_, index) => ({
    at: now - 595 * DAY_SECONDS + index * 600,
    actorId: 1,
    action: 'user.roles_changed' as const,
    userId: index + 2,
    targetId: index + 2,
    old: JSON.stringify({ is_instructor: false, is_staff: false, is_active: true }),
    new: JSON.stringify({ is_instructor: true, is_staff: false, is_active: true }),
  })),
  {
    at: now - 10 * DAY_SECONDS,
    actorId: 2,
    action: 'token.created',
    userId: 2,
    targetId: 1,
    new: JSON.stringify({ access: 'read', courses: [1] }),
  },
]

/** And of those who graded essays. */
const actsOfGraders = (taken: ReturnType<typeof demoAttempts>, courseOfQuiz: (id: number) => number): Act[] =>
  taken.responses.flatMap(response => {
    const attempt = taken.attempts.find(({ id }) => id === Math.floor((response.id ?? 0) / 1000))
    if (!attempt || response.gradedBy == null || response.gradedAt == null) return []
    return {
      at: response.gradedAt,
      actorId: response.gradedBy,
      action: 'response.graded' as const,
      userId: attempt.userId,
      courseId: courseOfQuiz(attempt.quizId),
      targetId: response.id ?? 0,
      old: JSON.stringify({ score: null }),
      new: JSON.stringify({ score: (response.scoreNano ?? 0) / 1e9 }),
    }
  })

/** The only recorded activity of staff and instructors is to log in. */
const loginsOfTeachers = (now: number): DemoEvent[] =>
  Array.from({ length: FIRST_LEARNER_ID - 1 }, (_, index) =>
    [1, 2, 3, 8].map(days => ({
      userId: index + 1,
      type: 'login' as const,
      occurredAt: now - (24 * days - index) * 3_600,
    })),
  ).flat()

function userRow(id: number, username: string, [firstName, lastName]: Name, now: number): User {
  const email = `${username}@learnmore.example`
  const createdAt = now - 600 * DAY_SECONDS + id * 3_600
  return {
    id,
    username,
    usernameKey: username,
    email,
    emailKey: email,
    passwordHash: DEMO_PASSWORD_HASH,
    firstName,
    lastName,
    createdAt,
    updatedAt: createdAt,
  }
}

function courseRow(course: DemoCourse & { slug: string }, id: number, now: number) {
  const [from = null, to = null] = course.days ?? []
  const day = (offset: number | null) => (offset === null ? null : toDate(now + offset * DAY_SECONDS))
  const createdAt = now - (540 - 30 * id) * DAY_SECONDS
  return {
    id,
    title: course.title,
    slug: course.slug,
    description: course.description,
    status: course.status,
    enrollmentType: course.enrollmentType,
    courseType: course.courseType,
    maxStudents: course.maxStudents,
    startDate: day(from),
    endDate: day(to),
    instructorId: 2 + course.instructor,
    createdAt,
    updatedAt: createdAt + 5 * DAY_SECONDS,
    deletedAt: course.isDeleted ? now - 3 * DAY_SECONDS : null,
  }
}

function moduleRow(module: DemoModule, courseId: number, order: number, now: number) {
  const createdAt = now - (539 - 30 * courseId - order) * DAY_SECONDS
  const { title, description, content, isPublished = true } = module
  return { courseId, title, description, content, order, isPublished, createdAt, updatedAt: createdAt }
}

function quizRow(
  { course, module, questions: _questions, ...quiz }: DemoQuiz,
  id: number,
  taught: { id: number; title: string }[],
  contents: { id: number; courseId: number; title: string; createdAt: number }[],
) {
  const courseId = taught.find(({ title }) => title === course)?.id
  const place = contents.find(({ courseId: of, title }) => of === courseId && title === module)
  if (!place) throw new Error(`The demo has no module "${module}" in "${course}"`)
  const createdAt = place.createdAt + DAY_SECONDS
  return { id, ...quiz, moduleId: place.id, createdAt, updatedAt: createdAt }
}

/** Gives parts ids that are the same in every run and do not reveal their order: multiples of one 48-bit number. */
function withFixedIds(columns: QuestionColumns, questionId: number): QuestionColumns {
  let part = questionId * 1_000
  const fixed = () => Number((BigInt(++part) * 0x9e3779b97f4bn) % 2n ** 48n)
  const body = JSON.stringify(JSON.parse(columns.body), (name, value) =>
    /^(id|leftId|rightId)$/.test(name) ? fixed() : value,
  )
  return { ...columns, body }
}

/** Learners enroll in turn, and each course begins seven learners further on, so that every learner has some courses. */
function seatsOf(course: DemoCourse, courseId: number, now: number) {
  const { active = 0, completed = 0, dropped = 0 } = course.learners ?? {}
  const statuses: Status[] = [
    ...Array<Status>(active).fill('active'),
    ...Array<Status>(completed).fill('completed'),
    ...Array<Status>(dropped).fill('dropped'),
  ]
  const [from] = course.days ?? []
  const begun = now + Math.min(from ?? -40, -10) * DAY_SECONDS
  return statuses.map((status, turn) => {
    const enrolledAt = begun + turn * 5_400
    return {
      userId: FIRST_LEARNER_ID + (((courseId - 1) * 7 + turn) % LEARNERS.length),
      courseId,
      status,
      source: sourceOf(course, turn),
      enrolledAt,
      completedAt: status === 'completed' ? enrolledAt + 8 * DAY_SECONDS : null,
    }
  })
}

/** A code admitted three learners to one restricted course; instructors enrolled all others in restricted courses. */
function sourceOf({ title, enrollmentType }: DemoCourse, turn: number): Seat['source'] {
  if (enrollmentType !== 'restricted') return 'self'
  return title === SCANNED_INTO && turn < 3 ? 'code' : 'instructor'
}

// It only builds statements and runs none, so it needs no database.
const builder = drizzle({} as D1Database, { casing: 'snake_case' })
const dialect = new SQLiteSyncDialect({ casing: 'snake_case' })

/** INSERT statements with inline values. */
function insert<Table extends SQLiteTable>(table: Table, rows: Table['$inferInsert'][]): string[] {
  return chunksOf(rows, ROWS_PER_STATEMENT).map(chunk => {
    const statement = builder.insert(table).values(chunk).getSQL().inlineParams()
    return `${dialect.sqlToQuery(statement).sql};`
  })
}

const chunksOf = <T>(all: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))
