/** The thirteen routes, and what each is held against: the least that it cannot do without. */
import { type Answer, type Client, forEach } from '../load.ts'
import { DOOR, EXAM, HALL, LEARNER, ONCE, PASSWORD, TEACHER, usernameOf } from './campus.ts'
import type { Call } from './fire.ts'

export type Route = {
  name: string
  floor: Floor
  /** Round trips to D1 before the answer, at most. */
  trips: number
  connections: number
  /** Makes so many calls ready that can be made once each. */
  prepare(count: number): Promise<Call[]>
}

/** A route of the bare Worker. */
export type Floor = { name: string; call(turn: number): Call }

/** So many that the objects behind them are never few. */
const BARE_LEARNERS = 400
export const CONNECTIONS = 16
/** A hash takes the whole of an isolate. */
const LOGIN_CONNECTIONS = 4
/** So many that no attempt meets its limit of calls a second. */
const RUNNING_ATTEMPTS = 200
/** About what the object keeps of an exam of so many questions. */
const SNAPSHOT = 'x'.repeat(EXAM.questions * 300)

const posted = (name: string, path: string, text: string): Floor => ({
  name,
  call: turn => ({ method: 'POST', path, body: { learner: turn % BARE_LEARNERS, text } }),
})
const read = (rows: number): Floor => ({
  name: `D1 read, ${rows === 1 ? '1 row' : `${rows} rows`}`,
  call: () => ({ method: 'GET', path: `/read/${rows}` }),
})
const READ_AND_WRITE = posted('D1 read, D1 write', '/read-and-d1', 'somewhere')
const START = posted('D1 read, D1 write, object', '/read-and-d1-and-do', SNAPSHOT)
const OBJECT = posted('object', '/do', 'an answer')
const OBJECT_AND_WRITE = posted('object, D1 write', '/do-and-d1', 'an end')
const HASH = posted('scrypt', '/hash', PASSWORD)

type Attempt = { token: string; id: number; questions: { id: number }[] }

/** @param tokenOf mints a token for a user */
export function measuredRoutes(client: Client, tokenOf: (id: number) => Promise<string>): Route[] {
  const used = { enroll: 0, start: 0, scan: 0, login: 0 }
  const attempts: Attempt[] = []
  let turn = 0

  const get = (name: string, path: string, floor: Floor, who?: number): Route => ({
    name,
    floor,
    trips: 1,
    connections: CONNECTIONS,
    async prepare(count) {
      const call: Call = { method: 'GET', path, ...(who !== undefined && { token: await tokenOf(who) }) }
      return Array.from({ length: count }, () => call)
    },
  })

  /** Somebody new for each call. */
  const once = (
    what: keyof typeof ONCE,
    route: Omit<Route, 'prepare' | 'connections'>,
    call: (id: number) => Call,
  ): Route => ({
    connections: what === 'login' ? LOGIN_CONNECTIONS : CONNECTIONS,
    ...route,
    async prepare(count) {
      const { from, count: all } = ONCE[what]
      const first = from + used[what]
      used[what] += count
      if (used[what] > all) throw new Error(`nobody is left to ${what}`)
      const ids = Array.from({ length: count }, (_, index) => first + index)
      return Promise.all(
        ids.map(async id => ({ ...call(id), ...(what !== 'login' && { token: await tokenOf(id) }) }) satisfies Call),
      )
    },
  })

  const start = once(
    'start',
    { name: 'start attempt', floor: START, trips: 2 },
    (): Call => ({ method: 'POST', path: `/api/courses/quizzes/${EXAM.quiz}/start-attempt/` }),
  )
  const prepareStarts = async (count: number) =>
    (await start.prepare(count)).map(call => ({ ...call, answered: (body: string) => keep(call, JSON.parse(body)) }))
  const keep = ({ token = '' }: Call, { id, questions }: Omit<Attempt, 'token'>) =>
    attempts.push({ token, id, questions })
  /** So many running attempts at least, the missing ones begun here. */
  const running = async (count: number): Promise<Attempt[]> => {
    await forEach(await prepareStarts(Math.max(0, count - attempts.length)), CONNECTIONS, async call => {
      const answer = must(await client.post(call.path, { token: call.token }))
      keep(call, answer.body)
    })
    return attempts
  }

  return [
    get('catalog page', '/api/courses/catalog/', read(10)),
    get('search', '/api/courses/catalog/search/?q=rarities', read(7)),
    get('course detail', '/api/courses/1/', read(7), LEARNER),
    get('enrolled list', '/api/courses/enrolled/', read(5), LEARNER),
    once('login', { name: 'login', floor: HASH, trips: 3 }, id => ({
      method: 'POST',
      path: '/api/users/login/',
      body: { username: usernameOf(id), password: PASSWORD },
    })),
    once('enroll', { name: 'enroll', floor: READ_AND_WRITE, trips: 2 }, () => ({
      method: 'POST',
      path: `/api/courses/${DOOR.slug}/enroll/`,
    })),
    { ...start, prepare: prepareStarts },
    {
      name: 'answer',
      floor: OBJECT,
      trips: 0,
      connections: CONNECTIONS,
      async prepare(count) {
        const open = await running(RUNNING_ATTEMPTS)
        return Array.from({ length: count }, (): Call => {
          const attempt = open[turn % open.length] as Attempt
          const question = attempt.questions[Math.floor(turn / open.length) % attempt.questions.length]
          turn += 1
          return {
            method: 'POST',
            path: `/api/courses/quiz-attempts/${attempt.id}/submit-response/`,
            token: attempt.token,
            body: { question: question?.id, response_data: { selected_answer: turn % 3 === 0 }, time_spent_seconds: 1 },
          }
        })
      },
    },
    {
      name: 'complete',
      floor: OBJECT_AND_WRITE,
      trips: 1,
      connections: CONNECTIONS,
      async prepare(count) {
        await running(count)
        return attempts.splice(0, count).map(({ id, token }) => ({
          method: 'POST',
          path: `/api/courses/quiz-attempts/${id}/complete/`,
          token,
        }))
      },
    },
    get('module progress', '/api/module-progress/', read(10), LEARNER),
    get('course analytics', '/api/analytics/course-analytics/', read(3), TEACHER),
    once('scan', { name: 'QR scan', floor: READ_AND_WRITE, trips: 2 }, () => ({
      method: 'POST',
      path: '/api/qr-codes/scans/',
      body: { qr_code_uuid: HALL.code, location: 'Lecture Hall A', device_info: 'a phone' },
    })),
    get('QR image', `/media/qr_codes/${HALL.code}.png`, read(1)),
  ]
}

function must(answer: Answer): Answer {
  if (answer.status !== 200 && answer.status !== 201)
    throw new Error(`answered ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer
}
