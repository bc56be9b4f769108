/** Codes, and the fields of a code that batches and scans share. */
import * as z from 'zod'
import { dateTime, displayName, id, instant, object, toDateTime, toOptionalDateTime } from '../../http/fields.ts'
import { paginatedById } from '../../http/pagination.ts'
import type { CodeRow } from './codes/queries.ts'
import type { ScanRow } from './scans/queries.ts'

const MAX_SCANS = 1_000_000_000

export const codeType = z.enum(['attendance', 'certificate', 'access', 'module'])
export const codeStatus = z.enum(['active', 'expired', 'revoked'])

export const EXAMPLE_UUID = '4a487972-5d1d-491c-ad4b-a7da7e0c4c39'
export const codeUuid = () => z.uuid().meta({ examples: [EXAMPLE_UUID] })
export const maxScans = () =>
  z
    .int()
    .min(0)
    .max(MAX_SCANS)
    .nullable()
    .meta({ description: 'Valid scans at most; null and 0 are unlimited', examples: [50] })
export const expiresAt = () =>
  instant('2036-06-20T23:59:59Z').nullable().meta({ description: 'A moment in the past is accepted: born expired' })
export const rotating = () =>
  z
    .boolean()
    .meta({ description: 'Attendance only: a scan also needs the code that the display shows', examples: [false] })

export const CodeInput = object(() => ({
  batch: id().nullable().optional().meta({ description: 'One you can see, of the same type' }),
  type: codeType,
  target_id: id().meta({
    description: 'attendance, module: a module; access: a course; certificate: a completed enrollment',
  }),
  max_scans: maxScans().optional(),
  expires_at: expiresAt().optional(),
  rotating: rotating().optional(),
}))
export type CodeInput = z.output<typeof CodeInput>

export const CodeChange = object(() => ({
  status: codeStatus.optional().meta({
    description: '`expired` sets `expires_at` to now; `active` on a past date needs a new date',
  }),
  max_scans: maxScans().optional(),
  expires_at: expiresAt().optional(),
  rotating: rotating().optional(),
}))
export type CodeChange = z.output<typeof CodeChange>

export const codeValues = ({
  max_scans,
  expires_at,
  rotating,
}: Partial<Pick<CodeInput, 'max_scans' | 'expires_at' | 'rotating'>>) => ({
  maxScans: max_scans,
  expiresAt: expires_at,
  isRotating: rotating,
})
/** The values of a new code, or of the codes of a new batch. */
export const newCodeValues = (input: Pick<CodeInput, 'type' | 'max_scans' | 'expires_at' | 'rotating'>) => ({
  type: input.type,
  ...codeValues(input),
})

export const targetName = () =>
  z.string().meta({
    description: '"Course - Module", the course, or "Course - Full Name"',
    examples: ['Introduction to Programming - Lecture 1'],
  })
export const imageUrl = () =>
  z.url().meta({
    description: 'A PNG; `?size=` 256, 512, 1024 or 2048; `.svg` beside it',
    examples: [`https://example.com/media/qr_codes/${EXAMPLE_UUID}.png`],
  })

const codeFields = () => ({
  id: id(),
  uuid: codeUuid(),
  batch: id().nullable(),
  batch_name: z.string().nullable(),
  type: codeType,
  target_id: id(),
  target_name: targetName(),
  created_by: id(),
  created_by_name: z.string(),
  status: codeStatus,
  scan_count: z.int().meta({ description: 'Valid scans' }),
  max_scans: maxScans(),
  expires_at: dateTime().nullable(),
  created_at: dateTime(),
  updated_at: dateTime(),
  qr_image_url: imageUrl(),
  rotating: z.literal(true).optional().meta({ description: 'Only there when it does' }),
})
const EXAMPLE_CODE = {
  id: 1,
  uuid: EXAMPLE_UUID,
  batch: 1,
  batch_name: 'Fall Semester 2023',
  type: 'attendance' as const,
  target_id: 1,
  target_name: 'Introduction to Programming - Lecture 1',
  created_by: 2,
  created_by_name: 'John Smith',
  status: 'active' as const,
  scan_count: 15,
  max_scans: 50,
  expires_at: '2023-06-20T23:59:59Z',
  created_at: '2023-06-01T08:45:00Z',
  updated_at: '2023-06-10T14:30:00Z',
  qr_image_url: `https://example.com/media/qr_codes/${EXAMPLE_UUID}.png`,
}
export const Code = object(codeFields).meta({ id: 'QrCode', examples: [EXAMPLE_CODE] })
export const CodePage = paginatedById(Code)

const EXAMPLE_CODE_SCAN = {
  id: 5,
  user: 5,
  user_name: 'John Doe',
  scanned_at: '2023-06-05T10:15:00Z',
  location: 'Lecture Hall A',
  device_info: 'iPhone, Safari 16.0',
}
const CodeScan = object(() => ({
  id: id(),
  user: id(),
  user_name: z.string(),
  scanned_at: dateTime(),
  location: z.string(),
  device_info: z.string(),
}))
export const CodeDetail = object(() => ({
  ...codeFields(),
  scans: z.array(CodeScan).meta({ description: 'The newest 100 valid ones' }),
})).meta({ id: 'QrCodeDetail', examples: [{ ...EXAMPLE_CODE, scans: [EXAMPLE_CODE_SCAN] }] })

export const codeStatusAt = (row: Pick<CodeRow, 'isRevoked' | 'expiresAt'>, now: number) =>
  row.isRevoked ? 'revoked' : row.expiresAt !== null && row.expiresAt <= now ? 'expired' : 'active'

/** "Course - Module", the course, or "Course - Full Name". */
export function targetNameOf(row: {
  type: CodeRow['type']
  courseTitle: string
  moduleTitle: string | null
  holderFirstName: string | null
  holderLastName: string | null
  holderUsername: string | null
}): string {
  if (row.type === 'access') return row.courseTitle
  return `${row.courseTitle} - ${row.type === 'certificate' ? holderOf(row) : (row.moduleTitle ?? '')}`
}

export const holderOf = (row: {
  holderFirstName: string | null
  holderLastName: string | null
  holderUsername: string | null
}) =>
  displayName({
    firstName: row.holderFirstName ?? '',
    lastName: row.holderLastName ?? '',
    username: row.holderUsername ?? '',
  })

export const imageUrlOf = (origin: string, code: { uuid: string }) => `${origin}/media/qr_codes/${code.uuid}.png`

/** @param now Unix seconds; decides the status */
export const toCode = (row: CodeRow, origin: string, now: number): z.input<typeof Code> => ({
  id: row.id,
  uuid: row.uuid,
  batch: row.batchId,
  batch_name: row.batchName,
  type: row.type,
  target_id: row.targetId,
  target_name: targetNameOf(row),
  created_by: row.createdBy,
  created_by_name: displayName({
    firstName: row.creatorFirstName,
    lastName: row.creatorLastName,
    username: row.creatorUsername,
  }),
  status: codeStatusAt(row, now),
  scan_count: row.scanCount,
  max_scans: row.maxScans,
  expires_at: toOptionalDateTime(row.expiresAt),
  created_at: toDateTime(row.createdAt),
  updated_at: toDateTime(row.updatedAt),
  qr_image_url: imageUrlOf(origin, row),
  ...(row.isRotating && { rotating: true as const }),
})

export const toCodeScan = (row: ScanRow): z.input<typeof CodeScan> => ({
  id: row.id,
  user: row.userId,
  user_name: displayName(row),
  scanned_at: toDateTime(row.scannedAt),
  location: row.location,
  device_info: row.deviceInfo,
})
