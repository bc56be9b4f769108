import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { call, makeInstructor, makeUser, type TestUser } from './client.ts'
import { makeCourse } from './courses.ts'
import { at, insertEnrollment, insertModule, insertProgress } from './rows.ts'

export const get = (list: string, as: TestUser | undefined, query = '') =>
  call('GET', `/api/analytics/${list}/${query}`, { as })
/** The first page's rows. */
export const results = async (list: string, as: TestUser, query = '') => {
  const { status, body, text } = await get(list, as, query)
  expect(status, text).toBe(200)
  return body.results
}
export const run = (query: string, ...values: unknown[]) =>
  env.DB.prepare(query)
    .bind(...values)
    .run()

/**
 * A course of two published modules and a hidden one. Of four learners Ada has completed both modules (and the course),
 * Bob one, Cyd none, Dan dropped out with one.
 */
export async function classroom() {
  const owner = await makeInstructor({ firstName: 'John', lastName: 'Smith' })
  const course = await makeCourse(owner, { title: 'Introduction to Programming' })
  const [first, second] = [
    await insertModule(course.id, { title: 'First' }),
    await insertModule(course.id, { title: 'Second', order: 2 }),
  ]
  const hidden = await insertModule(course.id, { title: 'Hidden', order: 3, is_published: 0 })
  const [ada, bob, cyd, dan] = [
    await makeUser({ firstName: 'Ada', lastName: 'Byron' }),
    await makeUser(),
    await makeUser(),
    await makeUser(),
  ]
  const completed = { status: 'completed', completed_at: at('2026-03-10') }
  const enrollments = {
    ada: await insertEnrollment(ada.id, course.id, { enrolled_at: at('2026-03-01'), ...completed }),
    bob: await insertEnrollment(bob.id, course.id, { enrolled_at: at('2026-03-02T23:59:59Z') }),
    cyd: await insertEnrollment(cyd.id, course.id, { enrolled_at: at('2026-03-03') }),
    dan: await insertEnrollment(dan.id, course.id, { enrolled_at: at('2026-03-01'), status: 'dropped' }),
  }
  const done = { completed_at: at('2026-03-09') }
  await insertProgress(enrollments.ada, first, done)
  await insertProgress(enrollments.ada, second, done)
  await insertProgress(enrollments.bob, first, done)
  await insertProgress(enrollments.bob, hidden, done)
  await insertProgress(enrollments.dan, first, done)
  await insertProgress(enrollments.cyd, second)
  return { owner, course, first, second, hidden, ada, bob, cyd, dan, enrollments }
}
