import * as z from 'zod'
import { dateTime, description, displayName, id, list, object, title, toDateTime } from '../../../http/fields.ts'
import { paginatedById } from '../../../http/pagination.ts'
import { codeType, codeUuid, expiresAt, imageUrl, maxScans, rotating, targetName } from '../schemas.ts'
import type { BatchRow } from './queries.ts'

const MAX_TARGETS = 500

export const BatchInput = object(() => ({
  name: title().meta({ examples: ['Spring Semester 2024'] }),
  description: description()
    .optional()
    .meta({ examples: ['QR codes for spring semester attendance tracking'] }),
  type: codeType,
  target_ids: list(id(), MAX_TARGETS, { min: 1 }).meta({ description: 'Each gets a code', examples: [[1, 2, 3]] }),
  max_scans: maxScans().optional(),
  expires_at: expiresAt().optional(),
  rotating: rotating().optional(),
}))
export type BatchInput = z.output<typeof BatchInput>

export const batchValues = ({ name, description, type }: BatchInput) => ({ name, description, type })

const batchFields = () => ({
  id: id(),
  name: z.string().meta({ examples: ['Spring Semester 2024'] }),
  description: z.string().meta({ examples: ['QR codes for spring semester attendance tracking'] }),
  type: codeType,
  created_by: id().meta({ examples: [2] }),
  created_by_name: z.string().meta({ examples: ['John Smith'] }),
  created_at: dateTime(),
  updated_at: dateTime(),
  qr_code_count: z.int().meta({ examples: [25] }),
  active_count: z.int().meta({ examples: [20] }),
  scan_count: z.int().meta({ description: 'Valid scans', examples: [150] }),
})
export const Batch = object(batchFields).meta({ id: 'QrBatch' })
export const BatchPage = paginatedById(Batch)
export const BatchCreated = object(() => ({
  ...batchFields(),
  qr_codes: z.array(
    object(() => ({
      id: id(),
      uuid: codeUuid(),
      target_id: id(),
      target_name: targetName(),
      qr_image_url: imageUrl(),
    })),
  ),
})).meta({ id: 'QrBatchCreated' })

export const toBatch = (row: BatchRow): z.input<typeof Batch> => ({
  id: row.id,
  name: row.name,
  description: row.description,
  type: row.type,
  created_by: row.createdBy,
  created_by_name: displayName(row),
  created_at: toDateTime(row.createdAt),
  updated_at: toDateTime(row.updatedAt),
  qr_code_count: row.codeCount,
  active_count: row.activeCount,
  scan_count: row.scanCount,
})
