/** Who asks, and what there is to ask for. */

import type { TestUser } from '../../factories/users.ts'
import { Raw } from './hostile.ts'
import { Ref } from './values.ts'

export const ROLES = ['anonymous', 'outsider', 'learner', 'classmate', 'rival', 'owner', 'staff'] as const
export type Role = (typeof ROLES)[number]

/** `marked`: holds secrets, so those who may change it do not: else they might publish them. */
export type Entry = { value: unknown; marked?: 'owner' | 'rival'; of?: number }
export type World = {
  number: number
  users: Record<Exclude<Role, 'anonymous'>, TestUser>
  /** A personal access token of each, to read and write everywhere. */
  programs: Record<Exclude<Role, 'anonymous'>, { token: string }>
  pools: Map<string, Entry[]>
}

export function add(world: World, kind: string, value: unknown, marked?: Entry['marked'], of?: number): void {
  const pool = world.pools.get(kind) ?? []
  pool.push({ value, ...(marked && { marked }), ...(of && { of }) })
  world.pools.set(kind, pool)
}

/** Kinds of which a thing has its own: a module its course, a quiz its module and the order of its questions, a
 * webhook its deliveries. */
const WITHIN = new Set(['answer', 'order', 'its course', 'its module', 'delivery_id'])

/** `touched`: whether anything asked for is another's, and marked. */
export type Asker = { role: Role; isRead: boolean; of?: unknown; touched?: boolean }

/** What a request asks for, by who asks: of the thing in its path where there is such, else of any. */
export function resolve(world: World, asker: Asker, value: unknown): unknown {
  if (value instanceof Ref) {
    const { role, isRead, of } = asker
    const pool = world.pools.get(value.kind) ?? []
    const open = pool.filter(({ marked }) => isRead || !marked || (role !== 'staff' && role !== marked))
    const near = WITHIN.has(value.kind) ? open.filter(entry => entry.of === of) : []
    const among = near.length > 0 ? near : open
    const found = among[value.pick % among.length]
    // A target's number may be that of a course, a module and an enrollment at once; everybody may name themselves.
    const isOwn = role !== 'anonymous' && value.kind === 'user' && found?.value === world.users[role].id
    if (found?.marked && value.kind !== 'target' && !isOwn) asker.touched = true
    return found?.value ?? 1
  }
  if (Array.isArray(value)) return value.map(part => resolve(world, asker, part))
  if (typeof value !== 'object' || value === null || value instanceof Raw) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, resolve(world, asker, part)]))
}

/** The quiz of an attempt. */
export const quizOf = (world: World, attempt: unknown) =>
  world.pools.get('attempt')?.find(({ value }) => value === attempt)?.of
