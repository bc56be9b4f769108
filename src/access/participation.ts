/** Who takes part in a course as a learner: whoever is enrolled and has neither left nor been removed. */
import { type SQL, sql } from 'drizzle-orm'
import type { enrollments } from '../db/schema.ts'

export type EnrollmentStatus = (typeof enrollments.$inferSelect)['status']

export const takesPart = (
  enrollment: EnrollmentStatus | null | undefined,
): enrollment is Exclude<EnrollmentStatus, 'dropped'> => enrollment === 'active' || enrollment === 'completed'

/** `takesPart` in SQL, of a row of `enrollments` under the alias `e` or another one. */
export const isTakingPart = (enrollment: SQL = sql`e`) => sql`${enrollment}.status <> 'dropped'`
