import * as z from 'zod'
import { dateTime, displayName, id, object, text, toDateTime } from '../../../http/fields.ts'
import { paginatedById } from '../../../http/pagination.ts'
import { codeStatus, codeUuid, EXAMPLE_UUID, targetName } from '../schemas.ts'
import type { ScanRow } from './queries.ts'

/** The limit of the texts that a client sends with a scan. */
const PLACE_LENGTH = 200

const place = (example: string) => text(PLACE_LENGTH).meta({ examples: [example] })

export const ScanInput = object(() => ({
  qr_code_uuid: z
    .string()
    .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'Enter a valid UUID.')
    // The example comes before the transform, because after it zod would take it for an example of the output.
    .meta({ examples: [EXAMPLE_UUID] })
    .transform(value => value.toLowerCase()),
  location: place('Lecture Hall A').optional(),
  device_info: place('iPhone, Safari 16.0').optional(),
  ticket: text(PLACE_LENGTH).optional().meta({
    description: 'What the scan page was given when it was opened: the scan then counts from that moment',
  }),
  rotating_code: text(PLACE_LENGTH).optional().meta({ description: 'What a rotating code shows at the moment' }),
}))
export type ScanInput = z.output<typeof ScanInput>

const actions = z.enum(['attendance_marked', 'access_granted', 'certificate_verified', 'module_opened'])
export const Scan = object(() => ({
  id: id().meta({ examples: [25] }),
  qr_code: id(),
  qr_code_uuid: codeUuid(),
  user: id().meta({ examples: [5] }),
  user_name: z.string().meta({ examples: ['John Doe'] }),
  scanned_at: dateTime().meta({ examples: ['2023-06-12T10:30:00Z'] }),
  location: z.string().meta({ examples: ['Lecture Hall A'] }),
  device_info: z.string().meta({ examples: ['iPhone, Safari 16.0'] }),
  is_valid: z.boolean().meta({ examples: [true] }),
  validation_message: z.string().meta({ examples: ['Scan recorded successfully'] }),
  action_performed: actions.nullable(),
})).meta({ id: 'QrScan' })
export const ScanPage = paginatedById(Scan)

export const Display = object(() => ({
  target_name: targetName(),
  slot_seconds: z.int().meta({ examples: [15] }),
  codes: z
    .array(
      object(() => ({
        code: z.string().meta({ examples: ['Zm9yIGFuIGV4YW1w'] }),
        starts_in_ms: z.int().meta({ description: 'Counted from this answer; 0 or less: shown now', examples: [0] }),
      })),
    )
    .meta({ description: 'Of this slot and the next ones; empty for a code that does not rotate' }),
  status: codeStatus,
  scan_count: z.int().meta({ examples: [15] }),
  arrived: z
    .array(object(() => ({ id: id(), user_name: z.string().meta({ examples: ['John Doe'] }), scanned_at: dateTime() })))
    .meta({ description: 'The newest 100 after `after`, the newest first' }),
})).meta({ id: 'QrDisplay' })

export const toScan = (row: ScanRow): z.input<typeof Scan> => ({
  id: row.id,
  qr_code: row.qrCodeId,
  qr_code_uuid: row.uuid,
  user: row.userId,
  user_name: displayName(row),
  scanned_at: toDateTime(row.scannedAt),
  location: row.location,
  device_info: row.deviceInfo,
  is_valid: row.isValid,
  validation_message: row.validationMessage,
  action_performed: row.actionPerformed,
})
