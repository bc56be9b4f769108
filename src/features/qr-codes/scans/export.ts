import { csvLine } from '../../../http/csv.ts'
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

/** The file line by line, the newest scan first; the next rows are read when the ones before have been taken. */
export async function* scanLines(
  first: ScanRow[],
  full: number,
  readBefore: (id: number) => PromiseLike<ScanRow[]>,
): AsyncGenerator<string> {
  yield csvLine(HEADER)
  for (let rows = first; rows.length > 0; ) {
    yield rows.map(scanLine).join('')
    const last = rows.at(-1)
    if (rows.length < full || !last) return
    rows = await readBefore(last.id)
  }
}

const scanLine = (row: ScanRow) =>
  csvLine([
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
  ])
