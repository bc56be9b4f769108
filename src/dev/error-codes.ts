/** Builds `docs/use/errors.md`, the list of all error codes. */
import type { ErrorCode } from '../http/error-codes.ts'

type Meaning = { status: number; means: string }

export const ERROR_CODES: Record<ErrorCode, Meaning> = {
  parse_error: { status: 400, means: 'The body is not JSON.' },
  not_authenticated: { status: 401, means: 'No access token was sent. Sign in.' },
  token_not_valid: {
    status: 401,
    means: 'The token has expired, was revoked or is of another kind. Refresh it once, else sign in.',
  },
  user_inactive: { status: 401, means: 'The account was deactivated or deleted.' },
  permission_denied: { status: 403, means: 'The caller may see it, but not do this.' },
  not_found: { status: 404, means: 'There is no such thing, or the caller may not know of it.' },
  invalid_page: { status: 404, means: 'There is no page of this number.' },
  method_not_allowed: { status: 405, means: 'The path has no such method; `Allow` names those it has.' },
  request_under_way: { status: 409, means: 'A request with this `Idempotency-Key` is under way. Repeat in a second.' },
  answer_lost: { status: 409, means: 'The request with this `Idempotency-Key` was handled, but its answer was lost.' },
  changed_meanwhile: { status: 412, means: 'It was changed since the `ETag` in `If-Match`. Read it again.' },
  key_reused: { status: 422, means: 'The `Idempotency-Key` was used for another request.' },
  body_too_large: { status: 413, means: 'The body is larger than 1 MiB, or a file of questions than 5 MiB.' },
  unsupported_media_type: { status: 415, means: 'The operation takes no body of this media type.' },
  throttled: { status: 429, means: 'A quota or a gate refuses. Wait as many seconds as `Retry-After` says.' },
  internal_error: { status: 500, means: 'The server failed. Its log has the cause by `X-Request-Id`.' },
  unavailable: { status: 503, means: 'A store is overloaded or cannot be reached. Repeat after `Retry-After`.' },

  no_active_account: { status: 401, means: 'Username or password are wrong, or Google’s credential proves nobody.' },
  link_required: {
    status: 400,
    means: 'An account has the address of the Google account already. Sign in with its password, then link.',
  },
  last_staff_user: { status: 400, means: 'The last active staff user stays active and staff.' },
  user_deactivated: { status: 400, means: 'A deactivated user gets no password reset.' },

  token_not_allowed: { status: 403, means: 'No personal access token can do this.' },
  token_read_only: { status: 403, means: 'This personal access token can only read.' },
  token_bound: {
    status: 403,
    means: 'This personal access token is for certain courses, and this is not about one alone.',
  },
  too_many_tokens: { status: 400, means: 'The user has as many personal access tokens as one may have.' },

  too_many_webhooks: { status: 400, means: 'The course has as many webhooks as one may have.' },
  webhook_disabled: { status: 400, means: 'A disabled webhook sends nothing. Enable it first.' },

  course_not_open: { status: 400, means: 'The course is not published.' },
  course_not_published: { status: 400, means: 'Nobody can be enrolled in a course that is not published.' },
  course_full: { status: 400, means: 'No seat is free.' },
  course_ended: { status: 400, means: 'The end date of the course has passed.' },
  removed_from_course: { status: 403, means: 'The course’s instructor removed the learner, who cannot return alone.' },
  enrollment_restricted: { status: 403, means: 'An instructor or an access code enrolls in this course.' },
  enrollment_completed: { status: 400, means: 'A completed course cannot be left.' },
  not_enrolled: { status: 400, means: 'There is no enrollment to end.' },
  completed_by_quizzes: { status: 400, means: 'The module completes by its quizzes alone.' },

  quiz_not_published: { status: 400, means: 'The quiz, its module or its course is not published.' },
  enrollment_required: { status: 403, means: 'Only learners of the course take its quizzes.' },
  quiz_not_open_yet: { status: 403, means: 'The quiz opens later: `available_from`.' },
  quiz_closed: { status: 403, means: 'The quiz has closed: `available_until`.' },
  course_not_begun: { status: 400, means: 'The start date of the course has not come.' },
  no_attempt_left: { status: 403, means: 'All attempts that the quiz allows are used.' },
  access_code_required: { status: 403, means: 'The quiz needs an access code, and none was sent.' },
  access_code_wrong: { status: 403, means: 'The access code is wrong.' },
  quiz_without_questions: { status: 400, means: 'The quiz has no questions yet.' },
  quiz_too_large: { status: 400, means: 'The questions of the quiz are too long for one attempt.' },

  attempt_not_begun: { status: 400, means: 'A start broke off half-way. Start again, which finishes it.' },
  attempt_running: { status: 400, means: 'There is no result before the end.' },
  attempt_over: { status: 400, means: 'The attempt has ended.' },
  attempt_untimed: { status: 400, means: 'The attempt has no deadline to extend.' },
  attempt_abandoned: { status: 400, means: 'An abandoned attempt is not graded.' },
  question_answered: {
    status: 400,
    means: 'The question has another answer, whose feedback was shown: it is final.',
  },
  answer_outdated: {
    status: 400,
    means: 'A late copy of an answer: a higher `sequence` is kept, and the body names it.',
  },
  answers_too_large: { status: 400, means: 'All answers of an attempt together have more than 1 MB.' },
  extension_not_allowed: { status: 400, means: 'The quiz does not allow extensions.' },

  too_many_questions: { status: 400, means: 'A quiz has at most 1,000 questions.' },
  not_an_essay: { status: 400, means: 'Only essays are graded by hand.' },
  survey_not_graded: { status: 400, means: 'Surveys are not graded.' },
  essay_not_regraded: { status: 400, means: 'Essays are graded by hand and not by their key.' },
  question_type_changed: { status: 400, means: 'Answers given before the type changed cannot be regraded.' },
  question_changed: { status: 400, means: 'Somebody changed the question meanwhile. Try again.' },
}

const INTRODUCTION = `# Error codes

\`npm run docs\` writes this page from \`src/dev/error-codes.ts\`. Do not edit it by hand: \`npm run check\` fails when it is stale.

Every error with a \`detail\` has a \`code\` beside it. The words of \`detail\` are for people and may change; a code never does, and
a program decides by it:

\`\`\`json
{ "detail": "This course is full.", "code": "course_full" }
\`\`\`

Fields that are wrong have no code: a 400 without \`detail\` is \`{"<field>": ["<message>", …]}\`
([requests, pages and errors](pagination-and-errors.md#errors)).`

/** @returns the page in Markdown, in the order of the list above */
export function errorsPage(): string {
  const rows = Object.entries(ERROR_CODES).map(([code, { status, means }]) => `| \`${code}\` | ${status} | ${means} |`)
  return `${[INTRODUCTION, ['| code | status | means |', '| --- | --- | --- |', ...rows].join('\n')].join('\n\n')}\n`
}
