import { expect } from 'vitest'
import { call } from '../helpers/client.ts'
import { unique } from './rows.ts'
import type { TestUser } from './users.ts'

// biome-ignore lint/suspicious/noExplicitAny: the body of a course as answered
type Body = any

/** A course through the API, published unless said otherwise. */
export async function makeCourse(owner: TestUser, fields: Record<string, unknown> = {}): Promise<Body> {
  const answer = await call('POST', '/api/courses/', {
    as: owner,
    body: { title: unique('Course '), status: 'published', ...fields },
  })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

/** A published module through the API, unless said otherwise. */
export async function makeModule(owner: TestUser, course: number, fields: Record<string, unknown> = {}): Promise<Body> {
  const body = { course, title: unique('Module '), is_published: true, ...fields }
  const answer = await call('POST', '/api/modules/', { as: owner, body })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

/** Enrolls a learner and answers the enrollment. */
export async function enrolled(learner: TestUser, course: { slug: string }): Promise<Body> {
  const answer = await call('POST', `/api/courses/${course.slug}/enroll/`, { as: learner })
  expect(answer.status, answer.text).toBeLessThan(300)
  return answer.body
}
