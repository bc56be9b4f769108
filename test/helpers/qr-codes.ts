import type { TestUser } from '../factories/users.ts'
import { call } from './client.ts'

export const change = (as: TestUser, code: { id: number }, body: Record<string, unknown>) =>
  call('PATCH', `/api/qr-codes/codes/${code.id}/`, { as, body })

export const scan = (
  as: TestUser,
  code: { uuid: string },
  fields: Record<string, unknown> = {},
  headers: Record<string, string> = {},
) => call('POST', '/api/qr-codes/scans/', { as, body: { qr_code_uuid: code.uuid, ...fields }, headers })

/** So many seconds from now, as the API takes it. */
export const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString()
