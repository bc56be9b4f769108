/** Turns the demo's events and visits into rows that agree with each other, as if the API had written them. */
import type { activities } from '../../db/schema/activities.ts'
import type { moduleProgress, studyTime } from '../../db/schema/progress.ts'
import { toDate } from '../../http/fields.ts'

/** The same gap as in `features/activities/queries.ts`. */
const SESSION_GAP_SECONDS = 30 * 60
const LOGIN_AHEAD_SECONDS = 90

export type DemoEvent = Omit<typeof activities.$inferInsert, 'place' | 'sessionStartedAt'>

/** A learner's stay in a module; `at` and `completedAt` are Unix seconds. */
export type Visit = {
  enrollmentId: number
  moduleId: number
  at: number
  seconds: number
  completedAt?: number
  /** The learner attended the module and has not started it. */
  isPresentOnly?: boolean
}

/** Adds a login before the first event of each user's day. Returns all events in chronological order, with their sessions. */
export function activityRows(events: DemoEvent[]): (typeof activities.$inferInsert)[] {
  const days = [...Map.groupBy(events, ({ userId, occurredAt }) => `${userId} ${toDate(occurredAt)}`).values()]
  const logins = days.flatMap((day): DemoEvent[] => {
    const [first] = day.sort((one, other) => one.occurredAt - other.occurredAt)
    if (!first || first.type === 'login') return []
    return [{ userId: first.userId, type: 'login', occurredAt: first.occurredAt - LOGIN_AHEAD_SECONDS }]
  })
  const last = new Map<number, { at: number; place: number; sessionStartedAt: number }>()
  return [...events, ...logins]
    .sort((one, other) => one.occurredAt - other.occurredAt)
    .map(event => {
      const before = last.get(event.userId)
      const isSameSession = before !== undefined && event.occurredAt - before.at < SESSION_GAP_SECONDS
      const sessionStartedAt = isSameSession ? before.sessionStartedAt : event.occurredAt
      const place = before?.at === event.occurredAt ? before.place + 1 : 0
      last.set(event.userId, { at: event.occurredAt, place, sessionStartedAt })
      return { ...event, place, sessionStartedAt }
    })
}

/** The time of each user's last login, in Unix seconds. */
export const lastLogins = (rows: DemoEvent[]): Map<number, number> =>
  new Map(rows.filter(({ type }) => type === 'login').map(({ userId, occurredAt }) => [userId, occurredAt]))

/** One row for each enrollment and module. */
export const progressRows = (visits: Visit[]): (typeof moduleProgress.$inferInsert)[] =>
  [...Map.groupBy(visits, ({ enrollmentId, moduleId }) => `${enrollmentId} ${moduleId}`).values()].map(visited => {
    const begun = visited.filter(({ isPresentOnly }) => !isPresentOnly).map(({ at }) => at)
    const completed = visited.flatMap(({ completedAt }) => completedAt ?? [])
    return {
      enrollmentId: visited[0]?.enrollmentId ?? 0,
      moduleId: visited[0]?.moduleId ?? 0,
      startedAt: begun.length > 0 ? Math.min(...begun) : null,
      contentCompletedAt: completed[0] ?? null,
      completedAt: completed[0] ?? null,
      timeSpentSeconds: visited.reduce((sum, { seconds }) => sum + seconds, 0),
      lastActivityAt: Math.max(...visited.map(({ at, seconds }) => at + seconds)),
      firstSeenAt: Math.min(...visited.map(({ at }) => at)),
    }
  })

/** One row for each enrollment, module and day. */
export const studyTimeRows = (visits: Visit[]): (typeof studyTime.$inferInsert)[] =>
  [
    ...Map.groupBy(
      visits.filter(({ seconds }) => seconds > 0),
      ({ enrollmentId, moduleId, at }) => `${enrollmentId} ${moduleId} ${toDate(at)}`,
    ).values(),
  ].map(day => ({
    enrollmentId: day[0]?.enrollmentId ?? 0,
    moduleId: day[0]?.moduleId ?? 0,
    day: toDate(day[0]?.at ?? 0),
    seconds: day.reduce((sum, { seconds }) => sum + seconds, 0),
  }))
