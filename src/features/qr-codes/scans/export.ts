import { csvLines, type Pages } from '../../../http/csv.ts'
import { displayName, toDateTime } from '../../../http/fields.ts'
import type { ScanRow } from './queries.ts'

const HEADER = [
  'id',
  'qr_code',
  'qr_code_uuid',
  'course',
  'user',
  'username',
  'user_name',
  'scanned_at',
  'location',
  'device_info',
  'is_valid',
  'validation_message',
  'action_performed',
]

/** The lines of the file, the newest scan first. */
export const scanLines = (pages: Pages<ScanRow>) => csvLines(HEADER, scanCells, pages)

const scanCells = (row: ScanRow) => [
  row.id,
  row.qrCodeId,
  row.uuid,
  row.courseTitle,
  row.userId,
  row.username,
  displayName(row),
  toDateTime(row.scannedAt),
  row.location,
  row.deviceInfo,
  row.isValid,
  row.validationMessage,
  row.actionPerformed,
]
