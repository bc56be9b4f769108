import { beforeAll, describe, expect, test } from 'vitest'
import { makeStudiedCourse } from '../factories/classrooms.ts'
import { makeCourse } from '../factories/courses.ts'
import {
  at,
  insert,
  insertAttempt,
  insertEnrollment,
  insertEvent,
  insertModule,
  insertQuiz,
  insertTime,
} from '../factories/rows.ts'
import { makeInstructor, makeStaff, makeUser } from '../factories/users.ts'
import { get, results, run } from '../helpers/analytics.ts'
import { allPages } from '../helpers/client.ts'

const NOW = Math.floor(Date.now() / 1000)
const DAY_SECONDS = 86_400

describe('learner analytics', () => {
  let room: Awaited<ReturnType<typeof makeStudiedCourse>>
  beforeAll(async () => {
    room = await makeStudiedCourse()
    const { ada, first, second, enrollments } = room
    await insertTime(enrollments.ada, first, '2026-03-05', 5_400)
    const quiz = (policy: string, module: number) => insertQuiz(module, { grading_policy: policy })
    const scores = async (quizId: number, ...list: number[]) => {
      for (const [n, score] of list.entries()) {
        await insertAttempt(quizId, ada.id, enrollments.ada, {
          score_hundredths: score,
          passed: 0,
          completed_at: at('2026-03-05') + n,
        })
      }
    }
    await scores(await quiz('highest', first), 4_000, 9_000)
    await scores(await quiz('average', first), 6_000, 9_000)
    await scores(await quiz('latest', second), 9_000, 5_000)
    const survey = await insertQuiz(second, { is_survey: 1 })
    await insertAttempt(survey, ada.id, enrollments.ada, { is_survey: 1, passed: 1 })
    await insertAttempt(await quiz('highest', second), ada.id, enrollments.ada, { status: 'abandoned', passed: 0 })
    await run('UPDATE users SET last_login_at = ? WHERE id = ?', at('2026-03-12T10:30:00Z'), ada.id)
    // Another's course, of which the owner learns nothing.
    const elsewhere = await makeCourse(await makeInstructor())
    const module = await insertModule(elsewhere.id, { title: 'Elsewhere' })
    const enrollment = await insertEnrollment(ada.id, elsewhere.id)
    await insertTime(enrollment, module, '2026-03-05', 36_000)
    await insertAttempt(await quiz('highest', module), ada.id, enrollment, { score_hundredths: 10_000, passed: 1 })
  })

  test('one learner’s figures, over the caller’s courses only', async () => {
    const { owner, ada } = room
    const [row] = await results('learner-analytics', owner, `?user=${ada.id}`)
    expect(row).toEqual({
      user_id: ada.id,
      username: ada.username,
      full_name: 'Ada Byron',
      enrolled_courses: 1,
      completed_courses: 1,
      average_progress: 100,
      total_time_spent_hours: 1.5,
      average_quiz_score: 71.7, // (90 + 75 + 50) / 3
      last_login: '2026-03-12T10:30:00Z',
      activity_trend: 'stable',
      strengths: ['First'], // (90 + 75) / 2 = 82.5
      areas_for_improvement: ['Second'], // 50
    })
  })

  test('staff see all of a learner’s courses, or the one they ask for', async () => {
    const { ada, course } = room
    const staff = await makeStaff()
    const [all] = await results('learner-analytics', staff, `?user=${ada.id}`)
    expect(all).toMatchObject({
      enrolled_courses: 2,
      completed_courses: 1,
      average_progress: 50,
      total_time_spent_hours: 11.5,
      average_quiz_score: 78.8, // (90 + 75 + 50 + 100) / 4
      strengths: ['Elsewhere', 'First'],
    })
    const [one] = await results('learner-analytics', staff, `?user=${ada.id}&course=${course.id}`)
    expect(one).toMatchObject({ enrolled_courses: 1, total_time_spent_hours: 1.5, strengths: ['First'] })
  })

  test('who did nothing, and who dropped out', async () => {
    const { owner, course, cyd, dan } = room
    const rows = await results('learner-analytics', owner, `?course=${course.id}`)
    expect(rows.map((row: { user_id: number }) => row.user_id)).toEqual([cyd.id, room.bob.id, room.ada.id])
    expect(rows[0]).toMatchObject({
      full_name: cyd.username,
      average_progress: 0,
      total_time_spent_hours: 0,
      average_quiz_score: null,
      last_login: null,
      activity_trend: 'stable',
      strengths: [],
      areas_for_improvement: [],
    })
    expect((await get('learner-analytics', owner, `?user=${dan.id}`)).body.count).toBe(0)
    expect((await get('learner-analytics', owner, `?user=${dan.id}&course=${course.id}`)).body.count).toBe(0)
  })

  test('deleted modules and quizzes no longer count', async () => {
    const { owner, course, ada, first, enrollments } = await makeStudiedCourse()
    const [kept, gone] = [await insertQuiz(first), await insertQuiz(first)]
    for (const [quiz, score] of [
      [kept, 9_000],
      [gone, 1_000],
    ] as const) {
      await insertAttempt(quiz, ada.id, enrollments.ada, { score_hundredths: score, passed: 0 })
    }
    await insertTime(enrollments.ada, first, '2026-03-05', 3_600)
    const figures = async () => {
      const [row] = await results('learner-analytics', owner, `?user=${ada.id}&course=${course.id}`)
      return [row.average_quiz_score, row.strengths, row.total_time_spent_hours]
    }
    expect(await figures()).toEqual([50, [], 1])
    await run('UPDATE quizzes SET deleted_at = 1 WHERE id = ?', gone)
    expect(await figures()).toEqual([90, ['First'], 1])
    await run('UPDATE modules SET deleted_at = 1 WHERE id = ?', first)
    expect(await figures()).toEqual([null, [], 0])
  })

  test('the trend: seven days, today included, against the seven before, in the caller’s courses', async () => {
    const { owner, course, bob } = room
    const elsewhere = await makeCourse(await makeInstructor())
    const event = (daysAgo: number, courseId: number | null) =>
      insertEvent(bob.id, courseId === null ? 'login' : 'course_enroll', NOW - daysAgo * DAY_SECONDS, {
        course_id: courseId,
      })
    const trend = async () => (await results('learner-analytics', owner, `?user=${bob.id}`))[0].activity_trend
    await event(6, course.id)
    expect(await trend()).toBe('increasing')
    await event(7, course.id)
    expect(await trend()).toBe('stable')
    await event(13, course.id)
    expect(await trend()).toBe('decreasing')
    // Neither what is longer ago, nor logins, nor other courses.
    for (let n = 0; n < 3; n++) await event(1, elsewhere.id)
    await event(0, null)
    expect(await trend()).toBe('decreasing')
    await event(0, course.id)
    await event(14, course.id)
    expect(await trend()).toBe('stable')
    await event(3, course.id)
    expect(await trend()).toBe('increasing')
  })

  test('the newest account first, each learner once however many courses, page by page', async () => {
    const owner = await makeInstructor()
    const courses = [await makeCourse(owner), await makeCourse(owner), await makeCourse(owner)]
    const made: number[] = []
    for (let n = 0; n < 7; n++) {
      const learner = await makeUser()
      made.unshift(learner.id)
      for (const course of courses.slice(n % 3)) await insertEnrollment(learner.id, course.id)
    }
    const ids = async (query: string) =>
      (await allPages(`/api/analytics/learner-analytics/?page_size=2${query}`, owner)).map(row => row.user_id)
    expect(await ids('')).toEqual(made)
    expect(await ids(`&course=${courses[0]?.id}`)).toEqual(made.filter((_, place) => (6 - place) % 3 === 0))
    await run(`UPDATE enrollments SET status = 'dropped' WHERE user_id = ?`, made[0])
    expect(await ids('')).toEqual(made.slice(1))
  })
})

describe('user activity', () => {
  test('one’s own, the newest first, with what it was about', async () => {
    const { course, first, ada, bob, enrollments } = await makeStudiedCourse()
    const quiz = await insertQuiz(first, { title: 'Quiz 1' })
    const code = (type: string, target_id: number) =>
      insert('qr_codes', {
        uuid: crypto.randomUUID(),
        type,
        target_id,
        course_id: course.id,
        created_by: bob.id,
        created_at: 0,
        updated_at: 0,
      })
    const codes = [
      await code('access', course.id),
      await code('attendance', first),
      await code('module', first),
      await code('certificate', enrollments.ada),
      await code('certificate', enrollments.bob),
    ]
    const events: [string, number | null, number | null, string | null][] = [
      ['login', null, null, null],
      ['course_enroll', course.id, null, course.title],
      ['module_view', first, first, 'First'],
      ['module_complete', first, first, 'First'],
      ['quiz_start', quiz, first, 'Quiz 1'],
      ['quiz_complete', quiz, first, 'Quiz 1'],
      ['qr_scan', codes[0] ?? 0, null, course.title],
      ['qr_scan', codes[1] ?? 0, first, `${course.title} - First`],
      ['qr_scan', codes[2] ?? 0, first, `${course.title} - First`],
      ['qr_scan', codes[3] ?? 0, null, `${course.title} - Ada Byron`],
      ['qr_scan', codes[4] ?? 0, null, `${course.title} - ${bob.username}`],
    ]
    const start = at('2026-03-05T10:00:00Z')
    const ids: number[] = []
    for (const [n, [type, target_id, module_id]] of events.entries()) {
      ids.push(
        await insertEvent(ada.id, type, start + n * 100, {
          session_started_at: start,
          target_id,
          module_id,
          course_id: type === 'login' ? null : course.id,
        }),
      )
    }
    await insertEvent(bob.id, 'login', start)
    const { body } = await get('user-activity', ada, '?page_size=100')
    expect(body.count).toBe(events.length)
    expect(body.results).toEqual(
      events
        .map(([activity_type, target_id, , target_name], n) => ({
          id: ids[n],
          user: ada.id,
          activity_type,
          target_id,
          target_name,
          course_id: activity_type === 'login' ? null : course.id,
          course_title: activity_type === 'login' ? null : course.title,
          occurred_at: `2026-03-05T10:${String(Math.floor((n * 100) / 60)).padStart(2, '0')}:${String((n * 100) % 60).padStart(2, '0')}Z`,
          session_duration_minutes: Math.floor((n * 100) / 60),
        }))
        .reverse(),
    )
  })

  test('what was deleted has no name any more; the event stays', async () => {
    const { course, first, ada } = await makeStudiedCourse()
    const quiz = await insertQuiz(first)
    await insertEvent(ada.id, 'quiz_start', 1, { course_id: course.id, module_id: first, target_id: quiz })
    await insertEvent(ada.id, 'module_view', 2, { course_id: course.id, module_id: first, target_id: first })
    await insertEvent(ada.id, 'course_enroll', 3, { course_id: course.id, target_id: course.id })
    const names = async () =>
      (await results('user-activity', ada)).map((row: { target_name: string; course_title: string }) => [
        row.target_name === null,
        row.course_title === null,
      ])
    const [gone, there] = [true, false]
    expect(await names()).toEqual([
      [there, there],
      [there, there],
      [there, there],
    ])
    await run('UPDATE modules SET deleted_at = 1 WHERE id = ?', first)
    expect(await names()).toEqual([
      [there, there],
      [gone, there],
      [gone, there],
    ])
    await run('UPDATE courses SET deleted_at = 1 WHERE id = ?', course.id)
    expect(await names()).toEqual([
      [gone, gone],
      [gone, gone],
      [gone, gone],
    ])
  })

  test('dates include both days, UTC; the count goes with them', async () => {
    const user = await makeUser()
    for (const time of [
      '2026-03-01T00:00:00Z',
      '2026-03-01T23:59:59Z',
      '2026-03-02T00:00:00Z',
      '2026-03-04T12:00:00Z',
    ]) {
      await insertEvent(user.id, 'login', at(time))
    }
    const within = async (query: string) => {
      const { body } = await get('user-activity', user, query)
      expect(body.results).toHaveLength(body.count)
      return body.results.map((row: { occurred_at: string }) => row.occurred_at.slice(8, 13))
    }
    expect(await within('')).toEqual(['04T12', '02T00', '01T23', '01T00'])
    expect(await within('?start_date=2026-03-01&end_date=2026-03-01')).toEqual(['01T23', '01T00'])
    expect(await within('?start_date=2026-03-02')).toEqual(['04T12', '02T00'])
    expect(await within('?end_date=2026-03-02')).toEqual(['02T00', '01T23', '01T00'])
    expect(await within('?start_date=2026-03-03&end_date=2026-03-03')).toEqual([])
    const pages = await allPages('/api/analytics/user-activity/?end_date=2026-03-02&page_size=2', user)
    expect(pages).toHaveLength(3)
  })
})
