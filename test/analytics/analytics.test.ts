import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { makeStudiedCourse } from '../factories/classrooms.ts'
import { enrolled, makeCourse } from '../factories/courses.ts'
import { at, insertAttempt, insertEvent, insertModule, insertQuiz, insertTime } from '../factories/rows.ts'
import { makeInstructor, makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { get, results, run } from '../helpers/analytics.ts'
import { allPages, call } from '../helpers/client.ts'

const NOW = Math.floor(Date.now() / 1000)
const DAY_SECONDS = 86_400
const LISTS = ['course-analytics', 'module-engagement', 'learner-analytics'] as const
describe('who may', () => {
  test('anybody their own activity; the rest instructors and staff', async () => {
    const [learner, instructor, staff] = [await makeUser(), await makeInstructor(), await makeStaff()]
    for (const list of LISTS) {
      const answers = await Promise.all([undefined, learner, instructor, staff].map(as => get(list, as)))
      expect(
        answers.map(({ status }) => status),
        list,
      ).toEqual([401, 403, 200, 200])
      expect(answers[1]?.body).toEqual({
        detail: 'You do not have permission to perform this action.',
        code: 'permission_denied',
      })
      expect(answers[2]?.body).toEqual({ count: 0, next: null, previous: null, results: [] })
    }
    expect((await get('user-activity', learner)).status).toBe(200)
    expect((await get('user-activity', undefined)).status).toBe(401)
  })

  test('an instructor sees own courses, staff all; what is another’s is an empty page', async () => {
    const { owner, course, first, ada } = await makeStudiedCourse()
    const [rival, staff] = [await makeInstructor(), await makeStaff()]
    const filters = {
      'course-analytics': [`?course=${course.id}`],
      'module-engagement': [`?course=${course.id}`, `?module=${first}`, `?course=${course.id}&module=${first}`],
      'learner-analytics': [`?course=${course.id}`, `?user=${ada.id}`, `?course=${course.id}&user=${ada.id}`],
    }
    for (const list of LISTS) {
      for (const filter of filters[list]) {
        const [own, others, all] = await Promise.all([owner, rival, staff].map(as => get(list, as, filter)))
        expect(own?.body.count, `${list}${filter}`).toBeGreaterThan(0)
        expect(own?.body.results).toHaveLength(own?.body.count)
        expect(all?.body).toEqual(own?.body)
        expect(others?.body, `${list}${filter}`).toEqual({ count: 0, next: null, previous: null, results: [] })
      }
      expect((await get(list, rival)).body.count, list).toBe(0)
      expect((await get(list, staff)).body.count, list).toBeGreaterThan(0)
    }
    await run('UPDATE users SET is_instructor = 0 WHERE id = ?', owner.id)
    for (const list of LISTS) expect((await get(list, owner)).status, list).toBe(403)
  })

  test('a deleted course is in none of it; restored it is back, given away it goes along', async () => {
    const { owner, course, ada } = await makeStudiedCourse()
    const heir = await makeInstructor()
    const counts = async (as: TestUser) => Promise.all(LISTS.map(async list => (await get(list, as)).body.count))
    const staff = await makeStaff()
    const before = await counts(staff)
    expect(await counts(owner)).toEqual([1, 3, 3])
    await call('DELETE', `/api/courses/${course.id}/`, { as: owner })
    expect(await counts(owner)).toEqual([0, 0, 0])
    expect(await counts(staff)).toEqual([(before[0] ?? 0) - 1, (before[1] ?? 0) - 3, (before[2] ?? 0) - 3])
    expect((await get('learner-analytics', staff, `?user=${ada.id}`)).body.count).toBe(0)
    await call('POST', `/api/courses/${course.id}/restore/`, { as: owner })
    expect(await counts(owner)).toEqual([1, 3, 3])
    await call('PATCH', `/api/courses/${course.id}/`, { as: staff, body: { instructor: heir.id } })
    expect([await counts(owner), await counts(heir), await counts(staff)]).toEqual([[0, 0, 0], [1, 3, 3], before])
  })

  test('filters of the wrong form, reversed dates and pages that are none', async () => {
    const owner = await makeInstructor()
    const integer = ['A valid integer is required.']
    expect((await get('course-analytics', owner, '?course=abc')).body).toEqual({ course: integer })
    expect((await get('module-engagement', owner, '?course=0&module=x')).body).toEqual({
      course: integer,
      module: integer,
    })
    expect((await get('learner-analytics', owner, '?user=1.5&course=-1')).body).toEqual({
      user: integer,
      course: integer,
    })
    for (const list of ['course-analytics', 'user-activity']) {
      const wrong = ['Enter a valid date: YYYY-MM-DD.']
      const bad = await get(list, owner, '?start_date=2026-02-30&end_date=yesterday')
      expect([bad.status, bad.body]).toEqual([400, { start_date: wrong, end_date: wrong }])
      const reversed = await get(list, owner, '?start_date=2026-03-02&end_date=2026-03-01')
      expect([reversed.status, reversed.body]).toEqual([400, { end_date: ['Must not be before start_date.'] }])
      expect((await get(list, owner, '?start_date=2026-03-01&end_date=2026-03-01')).status).toBe(200)
    }
    for (const list of [...LISTS, 'user-activity']) {
      for (const page of ['0', 'abc', '2']) {
        const { status, body } = await get(list, owner, `?page=${page}`)
        expect([status, body], list).toEqual([404, { detail: 'Invalid page.', code: 'invalid_page' }])
      }
    }
  })
})

describe('course analytics', () => {
  test('a course without anybody', async () => {
    const owner = await makeInstructor({ username: 'nameless' })
    const course = await makeCourse(owner)
    expect(await results('course-analytics', owner)).toEqual([
      {
        course_id: course.id,
        course_title: course.title,
        instructor: 'nameless',
        enrollment_count: 0,
        completion_count: 0,
        average_progress: 0,
        average_time_spent_hours: 0,
        active_learners_last_week: 0,
        most_active_module: null,
        most_challenging_quiz: null,
      },
    ])
  })

  test('enrollments and progress of who did not drop out, completions', async () => {
    const { owner } = await makeStudiedCourse()
    const [row] = await results('course-analytics', owner)
    // Three of 3 × 2 (learner, published module) pairs; neither Dan's nor the hidden module's.
    expect(row).toMatchObject({
      instructor: 'John Smith',
      enrollment_count: 3,
      completion_count: 1,
      average_progress: 50,
    })
  })

  test('progress follows what is published, deleted, dropped and taken up again', async () => {
    const { owner, hidden, second, course, dan, enrollments } = await makeStudiedCourse()
    const progress = async () => (await results('course-analytics', owner))[0].average_progress
    await run('UPDATE modules SET is_published = 1 WHERE id = ?', hidden)
    expect(await progress()).toBe(44) // 4 of 9
    await run('UPDATE modules SET deleted_at = 1 WHERE id = ?', second)
    expect(await progress()).toBe(50) // 3 of 6
    await run(`UPDATE enrollments SET status = 'dropped' WHERE id = ?`, enrollments.ada)
    expect(await progress()).toBe(50) // 2 of 4
    await call('POST', `/api/courses/${course.slug}/enroll/`, { as: dan })
    expect(await progress()).toBe(50) // 3 of 6
    await run(`UPDATE enrollments SET status = 'dropped' WHERE id = ?`, enrollments.bob)
    expect(await progress()).toBe(25) // 1 of 4
  })

  test('dates bound enrollments and progress by enrollment, completions by completion: both days included, UTC', async () => {
    const { owner } = await makeStudiedCourse()
    const within = async (query: string) => {
      const [row] = await results('course-analytics', owner, query)
      return [row.enrollment_count, row.average_progress, row.completion_count]
    }
    expect(await within('?start_date=2026-03-01&end_date=2026-03-01')).toEqual([1, 100, 0])
    expect(await within('?start_date=2026-03-02&end_date=2026-03-02')).toEqual([1, 50, 0])
    expect(await within('?start_date=2026-03-02')).toEqual([2, 25, 1])
    expect(await within('?end_date=2026-03-02')).toEqual([2, 75, 0])
    expect(await within('?start_date=2026-03-10&end_date=2026-03-10')).toEqual([0, 0, 1])
    expect(await within('?start_date=2026-03-11')).toEqual([0, 0, 0])
    expect(await within('?start_date=2000-01-01&end_date=2100-01-01')).toEqual([3, 50, 1])
  })

  test('time: of who did not drop out, by the day it was spent, over all who did not', async () => {
    const { owner, first, second, enrollments } = await makeStudiedCourse()
    await insertTime(enrollments.ada, first, '2026-03-05', 3_600)
    await insertTime(enrollments.ada, second, '2026-03-06', 7_200)
    await insertTime(enrollments.bob, first, '2026-03-06', 1_800)
    await insertTime(enrollments.dan, first, '2026-03-06', 36_000)
    const hours = async (query = '') => (await results('course-analytics', owner, query))[0].average_time_spent_hours
    expect(await hours()).toBe(1.2) // 12,600 s over 3
    expect(await hours('?start_date=2026-03-06')).toBe(0.8) // 9,000 s over 3
    expect(await hours('?end_date=2026-03-05')).toBe(0.3) // 3,600 s over 3
    await run(`UPDATE enrollments SET status = 'dropped' WHERE id = ?`, enrollments.bob)
    expect(await hours()).toBe(1.5) // 10,800 s over 2
    await run('UPDATE modules SET deleted_at = 1 WHERE id = ?', second)
    expect(await hours()).toBe(0.5)
  })

  test('a reset takes progress back, not the time that was spent', async () => {
    const { owner, first, bob, enrollments } = await makeStudiedCourse()
    await insertTime(enrollments.bob, first, '2026-03-05', 10_800)
    const { status } = await call('POST', `/api/module-progress/${enrollments.bob * 10_000_000 + first}/reset/`, {
      as: bob,
    })
    expect(status).toBe(200)
    const [row] = await results('course-analytics', owner)
    expect(row).toMatchObject({ average_progress: 33, average_time_spent_hours: 1 })
    const [engagement] = await results('module-engagement', owner, `?module=${first}`)
    expect(engagement).toMatchObject({ view_count: 3, completion_count: 2, average_time_spent_minutes: 60 })
  })

  test('active learners: with any activity in seven days, whatever the dates asked for', async () => {
    const { owner, course, ada, bob, cyd } = await makeStudiedCourse()
    const active = async (query = '') => (await results('course-analytics', owner, query))[0].active_learners_last_week
    const event = (user: TestUser, secondsAgo: number) =>
      insertEvent(user.id, 'course_enroll', NOW - secondsAgo, { course_id: course.id, target_id: course.id })
    expect(await active()).toBe(0)
    await event(ada, 60)
    await event(ada, 3_600)
    await event(bob, 7 * DAY_SECONDS - 60)
    await event(cyd, 7 * DAY_SECONDS + 60)
    // The instructor's own visits are no learner's.
    await event(owner, 60)
    await insertEvent(cyd.id, 'login', NOW)
    expect([await active(), await active('?end_date=2020-01-01')]).toEqual([2, 2])
  })

  test('the most active module: by events, ties to the older; hidden and deleted ones are not named', async () => {
    const { owner, course, first, second, hidden, ada, bob } = await makeStudiedCourse()
    const event = (user: TestUser, module: number, day: string) =>
      insertEvent(user.id, 'module_view', at(day), { course_id: course.id, module_id: module, target_id: module })
    const most = async (query = '') => (await results('course-analytics', owner, query))[0].most_active_module
    for (const day of ['2026-03-05', '2026-03-05', '2026-03-06']) await event(ada, hidden, day)
    expect(await most()).toBeNull()
    await event(ada, second, '2026-03-05')
    await event(bob, second, '2026-03-05')
    await event(bob, first, '2026-03-06')
    expect(await most()).toEqual({ id: second, title: 'Second' })
    expect(await most('?start_date=2026-03-06')).toEqual({ id: first, title: 'First' })
    expect(await most('?start_date=2026-03-07')).toBeNull()
    await event(bob, first, '2026-03-07')
    expect(await most()).toEqual({ id: first, title: 'First' })
    await run('UPDATE modules SET deleted_at = 1 WHERE id = ?', first)
    expect(await most()).toEqual({ id: second, title: 'Second' })
  })

  test('the most challenging quiz: the lowest pass rate, by the day attempts ended; no surveys, none without a score', async () => {
    const { owner, first, second, ada, bob, enrollments } = await makeStudiedCourse()
    const [easy, hard, survey, hiddenQuiz] = [
      await insertQuiz(first, { title: 'Easy' }),
      await insertQuiz(second, { title: 'Hard' }),
      await insertQuiz(second, { title: 'Survey', is_survey: 1 }),
      await insertQuiz(second, { title: 'Hidden', is_published: 0 }),
    ]
    const end = (quiz: number, who: 'ada' | 'bob', passed: number, day: string, values = {}) =>
      insertAttempt(quiz, who === 'ada' ? ada.id : bob.id, enrollments[who], {
        score_hundredths: passed * 10_000,
        passed,
        completed_at: at(day),
        ...values,
      })
    const hardest = async (query = '') => (await results('course-analytics', owner, query))[0].most_challenging_quiz
    await end(survey, 'ada', 0, '2026-03-05', { score_hundredths: null, is_survey: 1 })
    await end(hiddenQuiz, 'ada', 0, '2026-03-05')
    await end(easy, 'ada', 0, '2026-03-05', { status: 'abandoned', score_hundredths: null })
    await insertAttempt(easy, owner.id, null, { is_preview: 1, score_hundredths: 0, passed: 0 })
    expect(await hardest()).toBeNull()
    await end(easy, 'ada', 1, '2026-03-05')
    await end(easy, 'bob', 0, '2026-03-06')
    await end(easy, 'bob', 1, '2026-03-07')
    expect(await hardest()).toEqual({ id: easy, title: 'Easy', pass_rate: 66.7 })
    await end(hard, 'ada', 1, '2026-03-06')
    await end(hard, 'bob', 0, '2026-03-05')
    expect(await hardest()).toEqual({ id: hard, title: 'Hard', pass_rate: 50 })
    expect(await hardest('?start_date=2026-03-06&end_date=2026-03-06')).toEqual({
      id: easy,
      title: 'Easy',
      pass_rate: 0,
    })
    expect(await hardest('?start_date=2026-03-07')).toEqual({ id: easy, title: 'Easy', pass_rate: 100 })
    expect(await hardest('?start_date=2026-03-08')).toBeNull()
    await end(easy, 'ada', 0, '2026-03-05') // now both at one half: the lower id
    expect(await hardest()).toEqual({ id: easy, title: 'Easy', pass_rate: 50 })
    // Made a survey since, it is no challenge any more, whatever the scores of old.
    await run('UPDATE quizzes SET is_survey = 1 WHERE id = ?', easy)
    expect(await hardest()).toEqual({ id: hard, title: 'Hard', pass_rate: 50 })
  })

  test('pages: the newest first, every course once', async () => {
    const owner = await makeInstructor()
    const made: number[] = []
    for (let n = 0; n < 5; n++) made.unshift((await makeCourse(owner, { status: n % 2 ? 'draft' : 'published' })).id)
    const rows = await allPages('/api/analytics/course-analytics/?page_size=2', owner)
    expect(rows.map(row => row.course_id)).toEqual(made)
  })
})

describe('module engagement', () => {
  test('views, completions, time and events of all who ever learned there', async () => {
    const { owner, course, first, second, hidden, ada, dan, enrollments } = await makeStudiedCourse()
    await insertTime(enrollments.ada, first, '2026-03-05', 600)
    await insertTime(enrollments.ada, first, '2026-03-06', 60)
    await insertTime(enrollments.dan, first, '2026-03-06', 300)
    for (const type of ['module_view', 'module_view', 'module_complete', 'quiz_start', 'qr_scan']) {
      await insertEvent(type === 'quiz_start' ? dan.id : ada.id, type, at('2026-03-05'), {
        course_id: course.id,
        module_id: first,
      })
    }
    const row = (
      module_id: number,
      module_title: string,
      views: number,
      completions: number,
      rate: number,
      rest: number[],
    ) => ({
      module_id,
      module_title,
      course_id: course.id,
      course_title: course.title,
      view_count: views,
      completion_count: completions,
      completion_rate: rate,
      average_time_spent_minutes: rest[0],
      student_interactions: rest[1],
    })
    expect(await results('module-engagement', owner)).toEqual([
      row(first, 'First', 3, 3, 100, [5.3, 5]), // 960 s over 3
      row(second, 'Second', 2, 1, 50, [0, 0]),
      row(hidden, 'Hidden', 1, 1, 100, [0, 0]),
    ])
  })

  test('one learner’s many visits are one view; so is a first sight that came by doing', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner)
    const module = await insertModule(course.id)
    const learner = await makeUser()
    const { id } = await enrolled(learner, course)
    const figures = async () => (await results('module-engagement', owner))[0]
    expect(await figures()).toMatchObject({ view_count: 0, completion_rate: 0, average_time_spent_minutes: 0 })
    await env.DB.prepare('UPDATE enrollments SET enrolled_at = enrolled_at - 90 WHERE id = ?').bind(id).run()
    await call('POST', `/api/module-progress/${id * 10_000_000 + module}/add-time/`, {
      as: learner,
      body: { seconds: 90 },
    })
    await call('GET', `/api/modules/${module}/`, { as: learner })
    await call('GET', `/api/modules/${module}/`, { as: learner })
    await call('GET', `/api/modules/${module}/`, { as: owner })
    expect(await figures()).toMatchObject({ view_count: 1, student_interactions: 2, average_time_spent_minutes: 1.5 })
    await call('POST', `/api/module-progress/${id * 10_000_000 + module}/complete/`, { as: learner })
    expect(await figures()).toMatchObject({
      view_count: 1,
      completion_count: 1,
      completion_rate: 100,
      student_interactions: 3,
    })
    // A learner who only reset it has not seen it.
    const other = await makeUser()
    const second = await enrolled(other, course)
    await call('POST', `/api/module-progress/${second.id * 10_000_000 + module}/reset/`, { as: other })
    expect(await figures()).toMatchObject({ view_count: 1, completion_rate: 100 })
  })

  test('the newest course first, each course’s modules in their order, deleted ones absent, page by page', async () => {
    const [owner, staff] = [await makeInstructor(), await makeStaff()]
    const [older, newer] = [await makeCourse(owner), await makeCourse(owner)]
    const made = {
      b: await insertModule(older.id, { order: 2 }),
      a: await insertModule(older.id, { order: 1 }),
      gone: await insertModule(older.id, { order: 1, deleted_at: 1 }),
      d: await insertModule(newer.id, { order: 5 }),
      e: await insertModule(newer.id, { order: 5 }),
      c: await insertModule(newer.id, { order: 0 }),
    }
    const order = [made.c, made.d, made.e, made.a, made.b]
    const ids = async (as: TestUser) =>
      (await allPages('/api/analytics/module-engagement/?page_size=2', as)).map(row => row.module_id)
    expect(await ids(owner)).toEqual(order)
    const all = await ids(staff)
    expect(all.slice(0, 5)).toEqual(order)
    expect(new Set(all).size).toBe(all.length)
    expect((await get('module-engagement', owner, `?module=${made.gone}`)).body.count).toBe(0)
    expect((await get('module-engagement', owner, `?module=${made.a}&course=${newer.id}`)).body.count).toBe(0)
  })
})
