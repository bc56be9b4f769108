/** Running attempts exist in their objects, not as rows alone, so the demo starts them through the API. */
import { DEMO_PASSWORD } from './people.ts'

const LEARNERS = ['student2', 'student8', 'student14']
const QUIZ_ID = 3
const READY_WITHIN_MS = 60_000

/** Signs learners in once the server answers, and starts an attempt for each. Only warns on failure: the demo works without. */
export async function startDemoAttempts(origin: string): Promise<void> {
  try {
    await ready(`${origin}/api/courses/catalog/`)
    for (const username of LEARNERS) {
      const { access } = await post(`${origin}/api/users/login/`, { username, password: DEMO_PASSWORD })
      await post(`${origin}/api/courses/quizzes/${QUIZ_ID}/start-attempt/`, {}, access)
    }
  } catch (error) {
    console.warn(`The demo's running attempts were not started: ${error}`)
  }
}

async function ready(url: string): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS
  while (!(await fetch(url).catch(() => null))?.ok) {
    if (Date.now() > until) throw new Error(`${url} does not answer`)
    await new Promise(resolve => setTimeout(resolve, 500))
  }
}

async function post(url: string, body: object, token = ''): Promise<{ access: string }> {
  const headers = { 'Content-Type': 'application/json', ...(token !== '' && { Authorization: `Bearer ${token}` }) }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`)
  return answer.json() as Promise<{ access: string }>
}
