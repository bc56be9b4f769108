import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { flag, revision } from './columns.ts'
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
    /** The id of a module, a course or an enrollment, by type. */
    targetId: integer().notNull(),
    courseId: integer()
      .notNull()
      .references(() => courses.id),
    createdBy: integer()
      .notNull()
      .references(() => users.id),
    isRevoked: flag().default(false),
    /** Only for attendance: a scan also needs the code that the display shows at that moment. */
    isRotating: flag().default(false),
    /** Null and 0 for no limit. */
    maxScans: integer(),
    /** The number of valid scans, and of invalid ones. */
    scanCount: integer().notNull().default(0),
    invalidScanCount: integer().notNull().default(0),
    expiresAt: integer(),
    /**
     * Whether `expiresAt` had passed when the date was written or the cron job last ran. Lists use it to find codes by index;
     * `expiresAt` alone decides the status.
     */
    isExpired: flag().default(false),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
    deletedAt: integer(),
    /** Whether neither the code nor its module or course is deleted; triggers keep it. Lists and counts omit other codes. */
    isLive: flag().default(true),
    revision: revision(),
  },
  t => [
    index('qr_codes_by_status').on(t.isRevoked, t.isExpired).where(sql`${t.isLive} = 1`),
    index('qr_codes_by_course').on(t.courseId, t.isRevoked, t.isExpired).where(sql`${t.isLive} = 1`),
    index('qr_codes_by_batch').on(t.batchId, t.isRevoked, t.isExpired).where(sql`${t.isLive} = 1`),
    /** Finds the codes whose flag is behind their date. */
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
    /** The code's course, by which lists find its scans. */
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
    /** The reason to refuse the scan, or the text of a certificate; null for the common message of all other valid scans. */
    validationMessage: text(),
    /** The id of the ticket that the scan redeemed; the unique index admits each ticket once. */
    ticket: text(),
  },
  t => [
    /** For invalid scans only: most scans are valid, so a query finds those among all. */
    index('qr_scans_invalid').on(t.id).where(sql`${t.isValid} = 0`),
    index('qr_scans_by_course').on(t.courseId, t.isValid),
    index('qr_scans_by_code').on(t.qrCodeId, t.isValid),
    index('qr_scans_by_user').on(t.userId, t.qrCodeId),
    uniqueIndex('qr_scans_ticket').on(t.ticket).where(sql`${t.ticket} IS NOT NULL`),
  ],
)
