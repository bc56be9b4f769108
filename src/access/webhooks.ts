/** Rights on a webhook: those who manage its course have it; without a course it hears of all courses, so staff have it. */
import { type SQL, sql } from 'drizzle-orm'
import type { Value } from '../db/statement.ts'
import { notFound } from '../http/errors.ts'
import { isManagedCourse, manages } from './teaching.ts'
import type { Viewer } from './viewer.ts'

/** The webhooks of a course, or without one those of all courses. */
export const managesWebhooksOf = (viewer: Viewer, course: { instructorId: number } | undefined) =>
  course ? manages(viewer, course) : viewer.isStaff

/** The instructor of its course; null without a course, or when that is deleted. */
type Webhook = { instructorId: number | null }

const managesWebhook = (viewer: Viewer, { instructorId }: Webhook) =>
  managesWebhooksOf(viewer, instructorId === null ? undefined : { instructorId })

/** @throws 404 for everybody who may not manage it: nobody else may learn that it exists */
export function requireWebhook<W extends Webhook>(viewer: Viewer, webhook: W | undefined): W {
  if (!webhook || !managesWebhook(viewer, webhook)) throw notFound()
  return webhook
}

/** Managing a webhook in SQL, by the id of a course or null. Never null. */
export const isManagedWebhook = (viewerId: Value, courseId: SQL) =>
  sql`coalesce(${isManagedCourse(viewerId, courseId)}, 0)`

/** Whether the owner of a webhook still has the right to hear of its events: an active account that manages it. */
export const ownerMayHear = (ownerId: SQL, courseId: SQL) =>
  sql`(${isManagedWebhook(ownerId, courseId)} AND EXISTS (SELECT 1 FROM users WHERE id = ${ownerId} AND is_active = 1))`
