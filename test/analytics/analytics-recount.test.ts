import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { makeCourse } from '../factories/courses.ts'
import {
  insertAttempt,
  insertEnrollment,
  insertEvent,
  insertModule,
  insertProgress,
  insertQuiz,
  insertTime,
} from '../factories/rows.ts'
import { makeInstructor, makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { allPages } from '../helpers/client.ts'

// The endpoints against a recount that knows nothing of kept sums: every base row is looked at, in plain loops.

// biome-ignore lint/suspicious/noExplicitAny: a row of any table, by column
type Row = Record<string, any>
type Dates = { start: string; end: string }

const [DAY_SECONDS, LEARNERS] = [86_400, 8]
const TODAY = Math.floor(Date.now() / 1000 / DAY_SECONDS) * DAY_SECONDS
const dayOf = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10)
const oneDecimal = (value: number) => Math.round(value * 10) / 10
const column = (rows: Row[], name: string) => rows.map(row => row[name])
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)

let teachers: TestUser[]
let staff: TestUser
let learners: TestUser[]

beforeAll(async () => {
  teachers = [await makeInstructor(), await makeInstructor()]
  staff = await makeStaff()
  learners = await Promise.all(Array.from({ length: LEARNERS }, () => makeUser()))
})

const share = fc.integer({ min: 0, max: 999 })
/** Decisions, drawn one after the other while the world is made. */
const dice = fc.infiniteStream(share).map(stream => {
  const next = () => Number(stream.next().value)
  return { below: (limit: number) => next() % limit, chance: (percent: number) => next() % 100 < percent }
})
type Dice = { below(limit: number): number; chance(percent: number): boolean }

/** Two courses of up to four modules and quizzes, in which learners do all there is to do within three weeks. */
async function world({ below, chance }: Dice): Promise<void> {
  const sometime = () => TODAY - below(21) * DAY_SECONDS + below(999) * 80
  for (const teacher of teachers) {
    const { id: course } = await makeCourse(teacher)
    const modules: { id: number; quizzes: { id: number; survey: boolean }[] }[] = []
    for (let n = below(5); n > 0; n--) {
      const id = await insertModule(course, {
        order: below(3),
        is_published: chance(80) ? 1 : 0,
        deleted_at: chance(15) ? 1 : null,
      })
      const quizzes = []
      for (let q = below(3); q > 0; q--) {
        const survey = chance(20)
        const policy = ['highest', 'latest', 'average'][below(3)] ?? 'highest'
        const fields = { is_survey: survey ? 1 : 0, grading_policy: policy, is_published: chance(80) ? 1 : 0 }
        quizzes.push({ id: await insertQuiz(id, { ...fields, deleted_at: chance(15) ? 1 : null }), survey })
      }
      modules.push({ id, quizzes })
    }
    for (const { id: user } of learners) {
      if (chance(25)) continue
      const status = ['active', 'active', 'completed', 'dropped'][below(4)] ?? 'active'
      const enrollment = await insertEnrollment(user, course, {
        status,
        enrolled_at: sometime(),
        completed_at: status === 'completed' ? sometime() : null,
      })
      for (const { id: module, quizzes } of modules) {
        if (chance(30)) continue
        await insertProgress(enrollment, module, {
          first_seen_at: chance(90) ? sometime() : null,
          completed_at: chance(50) ? sometime() : null,
        })
        const days = new Set(Array.from({ length: below(4) }, () => dayOf(sometime())))
        for (const day of days) await insertTime(enrollment, module, day, below(999) * 9)
        for (let n = below(5); n > 0; n--) {
          await insertEvent(user, 'module_view', sometime(), {
            course_id: course,
            module_id: module,
            target_id: module,
          })
        }
        for (const { id: quiz, survey } of quizzes) {
          for (let n = below(4); n > 0; n--) {
            const isScored = !survey && chance(80)
            const score = below(11) * 1_000
            await insertAttempt(quiz, user, enrollment, {
              status: isScored || survey ? (chance(70) ? 'completed' : 'timed_out') : 'abandoned',
              completed_at: sometime(),
              score_hundredths: isScored ? score : null,
              passed: isScored && score >= 7_000 ? 1 : 0,
              is_preview: chance(10) ? 1 : 0,
            })
          }
        }
      }
    }
    if (chance(10)) await env.DB.prepare('UPDATE courses SET deleted_at = 1 WHERE id = ?').bind(course).run()
  }
}

async function baseRows() {
  const rows = async (table: string) => (await env.DB.prepare(`SELECT * FROM ${table} ORDER BY 1`).all<Row>()).results
  const [
    courses = [],
    modules = [],
    quizzes = [],
    enrollments = [],
    progress = [],
    study = [],
    attempts = [],
    events = [],
    users = [],
  ] = await Promise.all(
    [
      'courses',
      'modules',
      'quizzes',
      'enrollments',
      'module_progress',
      'study_time',
      'attempts',
      'activities',
      'users',
    ].map(rows),
  )
  return { courses, modules, quizzes, enrollments, progress, study, attempts, events, users }
}
type Base = Awaited<ReturnType<typeof baseRows>>

const liveCourses = ({ courses }: Base, teacher?: TestUser) =>
  courses.filter(c => c['deleted_at'] === null && (!teacher || c['instructor_id'] === teacher.id)).reverse()
const liveModules = ({ modules }: Base, course: Row) =>
  modules
    .filter(m => m['course_id'] === course['id'] && m['deleted_at'] === null)
    .sort((a, b) => a['order'] - b['order'] || a['id'] - b['id'])
const takenOf = ({ enrollments }: Base, course: Row) =>
  enrollments.filter(e => e['course_id'] === course['id'] && e['status'] !== 'dropped')

/** The best by a measure, ties to the lower id; undefined of nothing. */
const first = (rows: { row: Row; measure: number }[]) =>
  rows.sort((a, b) => a.measure - b.measure || a.row['id'] - b.row['id'])[0]

function courseRow(base: Base, course: Row, { start, end }: Dates) {
  const within = (day: string) => day >= start && day <= end
  const taken = takenOf(base, course)
  const enrolled = taken.filter(e => within(dayOf(e['enrolled_at'])))
  const live = liveModules(base, course)
  const published = live.filter(m => m['is_published'])
  const done = base.progress.filter(
    p =>
      p['completed_at'] !== null &&
      column(enrolled, 'id').includes(p['enrollment_id']) &&
      column(published, 'id').includes(p['module_id']),
  )
  const time = base.study.filter(
    t =>
      column(taken, 'id').includes(t['enrollment_id']) &&
      column(live, 'id').includes(t['module_id']) &&
      within(t['day']),
  )
  const active = base.events.filter(
    e => e['course_id'] === course['id'] && e['occurred_at'] > Date.now() / 1000 - 7 * DAY_SECONDS,
  )
  const most = first(
    published
      .map(row => ({
        row,
        measure: -base.events.filter(e => e['module_id'] === row['id'] && within(dayOf(e['occurred_at']))).length,
      }))
      .filter(({ measure }) => measure < 0),
  )
  const hardest = first(
    base.quizzes
      .filter(
        q =>
          column(published, 'id').includes(q['module_id']) &&
          q['is_published'] &&
          !q['is_survey'] &&
          q['deleted_at'] === null,
      )
      .flatMap(row => {
        const scored = base.attempts.filter(
          a =>
            a['quiz_id'] === row['id'] &&
            !a['is_preview'] &&
            a['score_hundredths'] !== null &&
            within(dayOf(a['completed_at'])),
        )
        return scored.length === 0
          ? []
          : [{ row, measure: (100 * scored.filter(a => a['passed']).length) / scored.length }]
      }),
  )
  const pairs = enrolled.length * published.length
  return {
    course_id: course['id'],
    course_title: course['title'],
    instructor: base.users.find(u => u['id'] === course['instructor_id'])?.['username'],
    enrollment_count: enrolled.length,
    completion_count: taken.filter(e => e['status'] === 'completed' && within(dayOf(e['completed_at']))).length,
    average_progress: pairs === 0 ? 0 : Math.round((100 * done.length) / pairs),
    average_time_spent_hours: taken.length === 0 ? 0 : oneDecimal(sum(column(time, 'seconds')) / taken.length / 3600),
    active_learners_last_week: new Set(column(active, 'user_id')).size,
    most_active_module: most ? { id: most.row['id'], title: most.row['title'] } : null,
    most_challenging_quiz: hardest
      ? { id: hardest.row['id'], title: hardest.row['title'], pass_rate: oneDecimal(hardest.measure) }
      : null,
  }
}

function moduleRow(base: Base, course: Row, module: Row) {
  const of = (rows: Row[]) => rows.filter(row => row['module_id'] === module['id'])
  const viewers = of(base.progress).filter(p => p['first_seen_at'] !== null).length
  const completions = of(base.progress).filter(p => p['completed_at'] !== null).length
  return {
    module_id: module['id'],
    module_title: module['title'],
    course_id: course['id'],
    course_title: course['title'],
    view_count: viewers,
    completion_count: completions,
    completion_rate: viewers === 0 ? 0 : oneDecimal((100 * completions) / viewers),
    average_time_spent_minutes: viewers === 0 ? 0 : oneDecimal(sum(column(of(base.study), 'seconds')) / viewers / 60),
    student_interactions: of(base.events).length,
  }
}

function learnerRow(base: Base, user: Row, courses: Row[]) {
  const taken = courses.flatMap(course => takenOf(base, course).filter(e => e['user_id'] === user['id']))
  const modulesOf = (e: Row) => liveModules(base, { id: e['course_id'] })
  const progress = taken.map(e => {
    const published = modulesOf(e).filter(m => m['is_published'])
    const done = base.progress.filter(
      p =>
        p['enrollment_id'] === e['id'] &&
        p['completed_at'] !== null &&
        column(published, 'id').includes(p['module_id']),
    )
    return published.length === 0 ? 0 : done.length / published.length
  })
  const seconds = taken.flatMap(e =>
    base.study.filter(t => t['enrollment_id'] === e['id'] && column(modulesOf(e), 'id').includes(t['module_id'])),
  )
  const quizScores: number[] = []
  const modules: { title: string; order: number; id: number; score: number }[] = []
  for (const module of taken.flatMap(modulesOf)) {
    const scores: number[] = []
    for (const quiz of base.quizzes.filter(
      q => q['module_id'] === module['id'] && q['deleted_at'] === null && !q['is_survey'],
    )) {
      const ended = base.attempts
        .filter(
          a =>
            a['quiz_id'] === quiz['id'] &&
            a['user_id'] === user['id'] &&
            !a['is_preview'] &&
            // An abandoned attempt is never the highest, and a 0 otherwise.
            (a['score_hundredths'] !== null || (a['status'] === 'abandoned' && quiz['grading_policy'] !== 'highest')),
        )
        .sort((a, b) => a['completed_at'] - b['completed_at'] || a['id'] - b['id'])
      const all: number[] = column(ended, 'score_hundredths')
      if (all.length === 0) continue
      if (quiz['grading_policy'] === 'highest') scores.push(Math.max(...all))
      if (quiz['grading_policy'] === 'latest') scores.push(all.at(-1) ?? 0)
      if (quiz['grading_policy'] === 'average') scores.push(sum(all) / all.length)
    }
    quizScores.push(...scores)
    if (scores.length > 0) {
      modules.push({
        title: module['title'],
        order: module['order'],
        id: module['id'],
        score: sum(scores) / scores.length,
      })
    }
  }
  const inOrder = (a: (typeof modules)[0], b: (typeof modules)[0]) => a.order - b.order || a.id - b.id
  const events = base.events.filter(e => e['user_id'] === user['id'] && column(courses, 'id').includes(e['course_id']))
  const daysAgo = (e: Row) => Math.floor((TODAY + DAY_SECONDS - 1 - e['occurred_at']) / DAY_SECONDS)
  const thisWeek = events.filter(e => daysAgo(e) < 7).length
  const lastWeek = events.filter(e => daysAgo(e) >= 7 && daysAgo(e) < 14).length
  return {
    user_id: user['id'],
    username: user['username'],
    full_name: user['username'],
    enrolled_courses: taken.length,
    completed_courses: taken.filter(e => e['status'] === 'completed').length,
    average_progress: Math.round((100 * sum(progress.toSorted((one, other) => one - other))) / taken.length),
    total_time_spent_hours: oneDecimal(sum(column(seconds, 'seconds')) / 3600),
    average_quiz_score: quizScores.length === 0 ? null : oneDecimal(sum(quizScores) / quizScores.length / 100),
    last_login: null,
    activity_trend:
      10 * thisWeek > 11 * lastWeek ? 'increasing' : 10 * thisWeek < 9 * lastWeek ? 'decreasing' : 'stable',
    strengths: modules
      .filter(m => m.score >= 8_000)
      .sort((a, b) => b.score - a.score || inOrder(a, b))
      .map(m => m.title),
    areas_for_improvement: modules
      .filter(m => m.score < 6_000)
      .sort((a, b) => a.score - b.score || inOrder(a, b))
      .map(m => m.title),
  }
}

const learnersOf = (base: Base, courses: Row[]) =>
  base.users
    .filter(user => courses.some(course => takenOf(base, course).some(e => e['user_id'] === user['id'])))
    .reverse()

test('whatever learners do, each list equals a recount, for every teacher, staff and span of days', async () => {
  const day = fc.integer({ min: 0, max: 22 }).map(ago => dayOf(TODAY - ago * DAY_SECONDS))
  await fc.assert(
    fc.asyncProperty(dice, fc.array(fc.tuple(day, day), { minLength: 3, maxLength: 3 }), async (decisions, spans) => {
      await world(decisions)
      const base = await baseRows()
      const list = (name: string, as: TestUser, query = '') =>
        allPages(`/api/analytics/${name}/?page_size=3${query}`, as)
      for (const as of [...teachers, staff]) {
        const courses = liveCourses(base, as === staff ? undefined : as)
        const always = { start: '0000', end: '9999' }
        expect(await list('course-analytics', as)).toEqual(courses.map(course => courseRow(base, course, always)))
        for (const span of spans) {
          const [start = '', end = ''] = [...span].sort()
          expect(await list('course-analytics', as, `&start_date=${start}&end_date=${end}`)).toEqual(
            courses.map(course => courseRow(base, course, { start, end })),
          )
        }
        expect(await list('module-engagement', as)).toEqual(
          courses.flatMap(course => liveModules(base, course).map(module => moduleRow(base, course, module))),
        )
        expect(await list('learner-analytics', as)).toEqual(
          learnersOf(base, courses).map(user => learnerRow(base, user, courses)),
        )
        for (const course of courses.slice(0, 1)) {
          expect(await list('learner-analytics', as, `&course=${course['id']}`)).toEqual(
            learnersOf(base, [course]).map(user => learnerRow(base, user, [course])),
          )
        }
      }
    }),
    { numRuns: 12, endOnFailure: true },
  )
}, 240_000)
