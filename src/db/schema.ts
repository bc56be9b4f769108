/**
 * Every table. Conventions:
 * - Times are Unix seconds (`…_at`), dates are `YYYY-MM-DD` text, points are 1/1000 where authors
 *   give them and 10⁻⁹ where learners earn them (`quizzes/answers/points.ts`), percentages 1/100: integers only,
 *   so that sums kept by triggers never drift.
 * - Foreign keys never cascade: rebuilding a table in a migration would silently delete the children. What is removed
 *   for good is removed children first (see `cron/purge.ts`).
 * - Counters (`…_count`, `totals`) are written by triggers alone (`triggers/`).
 */
import { sql } from 'drizzle-orm'
import { check, index, integer, primaryKey, sqliteTable, text, unique, uniqueIndex } from 'drizzle-orm/sqlite-core'

const flag = () => integer({ mode: 'boolean' }).notNull()

export const users = sqliteTable(
  'users',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    username: text().notNull(),
    /** The username as compared: NFKC, lower case (SQLite folds ASCII only). */
    usernameKey: text().notNull().unique(),
    email: text().notNull(),
    emailKey: text().notNull().unique(),
    /** `scrypt$N$r$p$salt$hash`; null for an account that only signs in with Google. */
    passwordHash: text(),
    /** Google's `sub`. */
    googleId: text().unique(),
    firstName: text().notNull().default(''),
    lastName: text().notNull().default(''),
    bio: text().notNull().default(''),
    studentId: text().notNull().default(''),
    department: text().notNull().default(''),
    profilePicture: text(),
    isInstructor: flag().default(false),
    isStaff: flag().default(false),
    isActive: flag().default(true),
    /** Claim `ver` of this user's tokens; raised by a password change, which thereby refuses every older token. */
    sessionVersion: integer().notNull().default(1),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
    lastLoginAt: integer(),
  },
  t => [index('users_active_staff').on(t.id).where(sql`${t.isStaff} = 1 AND ${t.isActive} = 1`)],
)

/** Refresh tokens that were logged out, until they would have expired anyway. */
export const revokedTokens = sqliteTable(
  'revoked_tokens',
  {
    jti: text().primaryKey(),
    expiresAt: integer().notNull(),
  },
  t => [index('revoked_tokens_expires_at').on(t.expiresAt)],
)

/** One-use password resets issued by staff. Only a hash of the token is kept. */
export const passwordResets = sqliteTable(
  'password_resets',
  {
    tokenHash: text().primaryKey(),
    userId: integer()
      .notNull()
      .references(() => users.id),
    issuedBy: integer()
      .notNull()
      .references(() => users.id),
    expiresAt: integer().notNull(),
  },
  t => [index('password_resets_expires_at').on(t.expiresAt), index('password_resets_user').on(t.userId)],
)

export const courses = sqliteTable(
  'courses',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    title: text().notNull(),
    slug: text().notNull(),
    description: text().notNull().default(''),
    status: text({ enum: ['draft', 'published', 'archived'] })
      .notNull()
      .default('draft'),
    enrollmentType: text({ enum: ['open', 'restricted'] })
      .notNull()
      .default('open'),
    courseType: text({ enum: ['course', 'program', 'workshop', 'seminar'] })
      .notNull()
      .default('course'),
    /** 0 is unlimited. */
    maxStudents: integer().notNull().default(0),
    startDate: text(),
    endDate: text(),
    instructorId: integer()
      .notNull()
      .references(() => users.id),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
    deletedAt: integer(),
    /** What title and description come to for the search, made in code by a version of `search-text.ts`; cron remakes older ones. */
    searchTitle: text().notNull().default(''),
    searchDescription: text().notNull().default(''),
    searchVersion: integer().notNull().default(0),
    activeCount: integer().notNull().default(0),
    completedCount: integer().notNull().default(0),
    droppedCount: integer().notNull().default(0),
  },
  t => [
    check('courses_dates', sql`${t.endDate} >= ${t.startDate}`),
    index('courses_live').on(t.id).where(sql`${t.deletedAt} IS NULL`),
    index('courses_published').on(t.id).where(sql`${t.deletedAt} IS NULL AND ${t.status} = 'published'`),
    index('courses_published_by_enrollment_type')
      .on(t.enrollmentType, t.id)
      .where(sql`${t.deletedAt} IS NULL AND ${t.status} = 'published'`),
    index('courses_by_instructor').on(t.instructorId, t.status, t.id).where(sql`${t.deletedAt} IS NULL`),
    index('courses_deleted').on(t.deletedAt).where(sql`${t.deletedAt} IS NOT NULL`),
    index('courses_by_search_version').on(t.searchVersion, t.id),
  ],
)

/** Current and former slugs together, so that a printed link lives on and no two courses ever shared one. */
export const courseSlugs = sqliteTable(
  'course_slugs',
  {
    slug: text().primaryKey(),
    courseId: integer()
      .notNull()
      .references(() => courses.id),
  },
  t => [index('course_slugs_course').on(t.courseId)],
)

export const enrollments = sqliteTable(
  'enrollments',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    userId: integer()
      .notNull()
      .references(() => users.id),
    courseId: integer()
      .notNull()
      .references(() => courses.id),
    status: text({ enum: ['active', 'completed', 'dropped'] })
      .notNull()
      .default('active'),
    /** Who opened the door: a learner let in by the instructor or a scanned code may return to a restricted course. */
    source: text({ enum: ['self', 'instructor', 'code'] })
      .notNull()
      .default('self'),
    enrolledAt: integer().notNull(),
    completedAt: integer(),
    /** Set when the instructor removed the learner, who then cannot enroll alone again. */
    removedAt: integer(),
  },
  t => [
    unique('enrollments_user_course').on(t.userId, t.courseId),
    index('enrollments_by_user_status').on(t.userId, t.status, t.id),
    index('enrollments_by_course').on(t.courseId, t.id),
    index('enrollments_by_course_status').on(t.courseId, t.status, t.id),
    index('enrollments_by_status').on(t.status, t.id),
    index('enrollments_learners').on(t.courseId, t.userId).where(sql`${t.status} <> 'dropped'`),
  ],
)

export const modules = sqliteTable(
  'modules',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    courseId: integer()
      .notNull()
      .references(() => courses.id),
    title: text().notNull(),
    description: text().notNull().default(''),
    order: integer().notNull(),
    completionCriteria: text({ enum: ['content', 'quiz', 'hybrid'] })
      .notNull()
      .default('content'),
    /** Markdown. */
    content: text().notNull().default(''),
    isPublished: flag().default(false),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
    deletedAt: integer(),
  },
  t => [
    index('modules_by_course').on(t.courseId, t.order, t.id).where(sql`${t.deletedAt} IS NULL`),
    // For its foreign key alone, which cannot use a partial one.
    index('modules_of_course').on(t.courseId),
    index('modules_by_order').on(t.order, t.id).where(sql`${t.deletedAt} IS NULL`),
    index('modules_deleted').on(t.deletedAt).where(sql`${t.deletedAt} IS NOT NULL`),
  ],
)

/** Written when a learner first touches a module; until then the row is computed, not stored. */
export const moduleProgress = sqliteTable(
  'module_progress',
  {
    enrollmentId: integer()
      .notNull()
      .references(() => enrollments.id),
    moduleId: integer()
      .notNull()
      .references(() => modules.id),
    startedAt: integer(),
    /** The learner's own mark; alone it completes a module only where its criteria say so. */
    contentCompletedAt: integer(),
    completedAt: integer(),
    timeSpentSeconds: integer().notNull().default(0),
    lastActivityAt: integer().notNull(),
    /** When the learner first opened it or did anything in it. A reset leaves this: it is what `view_count` counts. */
    firstSeenAt: integer(),
    /** Only attempts ended after this count towards completion. */
    resetAt: integer(),
    /** The newest attempt that had ended in the very second of the reset: later ones of that second count. */
    resetAttemptId: integer(),
  },
  t => [
    primaryKey({ columns: [t.enrollmentId, t.moduleId] }),
    index('module_progress_by_module').on(t.moduleId, t.enrollmentId),
  ],
)

/** Seconds a learner spent in a module on a UTC day, in quizzes too. A reset leaves them: statistics are made of these. */
export const studyTime = sqliteTable(
  'study_time',
  {
    enrollmentId: integer()
      .notNull()
      .references(() => enrollments.id),
    moduleId: integer()
      .notNull()
      .references(() => modules.id),
    day: text().notNull(),
    seconds: integer().notNull(),
  },
  t => [
    primaryKey({ columns: [t.enrollmentId, t.day, t.moduleId] }),
    index('study_time_by_module').on(t.moduleId, t.enrollmentId),
  ],
)

export const quizzes = sqliteTable(
  'quizzes',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    moduleId: integer()
      .notNull()
      .references(() => modules.id),
    title: text().notNull(),
    description: text().notNull().default(''),
    instructions: text().notNull().default(''),
    timeLimitMinutes: integer(),
    passingScore: integer().notNull().default(70),
    randomizeQuestions: flag().default(false),
    randomizeChoices: flag().default(false),
    /** Draw this many questions at random; null shows all. */
    questionCount: integer(),
    allowMultipleAttempts: flag().default(true),
    /** 0 is unlimited. */
    maxAttempts: integer().notNull().default(3),
    isPublished: flag().default(false),
    isSurvey: flag().default(false),
    accessCode: text(),
    allowTimeExtension: flag().default(false),
    showFeedback: text({ enum: ['immediate', 'after_completion', 'never'] })
      .notNull()
      .default('immediate'),
    gradingPolicy: text({ enum: ['highest', 'latest', 'average'] })
      .notNull()
      .default('highest'),
    availableFrom: integer(),
    availableUntil: integer(),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
    deletedAt: integer(),
  },
  t => [
    check('quizzes_window', sql`${t.availableUntil} > ${t.availableFrom}`),
    index('quizzes_by_module').on(t.moduleId, t.id).where(sql`${t.deletedAt} IS NULL`),
    index('quizzes_of_module').on(t.moduleId),
    index('quizzes_live').on(t.id).where(sql`${t.deletedAt} IS NULL`),
    index('quizzes_by_published').on(t.isPublished, t.id).where(sql`${t.deletedAt} IS NULL`),
    index('quizzes_by_survey').on(t.isSurvey, t.id).where(sql`${t.deletedAt} IS NULL`),
    index('quizzes_by_published_survey').on(t.isPublished, t.isSurvey, t.id).where(sql`${t.deletedAt} IS NULL`),
    index('quizzes_deleted').on(t.deletedAt).where(sql`${t.deletedAt} IS NOT NULL`),
  ],
)

/** A question is its place in a quiz; what it asks is its newest version. */
export const questions = sqliteTable(
  'questions',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    quizId: integer()
      .notNull()
      .references(() => quizzes.id),
    order: integer().notNull(),
    /** Deleting a question that has responses retires it: kept for results, never drawn again. */
    retiredAt: integer(),
  },
  t => [index('questions_by_quiz').on(t.quizId, t.order, t.id)],
)

/** Immutable once an attempt has drawn it, so that results keep what was shown. */
export const questionVersions = sqliteTable(
  'question_versions',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    questionId: integer()
      .notNull()
      .references(() => questions.id),
    type: text({
      enum: [
        'multiple_choice',
        'multiple_select',
        'true_false',
        'short_answer',
        'numeric',
        'matching',
        'ordering',
        'fill_in_blank',
        'essay',
      ],
    }).notNull(),
    text: text().notNull(),
    /** Points in 1/1000. */
    pointsMilli: integer().notNull().default(1000),
    explanation: text().notNull().default(''),
    correctFeedback: text().notNull().default(''),
    incorrectFeedback: text().notNull().default(''),
    /** Choices, pairs, items, blanks, tolerances and rubric of the type, as JSON. */
    body: text().notNull().default('{}'),
    createdAt: integer().notNull(),
    /** When an attempt first drew it. Until then an edit changes it in place. */
    drawnAt: integer(),
  },
  t => [index('question_versions_by_question').on(t.questionId, t.id)],
)

export const attempts = sqliteTable(
  'attempts',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    quizId: integer()
      .notNull()
      .references(() => quizzes.id),
    userId: integer()
      .notNull()
      .references(() => users.id),
    /** Null for a preview by the course's instructor or staff. */
    enrollmentId: integer().references(() => enrollments.id),
    isPreview: flag().default(false),
    status: text({ enum: ['in_progress', 'completed', 'timed_out', 'abandoned'] })
      .notNull()
      .default('in_progress'),
    /** Until the end is carried over: when it was begun; from then on as the attempt's object stamped it. */
    startedAt: integer().notNull(),
    completedAt: integer(),
    /** When cron looks after an attempt whose end has not arrived. Null once all that follows from the end is written. */
    checkAt: integer(),
    /** As the quiz was when the attempt started; later edits change nothing. */
    isSurvey: flag().default(false),
    passingScore: integer().notNull().default(70),
    /** All extensions together. */
    extendedMinutes: integer().notNull().default(0),
    /** Points earned and to be earned, in 10⁻⁹. Null while it runs. */
    earnedNano: integer(),
    possibleNano: integer(),
    /** A percentage in 1/100; null for surveys and abandoned attempts. */
    scoreHundredths: integer(),
    passed: integer({ mode: 'boolean' }),
    timeSpentSeconds: integer(),
    /** When a grading last took the pass away. */
    lostPassAt: integer(),
    pendingGrading: integer().notNull().default(0),
    /** What the receipt states and no regrading changes: the score when it ended, and a hash over the answers. */
    endScoreHundredths: integer(),
    answersHash: text(),
  },
  t => [
    uniqueIndex('attempts_one_running').on(t.quizId, t.userId).where(sql`${t.status} = 'in_progress'`),
    index('attempts_by_user').on(t.userId, t.quizId, t.id),
    index('attempts_by_quiz').on(t.quizId, t.id),
    index('attempts_by_quiz_status').on(t.quizId, t.status, t.id),
    index('attempts_by_enrollment').on(t.enrollmentId, t.quizId),
    index('attempts_by_check').on(t.checkAt).where(sql`${t.checkAt} IS NOT NULL`),
    index('attempts_listed').on(t.id).where(sql`${t.isPreview} = 0`),
    index('attempts_listed_by_status').on(t.status, t.id).where(sql`${t.isPreview} = 0`),
    index('attempts_pending').on(t.quizId, t.id).where(sql`${t.pendingGrading} > 0 AND ${t.isPreview} = 0`),
    index('attempts_pending_by_id').on(t.id).where(sql`${t.pendingGrading} > 0 AND ${t.isPreview} = 0`),
  ],
)

/** Written once, when the attempt has ended. The id is attempt id × 1000 + the place in the attempt. */
export const responses = sqliteTable(
  'responses',
  {
    id: integer().primaryKey(),
    attemptId: integer()
      .notNull()
      .references(() => attempts.id),
    questionId: integer()
      .notNull()
      .references(() => questions.id),
    questionVersionId: integer()
      .notNull()
      .references(() => questionVersions.id),
    /**
     * The version whose key graded it: the one shown, until a regrade. Always of the same question, so it needs no foreign
     * key, for which every version that is deleted would read all responses there are.
     */
    keyVersionId: integer().notNull(),
    /** As understood, JSON; `{}` where nothing was answered. */
    responseData: text().notNull(),
    isCorrect: integer({ mode: 'boolean' }),
    scoreNano: integer(),
    /** The points to be earned. */
    maxNano: integer().notNull(),
    /** For item analysis, in 1/10000: this response's share of its points, and the rest of the attempt's of its own. */
    itemShare: integer(),
    restShare: integer(),
    timeSpentSeconds: integer().notNull().default(0),
    submittedAt: integer(),
    /** An essay that waits for a grader. */
    isPending: flag().default(false),
    feedback: text().notNull().default(''),
    rubricScores: text(),
    gradedAt: integer(),
    gradedBy: integer().references(() => users.id),
  },
  t => [
    index('responses_by_attempt').on(t.attemptId, t.id),
    index('responses_by_question').on(t.questionId, t.id),
    index('responses_by_version').on(t.questionVersionId, t.id),
    index('responses_pending').on(t.questionId, t.id).where(sql`${t.isPending} = 1`),
  ],
)

/** A quiz's attempts by status and its essays that wait, previews apart. Written by triggers alone (`triggers/quiz_attempt_counts.sql`). */
export const quizAttemptCounts = sqliteTable('quiz_attempt_counts', {
  quizId: integer()
    .primaryKey()
    .references(() => quizzes.id),
  inProgress: integer().notNull().default(0),
  completed: integer().notNull().default(0),
  timedOut: integer().notNull().default(0),
  abandoned: integer().notNull().default(0),
  pendingEssays: integer().notNull().default(0),
})

/** A mistake in a key put right: the question's responses graded anew, some at a time. */
export const regrades = sqliteTable(
  'regrades',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    questionId: integer()
      .notNull()
      .references(() => questions.id),
    /** The version whose key grades. */
    keyVersionId: integer()
      .notNull()
      .references(() => questionVersions.id),
    /** Only counts what would change. */
    isDryRun: flag(),
    status: text({ enum: ['running', 'completed'] })
      .notNull()
      .default('running'),
    /** The last response looked at. */
    cursor: integer().notNull().default(0),
    /** Responses there were when it was asked for; in the end, as many as were graded. */
    total: integer().notNull(),
    done: integer().notNull().default(0),
    raised: integer().notNull().default(0),
    lowered: integer().notNull().default(0),
    requestedBy: integer()
      .notNull()
      .references(() => users.id),
    createdAt: integer().notNull(),
  },
  t => [
    uniqueIndex('regrades_one_running')
      .on(t.questionId, t.keyVersionId, t.isDryRun)
      .where(sql`${t.status} = 'running'`),
    index('regrades_by_question').on(t.questionId, t.isDryRun, t.keyVersionId),
    index('regrades_by_key').on(t.keyVersionId),
  ],
)

export const activities = sqliteTable(
  'activities',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    userId: integer()
      .notNull()
      .references(() => users.id),
    type: text({
      enum: ['login', 'course_enroll', 'module_view', 'module_complete', 'quiz_start', 'quiz_complete', 'qr_scan'],
    }).notNull(),
    /** Null for a login; else the course, module, quiz or QR code, by type. */
    targetId: integer(),
    courseId: integer().references(() => courses.id),
    moduleId: integer().references(() => modules.id),
    occurredAt: integer().notNull(),
    /** First event of the run with gaps under 30 minutes that this event belongs to. */
    sessionStartedAt: integer().notNull(),
  },
  t => [
    index('activities_by_user').on(t.userId, t.occurredAt, t.id),
    index('activities_by_course').on(t.courseId, t.occurredAt, t.userId),
    index('activities_by_module').on(t.moduleId, t.userId),
  ],
)

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
  t => [index('qr_batches_by_creator').on(t.createdBy, t.id), index('qr_batches_by_type').on(t.type, t.id)],
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
    index('qr_codes_by_status').on(t.isRevoked, t.isExpired, t.id).where(sql`${t.isLive} = 1`),
    index('qr_codes_by_course').on(t.courseId, t.isRevoked, t.isExpired, t.id).where(sql`${t.isLive} = 1`),
    index('qr_codes_by_batch').on(t.batchId, t.isRevoked, t.isExpired, t.id).where(sql`${t.isLive} = 1`),
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
    id: integer().primaryKey({ autoIncrement: true }),
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
    validationMessage: text().notNull(),
    actionPerformed: text({ enum: ['attendance_marked', 'access_granted', 'certificate_verified', 'module_opened'] }),
    /** The ticket it redeemed; a ticket is redeemed once. */
    ticket: text(),
  },
  t => [
    index('qr_scans_by_valid').on(t.isValid, t.id),
    index('qr_scans_by_course').on(t.courseId, t.isValid, t.id),
    index('qr_scans_by_code').on(t.qrCodeId, t.isValid, t.id),
    index('qr_scans_by_code_user').on(t.qrCodeId, t.userId, t.id),
    index('qr_scans_by_user').on(t.userId, t.id),
    uniqueIndex('qr_scans_ticket').on(t.ticket).where(sql`${t.ticket} IS NOT NULL`),
    uniqueIndex('qr_scans_once')
      .on(t.qrCodeId, t.userId)
      .where(sql`${t.isValid} = 1 AND ${t.actionPerformed} IN ('attendance_marked', 'access_granted')`),
  ],
)

/**
 * How many live codes and scans there are: over all (course 0), by course (batch 0), and by batch and course. `key` says of what: -2 codes, -1 revoked ones, -3 valid scans, -4 invalid ones; from 0 on the codes
 * not revoked that expire at this second, so that what is active now is a sum over the seconds to come.
 */
export const qrTallies = sqliteTable(
  'qr_tallies',
  {
    batchId: integer().notNull(),
    key: integer().notNull(),
    courseId: integer().notNull(),
    count: integer().notNull(),
  },
  t => [
    primaryKey({ columns: [t.batchId, t.key, t.courseId] }),
    index('qr_tallies_by_course').on(t.courseId, t.key).where(sql`${t.batchId} = 0`),
    index('qr_tallies_batches').on(t.courseId, t.batchId).where(sql`${t.key} = -2 AND ${t.batchId} > 0`),
  ],
)

/** Counters of sets that no single owner bounds, so that a list's `count` costs one row. */
export const totals = sqliteTable('totals', {
  name: text().primaryKey(),
  value: integer().notNull().default(0),
})

// Statistics, written by triggers alone (`triggers/…`). Each equals what a count over the base rows
// would find; nothing here needs touching when a module or quiz is published, unpublished, deleted or restored.

/** Of attempts that are no previews. */
export const quizStatistics = sqliteTable('quiz_statistics', {
  quizId: integer()
    .primaryKey()
    .references(() => quizzes.id),
  attemptCount: integer().notNull().default(0),
  /** Completed or timed out. */
  endedCount: integer().notNull().default(0),
  scoredCount: integer().notNull().default(0),
  /** Of the scored ones, in 1/100 of a percent. */
  scoreSum: integer().notNull().default(0),
  passedCount: integer().notNull().default(0),
  /** Of the ended ones. */
  seconds: integer().notNull().default(0),
})

/** The scored attempts by the UTC day on which they ended. */
export const quizDays = sqliteTable(
  'quiz_days',
  {
    quizId: integer()
      .notNull()
      .references(() => quizzes.id),
    day: text().notNull(),
    scoredCount: integer().notNull().default(0),
    passedCount: integer().notNull().default(0),
  },
  t => [primaryKey({ columns: [t.quizId, t.day] })],
)

/** Of each version of a question, as it was shown in attempts that were completed or timed out and are no previews. */
export const itemStatistics = sqliteTable('item_statistics', {
  questionVersionId: integer()
    .primaryKey()
    .references(() => questionVersions.id),
  shownCount: integer().notNull().default(0),
  seconds: integer().notNull().default(0),
  /** Found right or wrong: neither a survey's nor an essay that waits. */
  gradedCount: integer().notNull().default(0),
  correctCount: integer().notNull().default(0),
  /** Responses with a share of their points, and the sum of the shares in 1/10000. */
  scoredCount: integer().notNull().default(0),
  shareSum: integer().notNull().default(0),
  /** Responses with both shares, x of the item and y of the rest of the attempt, in 1/10000: n, Σx, Σy, Σx², Σy², Σxy. */
  pairCount: integer().notNull().default(0),
  itemSum: integer().notNull().default(0),
  restSum: integer().notNull().default(0),
  itemSquares: integer().notNull().default(0),
  restSquares: integer().notNull().default(0),
  products: integer().notNull().default(0),
})

/** `enrolled…`: of enrollments that are not dropped. */
export const moduleStatistics = sqliteTable('module_statistics', {
  moduleId: integer()
    .primaryKey()
    .references(() => modules.id),
  viewCount: integer().notNull().default(0),
  completionCount: integer().notNull().default(0),
  enrolledCompletionCount: integer().notNull().default(0),
  studySeconds: integer().notNull().default(0),
  enrolledStudySeconds: integer().notNull().default(0),
  interactionCount: integer().notNull().default(0),
})

export const moduleDays = sqliteTable(
  'module_days',
  {
    moduleId: integer()
      .notNull()
      .references(() => modules.id),
    day: text().notNull(),
    /** By the day of the enrollment, whenever it was completed. */
    enrolledCompletionCount: integer().notNull().default(0),
    /** By the day on which the time was spent. */
    enrolledStudySeconds: integer().notNull().default(0),
    /** By the day of the event. */
    interactionCount: integer().notNull().default(0),
  },
  t => [primaryKey({ columns: [t.moduleId, t.day] })],
)

/** Enrollments that are not dropped by the day they were made, completed ones by the day of completion. */
export const courseDays = sqliteTable(
  'course_days',
  {
    courseId: integer()
      .notNull()
      .references(() => courses.id),
    day: text().notNull(),
    enrollmentCount: integer().notNull().default(0),
    completionCount: integer().notNull().default(0),
  },
  t => [primaryKey({ columns: [t.courseId, t.day] })],
)

/**
 * Who learns in whose live courses: a row for each learner with an enrollment that is not dropped. How many an instructor
 * has is in `totals` as `learners.<instructor id>`. Instructor 0 stands for all of them together: what staff list.
 */
export const taughtLearners = sqliteTable(
  'taught_learners',
  {
    instructorId: integer().notNull(),
    userId: integer()
      .notNull()
      .references(() => users.id),
    courseCount: integer().notNull(),
  },
  t => [primaryKey({ columns: [t.instructorId, t.userId] })],
)

/** Events of a user by UTC day and course; course 0 for those that belong to none. */
export const activityDays = sqliteTable(
  'activity_days',
  {
    userId: integer()
      .notNull()
      .references(() => users.id),
    day: text().notNull(),
    courseId: integer().notNull(),
    eventCount: integer().notNull(),
  },
  t => [primaryKey({ columns: [t.userId, t.day, t.courseId] })],
)
