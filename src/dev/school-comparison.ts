/** Sends requests to two schools, which show that neither has data of the other. */
import { DEMO_PASSWORD } from './demo/people.ts'

const TRIES = 10

/** `links`: the origin of the links in its lists. */
export type School = { name: string; origin: string; links: string }
type Answer = { status: number; body: Json }
// biome-ignore lint/suspicious/noExplicitAny: arbitrary JSON, of which the checks read single fields
type Json = any

/**
 * Both schools must have the demo data.
 * @param print receives each request with its answer, line by line
 * @returns the lines of the checks that failed
 */
export async function compareSchools(one: School, other: School, print: (line: string) => void): Promise<string[]> {
  const failures: string[] = []
  const expect = (what: string, actual: unknown, expected: unknown) => {
    const isRight = JSON.stringify(actual) === JSON.stringify(expected)
    const line = `${what}: ${JSON.stringify(actual)}`
    if (!isRight) failures.push(line)
    print(`${isRight ? 'ok    ' : 'FAILED'} ${line}`)
  }
  // New in each run, because a store may persist.
  const username = `only-in-${one.name}-${Date.now().toString(36)}`
  const account = { username, password: DEMO_PASSWORD }

  print(`\nBoth serve, under origins of their own`)
  for (const school of [one, other]) {
    const catalog = await call(school, 'GET', '/api/courses/catalog/?page_size=1')
    const next = String(catalog.body.next)
    expect(`${school.name}: GET /api/courses/catalog/`, [catalog.status, new URL(next).origin], [200, school.links])
  }

  print(`\nA learner of ${one.name} does not exist in ${other.name}`)
  const names = { password2: DEMO_PASSWORD, email: `${username}@example.com`, first_name: 'Ada', last_name: 'North' }
  const registered = await call(one, 'POST', '/api/users/register/', { body: { ...account, ...names } })
  expect(`${one.name}: POST /api/users/register/ (${username})`, registered.status, 201)
  const login = (school: School, body: object) => call(school, 'POST', '/api/users/login/', { body })
  const entered = await login(one, account)
  expect(`${one.name}: POST /api/users/login/`, entered.status, 200)
  expect(`${other.name}: POST /api/users/login/`, (await login(other, account)).status, 401)

  print(`\nTokens of ${one.name} are refused by ${other.name}, whatever id they name`)
  const { access, refresh } = entered.body
  const enrolled = (school: School, token: string) => call(school, 'GET', '/api/courses/enrolled/', { token })
  expect(`${one.name}: GET /api/courses/enrolled/`, (await enrolled(one, access)).status, 200)
  expect(`${other.name}: GET /api/courses/enrolled/`, (await enrolled(other, access)).status, 401)
  // This learner has the same username and id in both schools.
  const student = { username: 'student1', password: DEMO_PASSWORD }
  const [here, there] = [await login(one, student), await login(other, student)]
  expect('both: student1 has the same id', here.body.user?.id, there.body.user?.id)
  expect(`${other.name}: with ${one.name}'s student1`, (await enrolled(other, here.body.access)).status, 401)
  const renewed = await call(other, 'POST', '/api/users/token/refresh/', { body: { refresh } })
  expect(`${other.name}: POST /api/users/token/refresh/`, renewed.status, 401)

  print(`\nWhat ${one.name} teaches and certifies is not ${other.name}'s`)
  const teacher = await login(one, { username: 'jsmith', password: DEMO_PASSWORD })
  const course = await call(one, 'POST', '/api/courses/', {
    token: teacher.body.access,
    body: { title: username, status: 'published' },
  })
  expect(`${one.name}: POST /api/courses/`, course.status, 201)
  for (const [school, count] of [[one, 1] as const, [other, 0] as const]) {
    const search = await call(school, 'GET', `/api/courses/catalog/search/?q=${username}`)
    expect(`${school.name}: GET /api/courses/catalog/search/?q=${username}`, search.body.count, count)
  }
  const attempts = await call(one, 'GET', '/api/courses/quiz-attempts/?status=completed', {
    token: here.body.access,
  })
  const attempt = attempts.body.results?.[0]?.id
  const result = await call(one, 'GET', `/api/courses/quiz-attempts/${attempt}/result/`, { token: here.body.access })
  const body = { receipt: result.body.receipt }
  for (const [school, isValid] of [[one, true] as const, [other, false] as const]) {
    const verified = await call(school, 'POST', '/api/receipts/verify/', { body })
    expect(`${school.name}: POST /api/receipts/verify/`, verified.body.valid, isValid)
  }
  return failures
}

async function call(
  { origin }: School,
  method: string,
  path: string,
  { token, body }: { token?: string; body?: object } = {},
): Promise<Answer> {
  const headers = {
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
  }
  for (let tries = 1; ; tries += 1) {
    const answer = await fetch(origin + path, { method, headers, body: body && JSON.stringify(body) })
    // A server that has too much to do says when to come back.
    if (answer.status !== 503 || tries === TRIES)
      return { status: answer.status, body: await answer.json().catch(() => ({})) }
    await new Promise(resolve => setTimeout(resolve, 1_000 * Number(answer.headers.get('Retry-After') ?? 1)))
  }
}
