import { answerTo, must } from './answers'
import {
  completeAttempt,
  enroll,
  getAttemptResult,
  listQuizzes,
  listUsers,
  login,
  startAttempt,
  submitResponse,
} from './generated/hey-api'
import { client } from './generated/hey-api/client.gen'

const [, , baseUrl, username] = process.argv
client.setConfig({ baseUrl })

const { data: session } = await login({ body: { username: username ?? '', password: 'securepassword123' } })
must(session, 'session')
client.setConfig({ auth: () => session.access })

const enrolled = await enroll({ path: { slug: 'introduction-to-programming' } })
must(enrolled.data, enrolled.error)
const quizzes = await listQuizzes({ query: { course: enrolled.data.course, cursor: '' } })
must(quizzes.data?.count === undefined && quizzes.data?.results.some(({ id }) => id === 2), quizzes.error)

const { data: attempt } = await startAttempt({ path: { id: 2 } })
must(attempt?.status === 'in_progress', attempt)
for (const question of attempt.questions) {
  const saved = await submitResponse({
    path: { id: attempt.id },
    body: { question: question.id, response_data: answerTo(question) },
  })
  must(saved.data?.question === question.id, saved.error)
}
const ended = await completeAttempt({ path: { id: attempt.id } })
must(ended.data?.status === 'completed', ended.error)
const { data: result } = await getAttemptResult({ path: { id: attempt.id } })
must(result?.responses.length === attempt.questions.length && typeof result.score === 'number', result)

const refused = await listUsers()
must(refused.error && 'code' in refused.error && refused.error.code === 'permission_denied', refused.error)
console.log(`score ${result.score}`)
