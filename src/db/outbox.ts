/** The outbox holds messages about events until the objects of their webhooks take them. Triggers alone write it. */

/** The tables whose inserts and updates can be events: those of the triggers in `triggers/outbox.sql`. */
export const EVENT_TABLES = ['attempts', 'enrollments', 'module_progress', 'qr_scans', 'regrades', 'responses']

const WRITES_EVENTS = new RegExp(`^(?:insert into|update) "(?:${EVENT_TABLES.join('|')})"`)

/** Whether a statement of this text may write messages into the outbox. */
export const mayCauseEvents = (text: string): boolean => WRITES_EVENTS.test(text)

/** The webhooks with messages in the outbox. It is nearly always empty, and then this reads nothing. */
export const WAITING_WEBHOOKS = 'SELECT DISTINCT webhook_id AS id FROM outbox LIMIT 100'

/** Takes the ids of webhooks with messages in the outbox. It must not throw, because the batch has already been written. */
export type OnOutbox = (webhookIds: readonly number[]) => void

export const webhookIdsOf = (result: D1Result | undefined): number[] =>
  ((result?.results ?? []) as { id: number }[]).map(({ id }) => id)
