import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { flag } from './columns.ts'
import { courses } from './courses.ts'
import { users } from './users.ts'

const qrType = () => text({ enum: ['attendance', 'certificate', 'access', 'module'] }).notNull()

export const qrBatches = sqliteTable(
  'qr_batches',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    name: text().notNull(),
    description: text().notNull().default(''),
    type: qrType(),
    createdBy: integer()
      .notNull()
      .references(() => users.id),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
  },
  t => [index('qr_batches_by_creator').on(t.createdBy), index('qr_batches_by_type').on(t.type)],
)

export const qrCodes = sqliteTable(
  'qr_codes',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    uuid: text().notNull().unique(),
    batchId: integer().references(() => qrBatches.id),
    type: qrType(),
    /** A module, a course or an enrollment, by type. */
    targetId: integer().notNull(),
    courseId: integer()
      .notNull()
      .references(() => courses.id),
    createdBy: integer()
      .notNull()
      .references(() => users.id),
    isRevoked: flag().default(false),
    /** Only for attendance: a scan also needs the code that the display shows at the moment. */
    isRotating: flag().default(false),
    /** Null and 0 are unlimited. */
    maxScans: integer(),
    /** Valid scans, and the others. */
    scanCount: integer().notNull().default(0),
    invalidScanCount: integer().notNull().default(0),
    expiresAt: integer(),
    /**
     * `expiresAt` is known to have passed: written along with the date, and by cron when a date passes. It only says where a
     * list looks for a code, never what a code is: that `expiresAt` alone decides.
     */
    isExpired: flag().default(false),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
    deletedAt: integer(),
    /** Neither it nor its module or course is deleted; kept by triggers. What is not live is nowhere. */
    isLive: flag().default(true),
  },
  t => [
    index('qr_codes_by_status').on(t.isRevoked, t.isExpired).where(sql`${t.isLive} = 1`),
    index('qr_codes_by_course').on(t.courseId, t.isRevoked, t.isExpired).where(sql`${t.isLive} = 1`),
    index('qr_codes_by_batch').on(t.batchId, t.isRevoked, t.isExpired).where(sql`${t.isLive} = 1`),
    /** Those whose flag is behind their date. */
    index('qr_codes_by_expiry')
      .on(t.isExpired, t.expiresAt)
      .where(sql`${t.isRevoked} = 0 AND ${t.expiresAt} IS NOT NULL`),
    index('qr_codes_of_course').on(t.courseId),
    index('qr_codes_of_module').on(t.targetId).where(sql`${t.type} IN ('attendance', 'module')`),
    index('qr_codes_deleted').on(t.deletedAt).where(sql`${t.deletedAt} IS NOT NULL`),
  ],
)

export const qrScans = sqliteTable(
  'qr_scans',
  {
    id: integer().primaryKey(),
    qrCodeId: integer()
      .notNull()
      .references(() => qrCodes.id),
    /** The code's course, by which its scans are listed. */
    courseId: integer()
      .notNull()
      .references(() => courses.id),
    userId: integer()
      .notNull()
      .references(() => users.id),
    scannedAt: integer().notNull(),
    location: text().notNull().default(''),
    deviceInfo: text().notNull().default(''),
    isValid: flag(),
    /** Why it is refused, or what a certificate says; null for the words of every other valid scan. */
    validationMessage: text(),
    /** The ticket it redeemed; a ticket is redeemed once. */
    ticket: text(),
  },
  t => [
    /** Most are valid, and need none to be found among all. */
    index('qr_scans_invalid').on(t.id).where(sql`${t.isValid} = 0`),
    index('qr_scans_by_course').on(t.courseId, t.isValid),
    index('qr_scans_by_code').on(t.qrCodeId, t.isValid),
    index('qr_scans_by_user').on(t.userId, t.qrCodeId),
    uniqueIndex('qr_scans_ticket').on(t.ticket).where(sql`${t.ticket} IS NOT NULL`),
  ],
)
