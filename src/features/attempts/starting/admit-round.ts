/** A round of starts at one quiz: two round trips for all of them, and each learner admitted or refused alone. */
import { requireViewer, type Viewer, viewersByIds } from '../../../access/viewer.ts'
import { batchOf } from '../../../db/batch.ts'
import type { Db, Usage } from '../../../db/client.ts'
import { divided, repeated } from '../../../db/faults.ts'
import { isTaken } from '../../../db/idempotency.ts'
import { forbidden, Refusal, ruleViolation, throttled } from '../../../http/errors.ts'
import { shuffle } from '../../quizzes/questions/shuffle.ts'
import { AGAIN, type Settled } from '../desk/rounds.ts'
import { deadlineMs, GRACE_MS } from '../session/clock.ts'
import { draw } from '../session/snapshot.ts'
import { admitAttempt, attemptsAtMost, isAccessCode, NO_ATTEMPT_LEFT } from './admission.ts'
import type { StartReply, StartRequest } from './messages.ts'
import {
  attemptsUsed,
  beginAttempts,
  type Drawable,
  drawableQuestions,
  type Enrollment,
  enrollmentsOf,
  keysUsed,
  type RunningRow,
  runningAttempts,
  type StartableQuiz,
  type Starting,
  startableQuiz,
  type Used,
} from './queries.ts'

/** The cron job leaves a new attempt alone this long, because its start may still run. */
const FIRST_CHECK_SECONDS = 600
/** The cron job checks an untimed attempt once a day. */
const UNTIMED_CHECK_SECONDS = 86_400
const HOUR_SECONDS = 3_600
/** One call of at most 32 MiB takes all questions to the object: two bytes a character, and the shown text goes twice. */
const CHARACTERS_AT_MOST = 4_000_000
const TOO_LARGE = 'The questions of this quiz are too long together: 4 million characters are the most.'
/** The questions in the replies of one round: 16 MB at two bytes a character. */
const ROUND_CHARACTERS = 8_000_000

type Alone<R> = R extends unknown ? Omit<R, 'bookmark' | 'usage'> : never
type Reply = Alone<StartReply>
type Admitted = Starting & { kind: 'starting'; quiz: StartableQuiz; drawn: Drawable[] }

/**
 * @param db a session of this round alone, which adds its use to `usage`
 * @param requests of different learners
 * @param now Unix seconds
 * @returns in the order of the requests; `again` when a question was edited between the two trips, or when the questions of
 * the learners before it fill the round
 */
export async function admitRound(
  { db, usage }: { db: Db; usage: Usage },
  quizId: number,
  requests: readonly StartRequest[],
  now: number,
): Promise<Settled<StartReply>[]> {
  const facts = await readFacts(db, quizId, requests)
  const verdicts = requests.map(request => decide(request, facts, now))
  const starting = fitting(verdicts.filter(verdict => verdict.kind === 'starting'))
  const begun = await divided(starting, part => begin(db, part, now))
  const outcomes = new Map(starting.map(({ userId }, place) => [userId, begun[place]]))
  const common = { bookmark: db.getBookmark(), usage: shareOf(usage, requests.length) }
  const fulfilled = (reply: Reply): Settled<StartReply> => ({ status: 'fulfilled', value: { ...reply, ...common } })
  return verdicts.map(verdict => {
    if (verdict.kind !== 'starting') return fulfilled(verdict)
    const outcome = outcomes.get(verdict.userId)
    // A simultaneous request elsewhere has used the key.
    if (outcome?.status === 'rejected') return isTaken(outcome.reason) ? fulfilled({ kind: 'key_used' }) : outcome
    return outcome === undefined || outcome.value === AGAIN ? AGAIN : fulfilled(outcome.value)
  })
}

/** Each waits for all trips of the round, and has a part in its rows. */
const shareOf = ({ trips, rowsRead, rowsWritten }: Usage, learners: number): Usage => ({
  trips,
  rowsRead: Math.round(rowsRead / learners),
  rowsWritten: Math.round(rowsWritten / learners),
})

type Facts = Awaited<ReturnType<typeof readFacts>>

async function readFacts(db: Db, quizId: number, requests: readonly StartRequest[]) {
  const userIds = requests.map(({ userId }) => userId)
  const keys = requests.flatMap(({ userId, key }) => (key ? [{ userId, key: key.key }] : []))
  const rows = await repeated(() =>
    batchOf(db, {
      viewers: viewersByIds({ ids: userIds }),
      quiz: startableQuiz({ id: quizId }),
      running: runningAttempts({ quizId, userIds }),
      enrollments: enrollmentsOf({ quizId, userIds }),
      used: attemptsUsed({ quizId, userIds }),
      drawable: drawableQuestions({ quizId }),
      ...(keys.length > 0 && { usedKeys: keysUsed({ keys }) }),
    }),
  )
  const byUser = <Row extends { userId: number }>(list: readonly Row[]) => new Map(list.map(row => [row.userId, row]))
  return {
    viewers: new Map<number, Viewer>(rows.viewers.map(viewer => [viewer.id, viewer])),
    quiz: rows.quiz[0],
    running: byUser<RunningRow>(rows.running),
    enrollments: byUser<Enrollment>(rows.enrollments),
    used: byUser<Used>(rows.used),
    drawable: rows.drawable,
    usedKeys: new Set((rows.usedKeys ?? []).map(({ userId }: { userId: number }) => userId)),
  }
}

/** The order of the checks is that of the refusals in the API reference. */
function decide(request: StartRequest, facts: Facts, now: number): Exclude<Reply, { kind: 'admitted' }> | Admitted {
  const { userId, accessCode, unbegun } = request
  try {
    const viewer = requireViewer(facts.viewers.get(userId), request)
    if (facts.usedKeys.has(userId)) return { kind: 'key_used' }
    const running = facts.running.get(userId)
    if (running && running.id !== unbegun) return { kind: 'running', attempt: running }
    const { used = 0, hourlyLimitSince = null } = facts.used.get(userId) ?? {}
    // This start finishes one that died before its object began, so the two count as one attempt.
    const others = running?.isPreview === false ? used - 1 : used
    const { quiz, isPreview, enrollmentId } = admitAttempt(
      viewer,
      facts.quiz,
      facts.enrollments.get(userId),
      others,
      now,
    )
    if (!isPreview && quiz.accessCode !== null) {
      if (!accessCode) return { kind: 'code_missing' }
      if (!isAccessCode(quiz.accessCode, accessCode)) return { kind: 'code_wrong' }
    }
    if (!running && attemptsAtMost(quiz) === null) requireHourlyLimit(hourlyLimitSince, now)
    const drawn = draw(facts.drawable, quiz, shuffle)
    if (drawn.length === 0) throw ruleViolation('quiz_without_questions', 'This quiz has no questions.')
    if (charactersOf(drawn) > CHARACTERS_AT_MOST) throw ruleViolation('quiz_too_large', TOO_LARGE)
    const atMost = isPreview ? null : attemptsAtMost(quiz)
    return { kind: 'starting', userId, enrollmentId, attemptsAtMost: atMost, key: request.key, quiz, drawn }
  } catch (error) {
    if (error instanceof Refusal) return refusedBy(error)
    throw error
  }
}

const refusedBy = ({ status, body, headers }: Refusal) =>
  ({ kind: 'refused', refusal: { status, body, headers } }) as const

/** @throws 429 with the seconds until the next start may pass */
function requireHourlyLimit(since: number | null, now: number): void {
  if (since !== null && since + HOUR_SECONDS > now) throw throttled(since + HOUR_SECONDS - now)
}

const charactersOf = (drawn: readonly { characters: number }[]) =>
  drawn.reduce((sum, { characters }) => sum + characters, 0)

/** The first learners whose questions fit one round; at least one. */
function fitting(admitted: readonly Admitted[]): Admitted[] {
  let sum = 0
  return admitted.filter(({ drawn }, place) => {
    sum += charactersOf(drawn)
    return place === 0 || sum <= ROUND_CHARACTERS
  })
}

/** Writes the rows of these attempts, unless simultaneous starts have written them. */
async function begin(db: Db, starting: readonly Admitted[], now: number): Promise<(Reply | typeof AGAIN)[]> {
  const [first] = starting
  if (!first) return []
  const { accessCode: _, ...quiz } = first.quiz
  const byVersion = new Map(starting.flatMap(({ drawn }) => drawn.map(one => [one.versionId, one] as const)))
  const characters = charactersOf([...byVersion.values()])
  const rows = await batchOf(
    db,
    beginAttempts(
      quiz,
      starting.map(({ userId, enrollmentId, attemptsAtMost, key }) => ({ userId, enrollmentId, attemptsAtMost, key })),
      { versionIds: [...byVersion.keys()], characters, checkAt: firstCheck(quiz, now), now },
    ),
  )
  if (charactersOf(rows.versions) !== characters) return starting.map(() => AGAIN)
  const attempts = new Map(rows.running.map(attempt => [attempt.userId, attempt]))
  const versions = new Map(rows.versions.map(version => [version.id, version]))
  return starting.map(({ userId, drawn }) => {
    const attempt = attempts.get(userId)
    if (!attempt) return refusedBy(forbidden('no_attempt_left', NO_ATTEMPT_LEFT))
    const asked = drawn.flatMap(({ questionId, versionId }) => {
      const version = versions.get(versionId)
      return version ? [{ ...version, questionId }] : []
    })
    return { kind: 'admitted', attempt, quiz, asked }
  })
}

function firstCheck(quiz: Pick<StartableQuiz, 'timeLimitMinutes' | 'availableUntil'>, now: number): number {
  const deadline = deadlineMs({
    startedAtMs: now * 1000,
    limitMinutes: quiz.timeLimitMinutes,
    availableUntilMs: quiz.availableUntil === null ? null : quiz.availableUntil * 1000,
    extendedMinutes: 0,
  })
  if (deadline === null) return now + UNTIMED_CHECK_SECONDS
  return Math.max(now + FIRST_CHECK_SECONDS, Math.ceil((deadline + GRACE_MS) / 1000))
}
