/** The progress of the demo's learners in their courses: completed modules, and the module that they study now. */
import type { DemoEvent, Visit } from './history.ts'

const DAY_SECONDS = 86_400
const READING_SECONDS = 2_700

export type Seat = {
  id: number
  userId: number
  courseId: number
  status: 'active' | 'completed' | 'dropped'
  source: 'self' | 'instructor' | 'code'
  enrolledAt: number
  completedAt: number | null
}
type History = { events: DemoEvent[]; visits: Visit[] }

/**
 * The completed modules of an enrollment.
 * @param published the course's published modules in their order; a learner who completed the course completed all of them
 */
export function pastOf(seat: Seat, published: { id: number }[]): History {
  return joined([
    { events: enrollingOf(seat), visits: [] },
    ...published.slice(0, completedCount(seat, published.length)).map((module, place) => {
      const at = seat.enrolledAt + place * DAY_SECONDS
      const event = { userId: seat.userId, targetId: module.id, courseId: seat.courseId, moduleId: module.id }
      const completedAt = at + READING_SECONDS
      return {
        events: [
          { ...event, type: 'module_view' as const, occurredAt: at },
          { ...event, type: 'module_complete' as const, occurredAt: completedAt },
        ],
        visits: [{ enrollmentId: seat.id, moduleId: module.id, at, seconds: READING_SECONDS, completedAt }],
      }
    }),
  ])
}

/** How many modules a learner has completed, in their order. */
const completedCount = ({ status, userId }: Seat, modules: number) =>
  status === 'completed' ? modules : userId % Math.max(modules, 1)

/** Only learners who enrolled themselves have this event: the instructor enrolled some, and the scan records the others. */
const enrollingOf = ({ source, userId, courseId, enrolledAt }: Seat): DemoEvent[] =>
  source === 'self' ? [{ userId, type: 'course_enroll', targetId: courseId, courseId, occurredAt: enrolledAt }] : []

/** Days ago, in this week and the week before: one learner does more than before, one less, one as much. */
const RHYTHMS = [
  [1, 2, 4, 9],
  [3, 8, 9, 10, 11],
  [2, 5, 9, 11],
]

/** The last two weeks of an enrollment in a running course: the learner opens the next module again and again. */
export function presentOf(seat: Seat, published: { id: number }[], now: number): History {
  const module = seat.status === 'active' ? published[completedCount(seat, published.length)] : undefined
  if (!module) return { events: [], visits: [] }
  const rhythm = RHYTHMS[seat.userId % RHYTHMS.length] ?? []
  const minute = (seat.userId * 17 + seat.courseId * 41) % 180
  const times = rhythm.map(days => now - days * DAY_SECONDS - minute * 60).filter(at => at > seat.enrolledAt)
  return {
    events: times.map(occurredAt => ({
      userId: seat.userId,
      type: 'module_view',
      targetId: module.id,
      courseId: seat.courseId,
      moduleId: module.id,
      occurredAt,
    })),
    visits: times.map((at, n) => ({ enrollmentId: seat.id, moduleId: module.id, at, seconds: 600 + 240 * n })),
  }
}

export const joined = (parts: History[]): History => ({
  events: parts.flatMap(({ events }) => events),
  visits: parts.flatMap(({ visits }) => visits),
})
