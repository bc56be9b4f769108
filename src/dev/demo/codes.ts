/** The demo's QR codes, of every type and status, single and in batches, with valid and invalid scans. */
import { createHash } from 'node:crypto'
import type { qrBatches, qrCodes, qrScans } from '../../db/schema/qr-codes.ts'
import { REFUSED } from '../../features/qr-codes/scans/refusals.ts'
import type { DemoEvent, Visit } from './history.ts'
import type { Seat } from './study.ts'

const [DAY_SECONDS, HOUR_SECONDS] = [86_400, 3_600]

type Code = typeof qrCodes.$inferInsert
type Scan = typeof qrScans.$inferInsert
type Course = { id: number; title: string; instructorId: number }
type World = {
  courses: Course[]
  modules: { id: number; courseId: number; title: string }[]
  seats: Seat[]
  learners: { id: number; name: string }[]
  now: number
}

/** `expired`: days ago; `expires`: days ahead; `scanned`: days ago, and how many of the course's learners. */
type Planned = {
  type: Code['type']
  course: string
  module?: string
  batch?: number
  expired?: number
  expires?: number
  isRevoked?: true
  isRotating?: true
  maxScans?: number
  scanned?: readonly [daysAgo: number, count: number]
  refused?: keyof typeof REFUSED
}

const [PROGRAMMING, ALGORITHMS, FINISHED] = [
  'Introduction to Programming',
  'Data Structures and Algorithms',
  'Databases and SQL',
]
/** An access code admitted the first three learners of this course. */
export const SCANNED_INTO = 'Machine Learning Foundations'

const BATCHES = [
  {
    name: 'Lectures of the Term',
    description: 'One for each lecture, on the last slide',
    type: 'attendance',
    course: PROGRAMMING,
  },
  { name: 'Graduates', description: 'Printed on the certificates', type: 'certificate', course: FINISHED },
  { name: 'Open Day', description: 'For the brochure', type: 'access', course: PROGRAMMING },
  { name: 'Reading List', description: 'In the margin of the handout', type: 'module', course: ALGORITHMS },
] as const

const CODES: readonly Planned[] = [
  {
    type: 'attendance',
    course: PROGRAMMING,
    module: 'Getting Started',
    batch: 1,
    expired: 20,
    scanned: [21, 14],
    refused: 'expired',
  },
  { type: 'attendance', course: PROGRAMMING, module: 'Values and Names', batch: 1, expired: 13, scanned: [14, 11] },
  {
    type: 'attendance',
    course: PROGRAMMING,
    module: 'Decisions',
    batch: 1,
    isRevoked: true,
    scanned: [7, 2],
    refused: 'revoked',
  },
  {
    type: 'attendance',
    course: PROGRAMMING,
    module: 'Loops',
    batch: 1,
    expires: 30,
    scanned: [5, 9],
    refused: 'notEnrolled',
  },
  { type: 'attendance', course: PROGRAMMING, module: 'Functions', isRotating: true, scanned: [2, 8], refused: 'stale' },
  { type: 'access', course: SCANNED_INTO, maxScans: 3, scanned: [0, 3], refused: 'limit' },
  { type: 'access', course: 'Human-Computer Interaction', maxScans: 20, expires: 14 },
  { type: 'module', course: 'Web Development with TypeScript', module: 'The Web in an Hour', scanned: [3, 7] },
  { type: 'module', course: ALGORITHMS, module: 'Hash Tables', batch: 4, expires: 90, scanned: [4, 6] },
  { type: 'module', course: ALGORITHMS, module: 'Trees and Graphs', batch: 4, expires: 90 },
  { type: 'access', course: PROGRAMMING, batch: 3, maxScans: 100, expires: 30 },
  { type: 'access', course: ALGORITHMS, batch: 3, maxScans: 100, expires: 30 },
]

export function demoCodes(world: World) {
  const { courses, modules, seats, learners, now } = world
  const courseOf = (title: string): Course => {
    const course = courses.find(one => one.title === title)
    if (!course) throw new Error(`The demo has no course "${title}"`)
    return course
  }
  const rows = {
    batches: [] as (typeof qrBatches.$inferInsert)[],
    codes: [] as Code[],
    scans: [] as Scan[],
    events: [] as DemoEvent[],
    visits: [] as Visit[],
  }
  const addCode = (planned: Planned, targetId: number) => {
    const { id: courseId, instructorId: createdBy } = courseOf(planned.course)
    const createdAt = now - 25 * DAY_SECONDS
    const id = rows.codes.length + 1
    const code = {
      id,
      uuid: uuidOf(`code ${id}`),
      batchId: planned.batch ?? null,
      type: planned.type,
      targetId,
      courseId,
      createdBy,
      isRevoked: planned.isRevoked ?? false,
      isRotating: planned.isRotating ?? false,
      maxScans: planned.maxScans ?? null,
      expiresAt:
        planned.expired !== undefined
          ? now - planned.expired * DAY_SECONDS
          : planned.expires !== undefined
            ? now + planned.expires * DAY_SECONDS
            : null,
      isExpired: planned.expired !== undefined,
      createdAt,
      updatedAt: createdAt,
    }
    rows.codes.push(code)
    return code
  }
  type DemoCode = ReturnType<typeof addCode>

  const addScan = (code: DemoCode, userId: number, scannedAt: number, refusal?: string, message?: string) => {
    rows.scans.push({
      qrCodeId: code.id,
      courseId: code.courseId,
      userId,
      scannedAt,
      location: PLACES[userId % PLACES.length],
      deviceInfo: DEVICES[userId % DEVICES.length],
      isValid: refusal === undefined,
      validationMessage: refusal ?? message,
    })
    if (refusal !== undefined) return
    const moduleId = code.type === 'module' || code.type === 'attendance' ? code.targetId : undefined
    const event = { userId, courseId: code.courseId, occurredAt: scannedAt, ...(moduleId && { moduleId }) }
    rows.events.push({ ...event, type: 'qr_scan', targetId: code.id })
    if (code.type === 'access') rows.events.push({ ...event, type: 'course_enroll', targetId: code.courseId })
    if (code.type === 'module') rows.events.push({ ...event, type: 'module_view', targetId: code.targetId })
    const seat = seats.find(one => one.userId === userId && one.courseId === code.courseId)
    if (!moduleId || !seat) return
    const isPresentOnly = code.type === 'attendance'
    rows.visits.push({ enrollmentId: seat.id, moduleId, at: scannedAt, seconds: 0, isPresentOnly })
  }

  for (const planned of CODES) {
    const course = courseOf(planned.course)
    const module = modules.find(({ courseId, title }) => courseId === course.id && title === planned.module)
    const code = addCode(planned, module?.id ?? course.id)
    const [daysAgo, count] = planned.scanned ?? [0, 0]
    const taking = seats.filter(({ courseId, status }) => courseId === course.id && status !== 'dropped')
    const begun = now - daysAgo * DAY_SECONDS - 6 * HOUR_SECONDS
    const scanning = code.type === 'access' ? taking.filter(({ source }) => source === 'code') : taking.slice(0, count)
    for (const [n, seat] of scanning.entries()) {
      addScan(code, seat.userId, code.type === 'access' ? seat.enrolledAt : begun + 40 * n)
    }
    if (planned.refused === undefined) continue
    const isInside = planned.refused !== 'notEnrolled' && planned.refused !== 'limit'
    const refusedUserId = isInside
      ? taking.at(-1)?.userId
      : learners.find(({ id }) => !seats.some(seat => seat.userId === id && seat.courseId === course.id))?.id
    if (refusedUserId !== undefined)
      addScan(code, refusedUserId, now - 2 * HOUR_SECONDS - 60 * code.id, REFUSED[planned.refused])
  }

  const finished = courseOf(FINISHED)
  for (const seat of seats.filter(({ courseId, status }) => courseId === finished.id && status === 'completed')) {
    const code = addCode({ type: 'certificate', course: FINISHED, batch: 2 }, seat.id)
    if (seat.userId % 3 !== 0) continue
    const holder = learners.find(({ id }) => id === seat.userId)
    const completed = new Date((seat.completedAt ?? 0) * 1000).toISOString().slice(0, 10)
    const message = `Certificate of ${holder?.name} for ${finished.title}, completed on ${completed}.`
    addScan(code, seat.userId, now - DAY_SECONDS - 600 * code.id, undefined, message)
  }
  rows.batches = BATCHES.map(({ course, ...batch }, n) => ({
    id: n + 1,
    ...batch,
    createdBy: courseOf(course).instructorId,
    createdAt: now - 25 * DAY_SECONDS,
    updatedAt: now - 25 * DAY_SECONDS,
  }))
  rows.scans.sort((one, other) => one.scannedAt - other.scannedAt)
  return rows
}

const PLACES = ['Lecture hall 1', 'Room 2.04', 'Library', 'At home']
const DEVICES = [
  'Mozilla/5.0 (Linux; Android 15; Pixel 8) Mobile',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Mobile',
]

/** The same UUID for a name in every run, in the form of version 4. */
function uuidOf(name: string): string {
  const hash = createHash('sha256').update(`LearnMore demo: ${name}`).digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
