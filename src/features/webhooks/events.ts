/** The events that webhooks may subscribe to. The triggers in `src/db/triggers/outbox.sql` write each of them. */
export const EVENTS = [
  'enrollment.created',
  'enrollment.dropped',
  'course.completed',
  'module.completed',
  'attempt.started',
  'attempt.ended',
  'response.graded',
  'regrade.finished',
  'scan.recorded',
] as const

/** The type of the message that `POST /api/webhooks/{id}/test/` sends. */
export const TEST_EVENT = 'webhook.test'
