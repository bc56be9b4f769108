import createClient from 'openapi-fetch'
import { answerTo, must } from './answers'
import type { paths } from './generated/openapi-typescript/schema'

const [, , baseUrl, username] = process.argv
const client = createClient<paths>({ baseUrl })

const credentials = { username: username ?? '', password: 'securepassword123' }
const { data: session } = await client.POST('/api/users/login/', { body: credentials })
must(session, 'session')
const headers = { Authorization: `Bearer ${session.access}` }

const enrolled = await client.POST('/api/courses/{slug}/enroll/', {
  params: { path: { slug: 'introduction-to-programming' } },
  headers,
})
must(enrolled.data, enrolled.error)
const quizzes = await client.GET('/api/quizzes/', {
  params: { query: { course: enrolled.data.course, cursor: '' } },
  headers,
})
must(quizzes.data?.count === undefined && quizzes.data?.results.some(({ id }) => id === 2), quizzes.error)

const path = { id: 2 }
const { data: attempt } = await client.POST('/api/courses/quizzes/{id}/start-attempt/', { params: { path }, headers })
must(attempt?.status === 'in_progress', attempt)
for (const question of attempt.questions) {
  const saved = await client.POST('/api/courses/quiz-attempts/{id}/submit-response/', {
    params: { path: { id: attempt.id } },
    body: { question: question.id, response_data: answerTo(question) },
    headers,
  })
  must(saved.data?.question === question.id, saved.error)
}
const params = { path: { id: attempt.id } }
const ended = await client.POST('/api/courses/quiz-attempts/{id}/complete/', { params, headers })
must(ended.data?.status === 'completed', ended.error)
const { data: result } = await client.GET('/api/courses/quiz-attempts/{id}/result/', { params, headers })
must(result?.responses.length === attempt.questions.length && typeof result.score === 'number', result)

const refused = await client.GET('/api/users/', { headers })
must(refused.error && 'code' in refused.error && refused.error.code === 'permission_denied', refused.error)
console.log(`score ${result.score}`)
