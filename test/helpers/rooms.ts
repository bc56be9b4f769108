/** Watchers of an exam room, and the room itself. */
import { createExecutionContext, evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import { app } from '../../src/app.ts'
import type { ExamRoom } from '../../src/features/attempts/room/room.ts'
import { ORIGIN } from './client.ts'

export type Seen = {
  id: number
  user: number
  full_name: string
  status: string
  answered: number | null
  questions: number
  time_remaining_seconds: number | null
  last_seen_at: string
}
export type State = { type: 'state'; attempts: Seen[]; not_started: number }

type Quiz = { id: number }
const path = ({ id }: Quiz) => `/api/courses/quizzes/${id}/room/`
const WAIT_MS = 5_000

/** Opens the room, or tries to. */
export async function openRoom(quiz: Quiz, as: { token: string }, other: { env?: Partial<Env>; path?: string } = {}) {
  const headers = { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': `bearer, ${as.token}` }
  const request = new Request(`${ORIGIN}${other.path ?? path(quiz)}`, { headers })
  const response = await app.fetch(request, { ...env, ...other.env }, createExecutionContext())
  const messages: State[] = []
  const closed: number[] = []
  const socket = response.webSocket
  socket?.addEventListener('message', ({ data }) => messages.push(JSON.parse(String(data))))
  socket?.addEventListener('close', ({ code }) => closed.push(code))
  socket?.accept()
  return {
    response,
    socket,
    messages,
    closed,
    arrived: (count: number) => vi.waitUntil(() => messages.length >= count, { timeout: WAIT_MS }),
    left: () => vi.waitUntil(() => closed.length > 0, { timeout: WAIT_MS }),
    /** The newest that was sent of an attempt. */
    last: (attempt: { id: number }) =>
      messages.flatMap(({ attempts }) => attempts).findLast(({ id }) => id === attempt.id),
    /** Waits until an attempt is seen so. */
    sees: (attempt: { id: number }, expected: Partial<Seen>) =>
      vi.waitUntil(
        () => {
          const seen = messages.flatMap(({ attempts }) => attempts).findLast(({ id }) => id === attempt.id)
          return seen && Object.entries(expected).every(([name, value]) => seen[name as keyof Seen] === value)
        },
        { timeout: WAIT_MS },
      ),
  }
}

export const roomOf = (quiz: Quiz): DurableObjectStub<ExamRoom> => env.ROOMS.getByName(String(quiz.id))

/** Takes the room out of memory; its sockets stay. */
export const evictRoom = (quiz: Quiz) => evictDurableObject(roomOf(quiz) as never)

/** The room's alarm rings now. */
export const check = (quiz: Quiz) =>
  runInDurableObject(roomOf(quiz) as never, instance => (instance as unknown as ExamRoom).alarm())

/** A room without a class behind it: what is reported to it, and what comes of it. */
export function otherRooms(
  report: (told: { attemptId: number; answered: number; status: string }) => Promise<unknown>,
) {
  return { ROOMS: { getByName: () => ({ report }) } as unknown as Env['ROOMS'] }
}
