import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { makeHall } from '../factories/classrooms.ts'
import { enrolled, makeModule } from '../factories/courses.ts'
import { makeCode } from '../factories/qr-codes.ts'
import { QUESTIONS } from '../factories/questions.ts'
import { makeStaff, makeUser, type TestUser } from '../factories/users.ts'
import { makeWebhook } from '../factories/webhooks.ts'
import { type Answer, call } from '../helpers/client.ts'
import { scan } from '../helpers/qr-codes.ts'
import { type Received, receive, sendNow } from '../helpers/webhooks.ts'

afterEach(() => vi.restoreAllMocks())

const LEARNERS = 20
const ACTS_EACH = 100
const ACTS = ['enroll', 'leave', 'remove', 'scan', 'start', 'end', 'grade', 'complete', 'reset'] as const

/** What happened, as `type id`, and how often. */
type Happened = Map<string, number>
const count = (happened: Happened, event: string) => happened.set(event, (happened.get(event) ?? 0) + 1)
const sorted = (happened: Happened) => [...happened].sort(([one], [other]) => (one < other ? -1 : 1))

/** The id of the thing that each type of event is about. */
const SUBJECTS: Record<string, string> = {
  'enrollment.created': 'enrollment',
  'enrollment.dropped': 'enrollment',
  'attempt.started': 'attempt',
  'attempt.ended': 'attempt',
  'response.graded': 'response',
  'scan.recorded': 'scan',
}
function nameOf({ type, data }: Received): string {
  const subject = SUBJECTS[type]
  return subject ? `${type} ${data[subject]}` : `${type} ${data['enrollment']}-${data['module']}`
}

test('over 2,000 random acts no event is lost and none too many, though the receiver fails a third of the time', async () => {
  const hall = await makeHall({ max_attempts: 100 }, [QUESTIONS.essay])
  const { instructor, course, quiz, module } = hall
  // The module of the quiz is never passed, so nobody completes the course.
  const studied = await makeModule(instructor, course.id)
  const code = await makeCode(instructor, { type: 'attendance', target_id: module.id })
  const staff = await makeStaff()
  const hooks = [
    await makeWebhook(instructor, { course: course.id }),
    await makeWebhook(staff, { course: null }),
    // Dead all the time.
    await makeWebhook(instructor, { course: course.id }),
  ]
  const taken = hooks.map((hook, place) => {
    const messages = new Map<string, { message: Received; taken: number }>()
    receive(hook, message => {
      const known = messages.get(message.id) ?? { message, taken: 0 }
      messages.set(message.id, known)
      // The same message, attempt by attempt.
      expect(message).toEqual(known.message)
      if (place === 2 || Math.random() < 1 / 3) {
        if (Math.random() < 0.5) throw new TypeError('Network connection lost.')
        return new Response(null, { status: 500 })
      }
      known.taken += 1
      return new Response(null, { status: 204 })
    })
    return messages
  })
  const happened: Happened = new Map()

  async function live(learner: TestUser, acts: readonly (typeof ACTS)[number][]): Promise<void> {
    const as = { as: learner }
    const { id: enrollment } = await enrolled(learner, course)
    count(happened, `enrollment.created ${enrollment}`)
    const progress = `/api/module-progress/${enrollment * 10_000_000 + studied.id}`
    let [isEnrolled, isComplete] = [true, false]
    let attempt: number | undefined
    const essays: number[] = []
    const done: Record<(typeof ACTS)[number], () => Promise<Answer | undefined>> = {
      async enroll() {
        const answer = await call('POST', `/api/courses/${course.slug}/enroll/`, as)
        if (answer.status < 300 && !isEnrolled) count(happened, `enrollment.created ${enrollment}`)
        isEnrolled ||= answer.status < 300
        return answer
      },
      async leave() {
        const answer = await call('POST', `/api/courses/${course.slug}/unenroll/`, as)
        if (answer.status === 204) count(happened, `enrollment.dropped ${enrollment}`)
        isEnrolled &&= answer.status !== 204
        return answer
      },
      // By the instructor, who then is the only one to bring the learner back.
      async remove() {
        if (!isEnrolled) return undefined
        const path = `/api/courses/${course.id}/enrollments`
        const answer = await call('DELETE', `${path}/${enrollment}/`, { as: instructor })
        if (answer.status !== 204) return answer
        count(happened, `enrollment.dropped ${enrollment}`)
        const body = { users: [learner.username] }
        expect((await call('POST', `${path}/`, { as: instructor, body })).status).toBe(200)
        count(happened, `enrollment.created ${enrollment}`)
        return answer
      },
      async scan() {
        const answer = await scan(learner, code)
        // A repeated scan is answered with the first one.
        if (answer.status === 201) happened.set(`scan.recorded ${answer.body.id}`, 1)
        return answer
      },
      async start() {
        const answer = await call('POST', `/api/courses/quizzes/${quiz.id}/start-attempt/`, { ...as, body: {} })
        if (answer.status === 201) {
          attempt = answer.body.id
          count(happened, `attempt.started ${attempt}`)
        }
        return answer
      },
      async end() {
        if (attempt === undefined) return undefined
        const answer = await call('POST', `/api/courses/quiz-attempts/${attempt}/complete/`, as)
        expect(answer.status, answer.text).toBe(200)
        count(happened, `attempt.ended ${attempt}`)
        essays.push(attempt * 1000)
        attempt = undefined
        return answer
      },
      async grade() {
        const response = essays.pop()
        if (response === undefined) return undefined
        const path = `/api/courses/question-responses/${response}/grade-essay/`
        const answer = await call('POST', path, { as: instructor, body: { score: 0 } })
        if (answer.status === 200) count(happened, `response.graded ${response}`)
        return answer
      },
      async complete() {
        const answer = await call('POST', `${progress}/complete/`, as)
        if (answer.status === 200 && !isComplete) count(happened, `module.completed ${enrollment}-${studied.id}`)
        isComplete ||= answer.status === 200
        return answer
      },
      async reset() {
        const answer = await call('POST', `${progress}/reset/`, as)
        isComplete &&= answer.status !== 200
        return answer
      },
    }
    for (const act of acts) {
      const answer = await done[act]()
      if (answer) expect(answer.status, `${act}: ${answer.text}`).toBeLessThan(500)
    }
  }

  const plans = fc.sample(fc.array(fc.constantFrom(...ACTS), { minLength: ACTS_EACH, maxLength: ACTS_EACH }), LEARNERS)
  const learners = await Promise.all(plans.map(() => makeUser()))
  await Promise.all(learners.map((learner, place) => live(learner, plans[place] ?? [])))

  const waiting = async (hook: { id: number }) =>
    (await env.DB.prepare(
      `SELECT (SELECT count(*) FROM outbox WHERE webhook_id = ?1)
         + (SELECT count(*) FROM webhook_deliveries WHERE webhook_id = ?1 AND status = 'pending') AS n`,
    )
      .bind(hook.id)
      .first<number>('n')) ?? 0
  for (const hook of hooks.slice(0, 2)) while ((await waiting(hook)) > 0) await sendNow(hook)

  expect([...happened.values()].reduce((sum, times) => sum + times, 0)).toBeGreaterThan(400)
  for (const type of [...Object.keys(SUBJECTS), 'module.completed']) {
    expect(
      [...happened.keys()].some(event => event.startsWith(type)),
      type,
    ).toBe(true)
  }
  for (const messages of taken.slice(0, 2)) {
    const told: Happened = new Map()
    for (const { message } of messages.values()) count(told, nameOf(message))
    expect(sorted(told)).toEqual(sorted(happened))
    // Each was taken, and none was sent again after that.
    expect([...messages.values()].filter(({ taken }) => taken !== 1)).toEqual([])
  }
  expect(new Set(taken.flatMap(messages => [...messages.keys()])).size).toBe(
    taken.reduce((sum, messages) => sum + messages.size, 0),
  )
}, 300_000)
