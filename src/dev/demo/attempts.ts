/** The ended attempts of the demo, of every kind; their dates, counted from today, and answers are the same in every run. */
import { createHash } from 'node:crypto'
import type { attempts, responses } from '../../db/schema/attempts.ts'
import { type EndStatus, type KeptAnswer, outcomeOf } from '../../features/attempts/session/outcome.ts'
import { parseResponse } from '../../features/quizzes/answers/answer.ts'
import { grade } from '../../features/quizzes/answers/grading.ts'
import { toNano } from '../../features/quizzes/answers/points.ts'
import type { Question } from '../../features/quizzes/questions/question.ts'
import type { DemoEvent, Visit } from './history.ts'

const DAY_SECONDS = 86_400

export type DemoQuestion = { questionId: number; versionId: number; question: Question }
export type Taken = {
  quiz: { id: number; isSurvey: boolean; passingScore: number; moduleId: number; courseId: number; graderId: number }
  questions: DemoQuestion[]
  seats: { id: number; userId: number; enrolledAt: number }[]
}
type Rows = {
  attempts: (typeof attempts.$inferInsert)[]
  responses: (typeof responses.$inferInsert)[]
  events: DemoEvent[]
  visits: Visit[]
}

/** One attempt, at most 30 days old, for two of three learners at each quiz. */
export function demoAttempts(taken: Taken[], now: number): Rows {
  const rows: Rows = { attempts: [], responses: [], events: [], visits: [] }
  for (const { quiz, questions, seats } of taken) {
    for (const seat of seats.filter(({ userId }) => (userId + quiz.id) % 3 !== 0)) {
      const attemptId = rows.attempts.length + 1
      const startedAt = Math.max(seat.enrolledAt + DAY_SECONDS, now - (2 + ((seat.userId * 7) % 28)) * DAY_SECONDS)
      const timeSpentSeconds = 240 + ((seat.userId * 53 + quiz.id * 97) % 900)
      const completedAt = Math.min(startedAt + timeSpentSeconds, now - 60)
      const status = STATUSES[(seat.userId + quiz.id) % STATUSES.length] ?? 'completed'
      const answers = questions.flatMap((asked, place) => answerOf(asked, place, seat.userId, quiz, completedAt))
      const terms = { attemptId, isSurvey: quiz.isSurvey, isPreview: false, passingScore: quiz.passingScore }
      const asked = questions.map(one => ({ ...one, shown: null as never }))
      const atEnd = outcomeOf(terms, asked, answers, status)
      // The grades of the essays that were pending at the end, by their place.
      const gradings = atEnd.responses.map(({ isPending }, place) =>
        isPending ? gradedBy(quiz, questions[place], seat.userId, Math.min(completedAt + DAY_SECONDS, now)) : undefined,
      )
      const graded = answers.map(answer => ({ ...answer, ...gradings[answer.place]?.grade }))
      const outcome = outcomeOf(terms, asked, graded, status)
      const hashed = outcome.responses.map(({ questionId, responseData }) => [questionId, responseData])
      rows.attempts.push({
        id: attemptId,
        quizId: quiz.id,
        userId: seat.userId,
        enrollmentId: seat.id,
        status,
        startedAt: completedAt - timeSpentSeconds,
        completedAt,
        isSurvey: quiz.isSurvey,
        passingScore: quiz.passingScore,
        earnedNano: outcome.earnedNano,
        possibleNano: outcome.possibleNano,
        scoreHundredths: outcome.scoreHundredths,
        passed: outcome.passed,
        timeSpentSeconds,
        pendingGrading: outcome.pendingGrading,
        endScoreHundredths: atEnd.scoreHundredths,
        answersHash: createHash('sha256').update(JSON.stringify(hashed)).digest('hex'),
      })
      rows.responses.push(
        ...outcome.responses.map(({ versionId, ...response }, place) => ({
          ...response,
          ...gradings[place]?.row,
          questionVersionId: versionId,
          keyVersionId: versionId,
        })),
      )
      rows.events.push(...eventsOf(quiz, seat.userId, completedAt, timeSpentSeconds, status))
      rows.visits.push({
        enrollmentId: seat.id,
        moduleId: quiz.moduleId,
        at: completedAt - timeSpentSeconds,
        seconds: timeSpentSeconds,
      })
    }
  }
  return rows
}

const STATUSES: EndStatus[] = [
  'completed',
  'completed',
  'timed_out',
  'completed',
  'completed',
  'abandoned',
  'completed',
]

function eventsOf(quiz: Taken['quiz'], userId: number, at: number, seconds: number, status: EndStatus): DemoEvent[] {
  const event = { userId, targetId: quiz.id, courseId: quiz.courseId, moduleId: quiz.moduleId }
  return [
    { ...event, type: 'quiz_start', occurredAt: at - seconds },
    ...(status === 'abandoned' ? [] : [{ ...event, type: 'quiz_complete' as const, occurredAt: at }]),
  ]
}

/** The instructor has graded three of four essays. */
function gradedBy(quiz: Taken['quiz'], asked: DemoQuestion | undefined, userId: number, at: number) {
  if (asked?.question.type !== 'essay' || userId % 4 === 0) return undefined
  const isGood = isRight(asked.questionId, quiz.id, userId)
  const points = asked.question.rubric.map(({ maxPointsMilli }) =>
    Math.floor(maxPointsMilli / (isGood ? 1_000 : 3_000)),
  )
  const scoreNano = toNano(points.reduce((sum, one) => sum + one * 1_000, 0))
  return {
    grade: { scoreNano, isCorrect: scoreNano === toNano(asked.question.pointsMilli), isPending: false },
    row: {
      feedback: isGood ? 'Clear, and in the right order.' : 'Which steps? Say what happens first.',
      rubricScores: JSON.stringify(
        Object.fromEntries(asked.question.rubric.map(({ criterion }, n) => [criterion, points[n]])),
      ),
      gradedAt: at,
      gradedBy: quiz.graderId,
    },
  }
}

/** Able learners answer most questions right, and fewer learners do so the harder a question is; some omit a question. */
function answerOf(asked: DemoQuestion, place: number, userId: number, quiz: Taken['quiz'], at: number): KeptAnswer[] {
  if ((userId * 13 + place * 7) % 17 === 0) return []
  const data = responseTo(asked.question, isRight(asked.questionId, quiz.id, userId), userId)
  const parsed = parseResponse(asked.question, data)
  if (!('answer' in parsed))
    throw new Error(`the demo answers question ${asked.questionId} wrongly formed: ${parsed.refusal}`)
  return [
    {
      place,
      responseData: JSON.stringify(data),
      ...grade(asked.question, parsed.answer, { isSurvey: quiz.isSurvey }),
      timeSpentSeconds: 15 + ((userId * 11 + asked.questionId * 5) % 60),
      submittedAt: at,
    },
  ]
}

/** The quiz counts too, so that no learner is able in every quiz. */
const isRight = (questionId: number, quizId: number, userId: number) =>
  (userId * 37 + quizId * 43) % 100 >= (questionId * 29) % 70

function responseTo(question: Question, right: boolean, userId: number): object {
  switch (question.type) {
    case 'multiple_choice': {
      const wanted = question.choices.filter(choice => choice.isCorrect === right)
      return { selected_choice: (wanted.length > 0 ? wanted : question.choices)[userId % (wanted.length || 1)]?.id }
    }
    case 'multiple_select':
      return { selected_choices: question.choices.filter(choice => choice.isCorrect === right).map(({ id }) => id) }
    case 'true_false':
      return { selected_answer: question.correctAnswer === right }
    case 'short_answer':
      return { text: right ? (question.acceptedAnswers[0] ?? '') : 'no idea' }
    case 'numeric':
      return { value: (question.correctValue ?? userId % 12) + (right ? 0 : 1_000) }
    case 'matching': {
      const rights = question.pairs.map(pair => pair.rightId)
      return {
        matches: Object.fromEntries(
          question.pairs.map((pair, i) => [pair.leftId, right ? pair.rightId : rights[(i + 1) % rights.length]]),
        ),
      }
    }
    case 'ordering': {
      const ids = question.items.map(item => item.id)
      return { order: right ? ids : [...ids].reverse() }
    }
    case 'fill_in_blank':
      return {
        blanks: Object.fromEntries(
          Object.entries(question.blanks).map(([number, [first = '']]) => [number, right ? first : 'something else']),
        ),
      }
    case 'essay':
      return {
        essay_text: right
          ? 'Each part does one thing, so that it can be understood and changed alone.'
          : 'I ran out of time.',
      }
  }
}
