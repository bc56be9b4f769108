/** The terms and questions of an attempt, fixed at its start, so that no later edit changes a running attempt. */
import type { Question } from '../../quizzes/questions/question.ts'
import type { Shuffle } from '../../quizzes/questions/shuffle.ts'
import { type LearnerQuestion, toLearnerQuestion } from '../../quizzes/questions/views.ts'

export type ShowFeedback = 'immediate' | 'after_completion' | 'never'

export type SnapshotQuestion = {
  questionId: number
  versionId: number
  /** The question with its key, which leaves the object only after the end, for the result. */
  question: Question
  /** The learner's view, shuffled for this attempt. */
  shown: LearnerQuestion
}

/** The learner, the quiz and the rules of an attempt. */
export type Terms = {
  attemptId: number
  quizId: number
  quizTitle: string
  userId: number
  /** Null for a preview. */
  enrollmentId: number | null
  moduleId: number
  courseId: number
  isPreview: boolean
  isSurvey: boolean
  passingScore: number
  limitMinutes: number | null
  availableUntilMs: number | null
  showFeedback: ShowFeedback
}
export type Snapshot = { terms: Terms; questions: SnapshotQuestion[] }

/** A database that was restored from a backup may assign an id that an object holds for another attempt. */
export const isSameAttempt = (one: Terms, other: Pick<Terms, 'userId' | 'quizId'>) =>
  one.userId === other.userId && one.quizId === other.quizId

type Drawing = { questionCount: number | null; randomizeQuestions: boolean }

/** The questions of an attempt, in its order: all, or as many as the quiz draws. */
export function draw<T>(inOrder: readonly T[], { questionCount, randomizeQuestions }: Drawing, shuffle: Shuffle): T[] {
  const places = inOrder.map((_, place) => place)
  const drawn = questionCount === null ? places : shuffle(places).slice(0, questionCount)
  const order = randomizeQuestions ? shuffle(drawn) : drawn.sort((one, other) => one - other)
  return order.flatMap(place => inOrder[place] ?? [])
}

type Drawn = { questionId: number; versionId: number; question: Question }

export const toSnapshotQuestions = (
  drawn: readonly Drawn[],
  options: { randomizeChoices: boolean; shuffle: Shuffle },
): SnapshotQuestion[] =>
  drawn.map(({ questionId, versionId, question }, place) => ({
    questionId,
    versionId,
    question,
    shown: toLearnerQuestion({ id: questionId, order: place + 1 }, question, options),
  }))
