import { expect, test } from 'vitest'
import { makeCourse } from '../factories/courses.ts'
import { makeInstructor } from '../factories/users.ts'
import { login, PASSWORD, register, times } from '../helpers/accounts.ts'
import { call, tally } from '../helpers/client.ts'

// The first day of term: a whole campus behind one address, with every limit as deployed.

const LEARNERS = 300
const CAMPUS = { headers: { 'CF-Connecting-IP': '203.0.113.5' } }

test('300 learners behind one address register, log in and enroll, all at once, and nobody is refused', async () => {
  const course = await makeCourse(await makeInstructor(), { title: 'First day' })
  const registered = await times(LEARNERS, i => register(`learner${i}`, {}, CAMPUS))
  expect(tally(registered)).toEqual({ 201: LEARNERS })
  const sessions = await times(LEARNERS, i => login(`learner${i}`, PASSWORD, CAMPUS))
  expect(tally(sessions)).toEqual({ 200: LEARNERS })
  const enroll = (as: string) => call('POST', `/api/courses/${course.slug}/enroll/`, { ...CAMPUS, as })
  expect(tally(await times(LEARNERS, i => enroll(sessions[i]?.body.access)))).toEqual({ 201: LEARNERS })
  const enrolled = await times(LEARNERS, i =>
    call('GET', '/api/courses/enrolled/', { ...CAMPUS, as: sessions[i]?.body.access }),
  )
  expect(enrolled.every(({ body }) => body.length === 1)).toBe(true)
}, 600_000)
