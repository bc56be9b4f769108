import { expect } from 'vitest'
import { call, makeInstructor, makeUser, type TestUser } from './client.ts'
import { enrolled, makeCourse, makeModule } from './courses.ts'

// biome-ignore lint/suspicious/noExplicitAny: the body of a code as answered
type Body = any

/** A course with a module and a learner in it. */
export async function taught(learnerFields: { firstName?: string; lastName?: string } = {}) {
  const [owner, learner] = [await makeInstructor(), await makeUser(learnerFields)]
  const course = await makeCourse(owner)
  const module = await makeModule(owner, course.id)
  return { owner, learner, course, module, enrollment: await enrolled(learner, course) }
}

/** A code through the API. */
export async function makeCode(owner: TestUser, fields: Record<string, unknown>): Promise<Body> {
  const answer = await call('POST', '/api/qr-codes/codes/', { as: owner, body: fields })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

export const change = (as: TestUser, code: { id: number }, body: Record<string, unknown>) =>
  call('PATCH', `/api/qr-codes/codes/${code.id}/`, { as, body })

export const scan = (
  as: TestUser,
  code: { uuid: string },
  fields: Record<string, unknown> = {},
  headers: Record<string, string> = {},
) => call('POST', '/api/qr-codes/scans/', { as, body: { qr_code_uuid: code.uuid, ...fields }, headers })

/** So many seconds from now, as the API takes it. */
export const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString()
