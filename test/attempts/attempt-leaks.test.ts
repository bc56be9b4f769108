import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { api } from '../../src/app.ts'
import worker from '../../src/index.ts'
import { makeClassroom } from '../factories/classrooms.ts'
import { enrolled } from '../factories/courses.ts'
import { makeQuiz } from '../factories/quizzes.ts'
import { makeUser, type TestUser } from '../factories/users.ts'
import { end, resultOf, startAttempt, submit } from '../helpers/attempts.ts'
import { type Answer, call, ORIGIN } from '../helpers/client.ts'
import { evict, failing, letPass, withDatabase } from '../helpers/objects.ts'
import { type Authored, answerTo, dueFor, MARKED, refusedAnswers, type Said, seenIn } from '../system/leaks/marked.ts'

// The whole life of an attempt, in every mode of feedback, as its learner is answered: nothing of a key is told before it
// is due, and exactly what is due then.

type Mode = 'immediate' | 'after_completion' | 'never'
const MODES: Mode[] = ['immediate', 'after_completion', 'never']
type Ending = 'complete' | 'timeout' | 'abandon'
type Attempt = { id: number; quiz: number }

let owner: TestUser
let course: { id: number; slug: string }
let module: { id: number }
const quizzes = {} as Record<Mode, { id: number; questions: Authored[] }>

beforeAll(async () => {
  ;({ owner, course, module } = await makeClassroom())
  for (const show_feedback of MODES) {
    const { id } = await makeQuiz(owner, module.id, {
      questions: MARKED,
      show_feedback,
      time_limit_minutes: 30,
      allow_time_extension: true,
    })
    quizzes[show_feedback] = (await call('GET', `/api/quizzes/${id}/`, { as: owner })).body
  }
})

async function makeLearner(): Promise<TestUser> {
  const learner = await makeUser()
  await enrolled(learner, course)
  return learner
}

/** Holds an answer to telling nothing: no mark, no field of a key, and verdicts only where they are given as due. */
function keepsQuiet(answer: Answer, status: number, verdicts: (boolean | null)[] = []): void {
  expect(answer.status, answer.text).toBe(status)
  const seen = seenIn(answer)
  expect(seen).toMatchObject({ marks: [], keyFields: [], verdicts })
  expect(seen.scores.map(score => score !== null)).toEqual(verdicts.map(verdict => verdict !== null))
}

const detail = (attempt: Attempt, as: TestUser) => call('GET', `/api/courses/quiz-attempts/${attempt.id}/`, { as })
const isEssay = (question: Authored) => question.type === 'essay'

/** Every question answered, refused, answered again and otherwise, and what the learner is told of each. */
async function answerAll(attempt: Attempt, learner: TestUser, mode: Mode, said: Said): Promise<void> {
  const other = said === 'right' ? 'wrong' : 'right'
  for (const question of quizzes[mode].questions) {
    // Ten calls a second are counted in memory.
    await evict(attempt)
    const send = (data: Record<string, unknown>) => submit(attempt, learner, question.id, data)
    const isTold = mode === 'immediate' && !isEssay(question)
    const verdict = isTold ? said === 'right' : null
    for (const refused of refusedAnswers(question)) keepsQuiet(await send(refused), 400)
    const first = await send(answerTo(question, said))
    keepsQuiet(first, 200, [verdict])
    expect(first.body.response_data).toEqual(answerTo(question, said))
    expect((await send(answerTo(question, said))).body).toMatchObject({
      ...first.body,
      submitted_at: expect.any(String),
    })
    if (isTold) keepsQuiet(await send(answerTo(question, other)), 400)
    else {
      keepsQuiet(await send(answerTo(question, other)), 200, [null])
      keepsQuiet(await send(answerTo(question, said)), 200, [null])
    }
  }
  await evict(attempt)
}

async function openClock(attempt: Attempt, as: TestUser) {
  const headers = { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': `bearer, ${as.token}` }
  const request = new Request(`${ORIGIN}/api/courses/quiz-attempts/${attempt.id}/live/`, { headers })
  const { webSocket } = await worker.fetch(request, env, createExecutionContext())
  const messages: string[] = []
  let isClosed = false
  webSocket?.addEventListener('message', ({ data }) => {
    messages.push(String(data))
  })
  webSocket?.addEventListener('close', () => {
    isClosed = true
  })
  webSocket?.accept()
  return { messages, closed: () => vi.waitUntil(() => isClosed, { timeout: 3_000 }) }
}

/** A result tells all that is due and nothing more. @param essay what stands for the essay's feedback once it is graded */
async function tellsWhatIsDue(
  attempt: Attempt,
  learner: TestUser,
  mode: Mode,
  said: Said,
  essay: { marks: string[]; verdict: boolean | null } | null = null,
): Promise<Answer> {
  const answer = await resultOf(attempt, learner)
  expect(answer.status, answer.text).toBe(200)
  const seen = seenIn(answer)
  const { questions } = quizzes[mode]
  const isTold = mode !== 'never'
  const marks = questions.flatMap(question => (isEssay(question) && essay ? essay.marks : dueFor(question, said)))
  expect(seen).toMatchObject({
    marks: isTold ? marks.sort() : [],
    keyFields: [],
    verdicts: questions.map(question =>
      !isTold ? null : isEssay(question) ? (essay?.verdict ?? null) : said === 'right',
    ),
  })
  if (!isTold) {
    expect(seen.scores).toEqual(questions.map(() => null))
    expect(answer.body.responses.map(({ feedback }: { feedback: string }) => feedback)).toEqual(questions.map(() => ''))
  }
  return answer
}

const COURSES: [Mode, Said, Ending][] = MODES.flatMap((mode): [Mode, Said, Ending][] => [
  [mode, 'right', 'complete'],
  [mode, 'wrong', 'timeout'],
  [mode, 'right', 'abandon'],
])

describe('the life of an attempt', () => {
  test.each(COURSES)('%s, all %s, %s', async (mode, said, ending) => {
    const learner = await makeLearner()
    const quiz = quizzes[mode]
    const begun = await startAttempt(quiz, learner)
    keepsQuiet(begun, 201)
    const attempt: Attempt = begun.body
    const clock = await openClock(attempt, learner)
    await answerAll(attempt, learner, mode, said)

    // Found again while it runs.
    const verdicts = quiz.questions.map(question =>
      mode === 'immediate' && !isEssay(question) ? said === 'right' : null,
    )
    keepsQuiet(await startAttempt(quiz, learner), 200, verdicts)
    keepsQuiet(await detail(attempt, learner), 200, verdicts)
    keepsQuiet(await resultOf(attempt, learner), 400)
    const path = `/api/courses/quiz-attempts/${attempt.id}/grant-extension/`
    keepsQuiet(await call('POST', path, { as: learner, body: { additional_minutes: 5 } }), 403)
    expect((await call('POST', path, { as: owner, body: { additional_minutes: 5 } })).status).toBe(200)
    const extended = await detail(attempt, learner)
    keepsQuiet(extended, 200, verdicts)
    expect(extended.body.time_remaining_seconds).toBeGreaterThan(30 * 60)

    // Its end, and every other call that would end it.
    await evict(attempt)
    keepsQuiet(await end(attempt, learner, ending), 200)
    keepsQuiet(await end(attempt, learner, 'complete'), 200)
    keepsQuiet(await end(attempt, learner, 'timeout'), 200)
    keepsQuiet(await end(attempt, learner, 'abandon'), ending === 'abandon' ? 200 : 400)
    const [first] = quiz.questions
    keepsQuiet(await submit(attempt, learner, first.id, answerTo(first, 'right')), 400)
    keepsQuiet(await detail(attempt, learner), 200)
    await clock.closed()
    expect(clock.messages).toHaveLength(3)
    for (const message of clock.messages) {
      expect(Object.keys(JSON.parse(message))).toEqual(['status', 'time_remaining_seconds', 'deadline', 'server_time'])
    }

    // The result while the essay waits, then graded, then graded otherwise.
    const { body: result } = await tellsWhatIsDue(attempt, learner, mode, said)
    keepsQuiet(await call('POST', '/api/receipts/verify/', { as: learner, body: { receipt: result.receipt } }), 200)
    const essay = result.responses.find((entry: { question_type: string }) => entry.question_type === 'essay')
    const grade = (as: TestUser, body: object) =>
      call('POST', `/api/courses/question-responses/${essay.id}/grade-essay/`, { as, body })
    keepsQuiet(await grade(learner, { score: 10 }), 403)
    if (ending === 'abandon') {
      expect((await grade(owner, { score: 10 })).status).toBe(400)
    } else {
      expect((await grade(owner, { score: 10, feedback: '§grader§' })).status).toBe(200)
      await tellsWhatIsDue(attempt, learner, mode, said, { marks: ['§grader§'], verdict: true })
      expect((await grade(owner, { score: 4, feedback: '§grader again§' })).status).toBe(200)
      await tellsWhatIsDue(attempt, learner, mode, said, { marks: ['§grader again§'], verdict: false })
      keepsQuiet(await end(attempt, learner, 'complete'), 200)
    }

    // Begun anew, it knows of nothing that was told before.
    const anew = await startAttempt(quiz, learner)
    keepsQuiet(anew, 201)
    expect(anew.body.id).not.toBe(attempt.id)
    keepsQuiet(await resultOf(anew.body, learner), 400)
    keepsQuiet(await call('GET', `/api/courses/quiz-attempts/?quiz=${quiz.id}`, { as: learner }), 200)
  })

  test.each(MODES)('%s, while the database does not take the result: the object tells the same', async mode => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const learner = await makeLearner()
    const { body: attempt } = await startAttempt(quizzes[mode], learner)
    await answerAll(attempt, learner, mode, 'wrong')
    await withDatabase(attempt, failing(100).DB)
    keepsQuiet(await end(attempt, learner), 200)
    keepsQuiet(await detail(attempt, learner), 200)
    await tellsWhatIsDue(attempt, learner, mode, 'wrong')
    const row = env.DB.prepare('SELECT status FROM attempts WHERE id = ?').bind(attempt.id)
    expect(await row.first('status')).toBe('in_progress')
    await withDatabase(attempt, env.DB)
    vi.restoreAllMocks()
  })

  test.each(MODES)('%s, until the clock runs out', async mode => {
    const learner = await makeLearner()
    const { body: attempt } = await startAttempt(quizzes[mode], learner)
    await answerAll(attempt, learner, mode, 'right')
    await letPass(attempt, 31 * 60_000)
    const [first] = quizzes[mode].questions
    keepsQuiet(await submit(attempt, learner, first.id, answerTo(first, 'right')), 400)
    keepsQuiet(await detail(attempt, learner), 200)
    const { body } = await tellsWhatIsDue(attempt, learner, mode, 'right')
    expect(body.status).toBe('timed_out')
  })

  test('a survey has no verdict, however immediate its feedback, and tells at its end what is said of a choice', async () => {
    const learner = await makeLearner()
    const made = await makeQuiz(owner, module.id, { questions: MARKED, is_survey: true, show_feedback: 'immediate' })
    const { questions } = (await call('GET', `/api/quizzes/${made.id}/`, { as: owner })).body
    const { body: attempt } = await startAttempt(made, learner)
    for (const question of questions) {
      await evict(attempt)
      for (const said of ['wrong', 'right'] as const) {
        keepsQuiet(await submit(attempt, learner, question.id, answerTo(question, said)), 200, [null])
      }
    }
    keepsQuiet(await end(attempt, learner), 200)
    const seen = seenIn(await resultOf(attempt, learner))
    const due = (questions as Authored[]).flatMap(question => dueFor(question, 'right'))
    expect(seen).toMatchObject({ marks: due.filter(mark => !/ correct§/.test(mark)).sort(), keyFields: [] })
    expect(new Set([...seen.verdicts, ...seen.scores])).toEqual(new Set([null]))
  })

  test.each(MODES)('%s, nothing answered', async mode => {
    const learner = await makeLearner()
    const { body: attempt } = await startAttempt(quizzes[mode], learner)
    keepsQuiet(await end(attempt, learner), 200)
    const seen = seenIn(await resultOf(attempt, learner))
    const due = quizzes[mode].questions.flatMap(question => dueFor(question, null))
    expect(seen).toMatchObject({ marks: mode === 'never' ? [] : due.sort(), keyFields: [] })
    expect(new Set(seen.verdicts)).toEqual(new Set([mode === 'never' ? null : false]))
  })
})

describe('every route there is', () => {
  /** Each path with each id that stands for something of the quiz. */
  const paths = (path: string, ids: number[]) =>
    path
      .replace('{slug}', course.slug)
      .split(/\{\w+\}/)
      .reduce<string[]>(
        (begun, rest, place) =>
          place === 0
            ? [rest]
            : begun.flatMap(head => (place > 1 ? [`${head}1${rest}`] : ids.map(id => head + id + rest))),
        [],
      )

  test('tells its learner nothing before the end, and after it only the result does', async () => {
    const learner = await makeLearner()
    const quiz = quizzes.after_completion
    const { body: attempt } = await startAttempt(quiz, learner)
    await answerAll(attempt, learner, 'after_completion', 'right')
    const essay = attempt.id * 1_000 + quiz.questions.findIndex(isEssay)
    const [question] = quiz.questions
    const ids = [...new Set([quiz.id, attempt.id, essay, course.id, module.id, learner.id, question.id])]
    const reads = api.contracts.filter(({ method }) => method === 'get').flatMap(({ path }) => paths(path, ids))
    expect(reads.length).toBeGreaterThan(60)
    const walk = async () => {
      const told: string[] = []
      for (const path of reads) {
        const answer = await call('GET', path, { as: learner })
        expect(answer.status, path).not.toBe(429)
        const { marks, keyFields, verdicts } = seenIn(answer)
        if ([...marks, ...keyFields, ...verdicts.filter(verdict => verdict !== null)].length > 0) told.push(path)
      }
      return told
    }
    expect(await walk()).toEqual([])
    expect((await end(attempt, learner)).status).toBe(200)
    expect(await walk()).toEqual([`/api/courses/quiz-attempts/${attempt.id}/result/`])
  })

  test('and so does nothing that a learner may try to change', async () => {
    const learner = await makeLearner()
    const quiz = quizzes.never
    const { body: attempt } = await startAttempt(quiz, learner)
    const essay = attempt.id * 1_000 + quiz.questions.findIndex(isEssay)
    const [question] = quiz.questions
    const ids = [...new Set([quiz.id, attempt.id, essay, question.id])]
    const body = { ...question, question: question.id, response_data: {}, score: 1, additional_minutes: 1 }
    const statuses = new Set<number>()
    for (const { method, path: template } of api.contracts) {
      if (method === 'get') continue
      for (const path of paths(template, ids)) {
        await evictBefore(path, attempt)
        const answer = await call(method.toUpperCase(), path, { as: learner, body })
        expect(answer.status, path).not.toBe(429)
        statuses.add(answer.status)
        const { marks, keyFields } = seenIn(answer)
        // A refusal names the fields of the body that are wrong.
        expect([marks, answer.status < 400 ? keyFields : []], `${method} ${path}`).toEqual([[], []])
      }
    }
    expect(statuses).toContain(403)
    expect(statuses).toContain(404)
  })

  /** Ten calls a second are counted in memory; an object that is not there counts none. */
  const evictBefore = async (path: string, attempt: Attempt) => {
    if (path.includes(`/${attempt.id}/`)) await evict(attempt).catch(() => {})
  }
})
