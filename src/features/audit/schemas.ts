import * as z from 'zod'
import { audit } from '../../db/schema/audit.ts'
import { dateTime, id, object, toDateTime } from '../../http/fields.ts'
import { paginated } from '../../http/pagination.ts'
import type { AuditRow } from './queries/list.ts'

export const action = () => z.enum(audit.action.enumValues)

const details = (example: Record<string, unknown>) =>
  z
    .record(z.string(), z.unknown())
    .nullable()
    .meta({ examples: [example] })

export const AuditEntry = object(() => ({
  id: id(),
  at: dateTime(),
  actor: id().meta({ description: 'Who did it' }),
  actor_username: z.string().meta({ examples: ['jsmith'] }),
  action: action(),
  user: id().nullable().meta({ description: 'Whom it concerns' }),
  username: z
    .string()
    .nullable()
    .meta({ examples: ['student1'] }),
  course: id().nullable(),
  target: id().meta({ description: 'The id of what the first word of `action` names' }),
  old: details({ score: null }),
  new: details({ score: 4.5 }),
})).meta({ id: 'AuditEntry' })
export const AuditPage = paginated(AuditEntry)

const parsed = (json: string | null) => (json === null ? null : (JSON.parse(json) as Record<string, unknown>))

export const toAuditEntry = (row: AuditRow): z.input<typeof AuditEntry> => ({
  id: row.id,
  at: toDateTime(row.at),
  actor: row.actorId,
  actor_username: row.actor,
  action: row.action,
  user: row.userId,
  username: row.username,
  course: row.courseId,
  target: row.targetId,
  old: parsed(row.old),
  new: parsed(row.new),
})
