/** The names of operations in generated clients. They stay as they are: a renamed one breaks every client at its next build. */
import { audit } from '../db/schema/audit.ts'
import { EVENTS, TEST_EVENT } from '../features/webhooks/events.ts'

/** By method and path, as the contracts have them. PATCH is named after PUT: `updateCourse`, `patchCourse`. */
const OPERATION_IDS: Record<string, string> = {
  'POST /api/users/register/': 'register',
  'POST /api/users/login/': 'login',
  'POST /api/users/logout/': 'logout',
  'POST /api/users/token/refresh/': 'refreshToken',
  'POST /api/users/google-auth/': 'loginWithGoogle',
  'POST /api/users/google-link/': 'linkGoogle',
  'GET /api/users/me/': 'getMe',
  'GET /api/users/profile/': 'getProfile',
  'PUT /api/users/profile/': 'updateProfile',
  'POST /api/users/password/change/': 'changePassword',
  'POST /api/users/{id}/password-reset/': 'createPasswordReset',
  'POST /api/users/password/reset/': 'resetPassword',
  'GET /api/users/tokens/': 'listTokens',
  'POST /api/users/tokens/': 'createToken',
  'DELETE /api/users/tokens/{id}/': 'revokeToken',
  'GET /api/users/': 'listUsers',
  'PUT /api/users/{id}/': 'updateUser',

  'GET /api/courses/': 'listCourses',
  'POST /api/courses/': 'createCourse',
  'GET /api/courses/{id}/': 'getCourse',
  'PUT /api/courses/{id}/': 'updateCourse',
  'DELETE /api/courses/{id}/': 'deleteCourse',
  'POST /api/courses/{id}/restore/': 'restoreCourse',
  'GET /api/courses/catalog/': 'listCatalog',
  'GET /api/courses/catalog/search/': 'searchCatalog',
  'GET /api/courses/catalog/{slug}/': 'getCatalogCourse',
  'POST /api/courses/{slug}/enroll/': 'enroll',
  'POST /api/courses/{slug}/unenroll/': 'unenroll',
  'GET /api/courses/enrolled/': 'listEnrolledCourses',
  'GET /api/enrollments/': 'listEnrollments',
  'POST /api/courses/{id}/enrollments/': 'enrollLearners',
  'DELETE /api/courses/{id}/enrollments/{enrollment_id}/': 'removeLearner',

  'GET /api/modules/': 'listModules',
  'POST /api/modules/': 'createModule',
  'GET /api/modules/{id}/': 'getModule',
  'PUT /api/modules/{id}/': 'updateModule',
  'DELETE /api/modules/{id}/': 'deleteModule',
  'POST /api/modules/{id}/restore/': 'restoreModule',

  'GET /api/quizzes/': 'listQuizzes',
  'POST /api/quizzes/': 'createQuiz',
  'GET /api/quizzes/{id}/': 'getQuiz',
  'PUT /api/quizzes/{id}/': 'updateQuiz',
  'DELETE /api/quizzes/{id}/': 'deleteQuiz',
  'POST /api/quizzes/{id}/restore/': 'restoreQuiz',
  'GET /api/quizzes/{id}/questions/': 'listQuestions',
  'POST /api/quizzes/{id}/questions/': 'createQuestion',
  'POST /api/quizzes/{id}/questions/reorder/': 'reorderQuestions',
  'GET /api/questions/{id}/': 'getQuestion',
  'PUT /api/questions/{id}/': 'updateQuestion',
  'DELETE /api/questions/{id}/': 'deleteQuestion',
  'POST /api/quizzes/{id}/questions/import/': 'importQuestions',
  'GET /api/quizzes/{id}/questions/export/': 'exportQuestions',

  'GET /api/progress/': 'listProgress',
  'GET /api/module-progress/': 'listModuleProgress',
  'POST /api/module-progress/{id}/reset/': 'resetModuleProgress',
  'POST /api/module-progress/{id}/complete/': 'completeModule',
  'POST /api/module-progress/{id}/add-time/': 'addModuleTime',

  'POST /api/courses/quizzes/{id}/start-attempt/': 'startAttempt',
  'POST /api/courses/quiz-attempts/{id}/submit-response/': 'submitResponse',
  'POST /api/courses/quiz-attempts/{id}/complete/': 'completeAttempt',
  'POST /api/courses/quiz-attempts/{id}/timeout/': 'timeOutAttempt',
  'POST /api/courses/quiz-attempts/{id}/abandon/': 'abandonAttempt',
  'GET /api/courses/quiz-attempts/': 'listAttempts',
  'GET /api/courses/quiz-attempts/{id}/': 'getAttempt',
  'GET /api/courses/quiz-attempts/{id}/result/': 'getAttemptResult',
  'POST /api/courses/quiz-attempts/{id}/grant-extension/': 'extendAttempt',
  'POST /api/courses/quizzes/{id}/grant-extension/': 'extendAttempts',
  'POST /api/courses/question-responses/{id}/grade-essay/': 'gradeEssay',
  'GET /api/courses/question-responses/pending-grading/': 'listPendingEssays',
  'POST /api/questions/{id}/regrade/': 'regradeQuestion',
  'GET /api/regrades/{id}/': 'getRegrade',
  'POST /api/receipts/verify/': 'verifyReceipt',
  'GET /api/courses/quizzes/{id}/analytics/': 'getQuizAnalytics',
  'POST /api/courses/quizzes/{id}/recalculate-analytics/': 'recalculateQuizAnalytics',

  'GET /api/analytics/user-activity/': 'listUserActivity',
  'GET /api/analytics/course-analytics/': 'listCourseAnalytics',
  'GET /api/analytics/module-engagement/': 'listModuleEngagement',
  'GET /api/analytics/learner-analytics/': 'listLearnerAnalytics',
  'GET /api/courses/{id}/grades/export/': 'exportGrades',

  'GET /api/qr-codes/codes/': 'listQrCodes',
  'POST /api/qr-codes/codes/': 'createQrCode',
  'GET /api/qr-codes/codes/{id}/': 'getQrCode',
  'PUT /api/qr-codes/codes/{id}/': 'updateQrCode',
  'DELETE /api/qr-codes/codes/{id}/': 'deleteQrCode',
  'POST /api/qr-codes/scans/': 'createScan',
  'GET /api/qr-codes/scans/': 'listScans',
  'GET /api/qr-codes/scans/export/': 'exportScans',
  'GET /api/qr-codes/batches/': 'listBatches',
  'POST /api/qr-codes/batches/': 'createBatch',
  'GET /api/qr-codes/display/{uuid}/': 'getDisplay',

  'GET /api/audit/': 'listAudit',

  'GET /api/webhooks/': 'listWebhooks',
  'POST /api/webhooks/': 'createWebhook',
  'GET /api/webhooks/{id}/': 'getWebhook',
  'PUT /api/webhooks/{id}/': 'updateWebhook',
  'DELETE /api/webhooks/{id}/': 'deleteWebhook',
  'POST /api/webhooks/{id}/rotate-secret/': 'rotateWebhookSecret',
  'POST /api/webhooks/{id}/test/': 'testWebhook',
  'GET /api/webhooks/{id}/deliveries/': 'listWebhookDeliveries',
  'POST /api/webhooks/{id}/deliveries/{delivery_id}/replay/': 'replayWebhookDelivery',

  'GET /api/health/': 'getHealth',
  'GET /api/health/ready/': 'getReadiness',
}

/** @throws for an operation without a name, which `OPERATION_IDS` above then lacks */
export function operationIdOf(method: string, path: string): string {
  const isPatch = method === 'patch'
  const key = `${isPatch ? 'PUT' : method.toUpperCase()} ${path}`
  const id = OPERATION_IDS[key]
  if (id === undefined) throw new Error(`${key} has no operationId: name it in src/dev/operations.ts`)
  return isPatch ? id.replace(/^update/, 'patch') : id
}

/** What the operations of each tag are about. */
export const TAGS: Record<string, string> = {
  Authentication: 'Accounts, and the tokens that every other operation takes.',
  'Users & Profiles': 'Oneself, passwords, and for staff all accounts and their roles.',
  'Courses & Enrollments': 'The catalog, courses, and who is enrolled in them.',
  Modules: 'The parts of a course, in their order.',
  'Quiz System': 'Quizzes and their questions, attempts, grading, and what came of them.',
  'Progress Tracking': 'How far a learner has come, by course and by module.',
  Analytics: 'Figures of courses, modules and learners, and the grades of a course as a file.',
  'QR Codes': 'Codes for attendance, access, certificates and modules; their batches and scans.',
  Audit: 'Who did what to whom, with the old and the new value.',
  Webhooks: 'Events of courses, sent to other systems as they happen.',
  Health: 'Whether the service runs, and whether every store answers.',
}

/** Names of the sets of values that fields may have. A new set needs a name here. */
export const ENUM_NAMES: Record<string, readonly string[]> = {
  CourseStatus: ['draft', 'published', 'archived'],
  EnrollmentType: ['open', 'restricted'],
  CourseType: ['course', 'program', 'workshop', 'seminar'],
  EnrollmentStatus: ['active', 'completed', 'dropped'],
  CompletionCriteria: ['content', 'quiz', 'hybrid'],
  ShowFeedback: ['immediate', 'after_completion', 'never'],
  GradingPolicy: ['highest', 'latest', 'average'],
  QuestionType: [
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
  ToleranceType: ['absolute', 'percent'],
  QuestionFormat: ['csv', 'gift'],
  InvalidQuestions: ['refuse', 'skip'],
  CsvSeparator: ['comma', 'semicolon'],
  ModuleStatus: ['not_started', 'in_progress', 'completed'],
  AttemptStatus: ['in_progress', 'completed', 'timed_out', 'abandoned'],
  EndedAttemptStatus: ['completed', 'timed_out', 'abandoned'],
  ExtensionStatus: ['extended', 'over', 'untimed', 'failed'],
  RegradeStatus: ['running', 'completed'],
  BulkEnrollmentStatus: ['enrolled', 'already_enrolled', 'not_found', 'inactive', 'course_full'],
  ActivityType: ['login', 'course_enroll', 'module_view', 'module_complete', 'quiz_start', 'quiz_complete', 'qr_scan'],
  ActivityTrend: ['increasing', 'decreasing', 'stable'],
  QrCodeStatus: ['active', 'expired', 'revoked'],
  QrCodeType: ['attendance', 'certificate', 'access', 'module'],
  ScanAction: ['attendance_marked', 'access_granted', 'certificate_verified', 'module_opened'],
  StoreStatus: ['ok', 'down'],
  TokenAccess: ['read', 'write'],
  AuditAction: audit.action.enumValues,
  WebhookEvent: EVENTS,
  WebhookMessageType: [...EVENTS, TEST_EVENT],
  WebhookDisabledReason: ['paused', 'gone', 'failing', 'not_allowed'],
  DeliveryStatus: ['pending', 'delivered', 'failed'],
  DeliveryError: ['timeout', 'connection', 'refused_url'],
}

/** Names for parts of bodies that their place would name too long; by how the long name begins. */
export const SHORT_NAMES: Record<string, string> = {
  CreateQuizRequestQuestion: 'QuestionInput',
  MultipleChoiceQuestionChoice: 'QuestionChoice',
  MultipleChoiceAttemptQuestionChoice: 'AttemptQuestionChoice',
  AttemptResultResponse: 'ResultEntry',
  QrBatchCreatedQrCode: 'NewQrCode',
}
