/** The outcome of an ended attempt: a pure function of the snapshot's questions and the kept answers. */
import { percentageHundredths, shareOf, toNano } from '../../quizzes/answers/points.ts'
import type { SnapshotQuestion, Terms } from './snapshot.ts'

export type EndStatus = 'completed' | 'timed_out' | 'abandoned'

/** A kept answer, graded when the learner submitted it. */
export type KeptAnswer = {
  place: number
  /** JSON of the parsed answer. */
  responseData: string
  isCorrect: boolean | null
  scoreNano: number | null
  isPending: boolean
  timeSpentSeconds: number
  /** Unix seconds. */
  submittedAt: number
  /** The client's own count of the answers it sent, where it keeps one. */
  sequence?: number
}

/** One row of `responses`; there is one for every question of the attempt. */
export type ResponseRow = {
  id: number
  questionId: number
  versionId: number
  responseData: string
  isCorrect: boolean | null
  scoreNano: number | null
  maxNano: number
  /** 1/10000; null where item analysis does not count the response. */
  itemShare: number | null
  restShare: number | null
  timeSpentSeconds: number
  submittedAt: number | null
  isPending: boolean
}

export type Outcome = {
  responses: ResponseRow[]
  earnedNano: number
  possibleNano: number
  scoreHundredths: number | null
  passed: boolean
  pendingGrading: number
}

/** A response's id is attempt id × this + its place in the attempt, so that answering needs no database. */
const RESPONSE_ID_FACTOR = 1_000
export const responseId = (attemptId: number, place: number) => attemptId * RESPONSE_ID_FACTOR + place

export function outcomeOf(
  terms: Pick<Terms, 'attemptId' | 'isSurvey' | 'isPreview' | 'passingScore'>,
  questions: readonly SnapshotQuestion[],
  answers: readonly KeptAnswer[],
  status: EndStatus,
): Outcome {
  const byPlace = new Map(answers.map(answer => [answer.place, answer]))
  const graded = questions.map((asked, place) => ({ ...asked, place, answer: byPlace.get(place) }))
  const possibleNano = sum(graded.map(({ question }) => toNano(question.pointsMilli)))
  const earnedNano = sum(graded.map(({ answer }) => answer?.scoreNano ?? 0))
  const isScored = !terms.isSurvey && status !== 'abandoned'
  const isCounted = isScored && !terms.isPreview

  const responses = graded.map(({ questionId, versionId, question, place, answer }): ResponseRow => {
    const maxNano = toNano(question.pointsMilli)
    const scoreNano = terms.isSurvey ? null : answer ? answer.scoreNano : 0
    const isPending = isScored && (answer?.isPending ?? false)
    return {
      id: responseId(terms.attemptId, place),
      questionId,
      versionId,
      responseData: answer?.responseData ?? '{}',
      isCorrect: terms.isSurvey ? null : answer ? answer.isCorrect : false,
      scoreNano,
      maxNano,
      itemShare: isCounted && !isPending ? shareOf(scoreNano ?? 0, maxNano) : null,
      restShare: isCounted && !isPending ? shareOf(earnedNano - (scoreNano ?? 0), possibleNano - maxNano) : null,
      timeSpentSeconds: answer?.timeSpentSeconds ?? 0,
      submittedAt: answer?.submittedAt ?? null,
      isPending,
    }
  })
  const scoreHundredths = isScored ? percentageHundredths(earnedNano, possibleNano) : null
  return {
    responses,
    earnedNano,
    possibleNano,
    scoreHundredths,
    passed:
      scoreHundredths === null ? terms.isSurvey && status === 'completed' : scoreHundredths >= terms.passingScore * 100,
    pendingGrading: responses.filter(({ isPending }) => isPending).length,
  }
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
