import * as z from 'zod'
import { requireManagedHidden } from '../../../access/courses.ts'
import { asViewer } from '../../../access/viewer.ts'
import type { Api } from '../../../http/api.ts'
import { displayName, object, queryId, toDateTime } from '../../../http/fields.ts'
import { codeByUuid } from '../codes/queries.ts'
import { rotatingCode, SLOT_SECONDS, slotAt } from '../proofs/rotation.ts'
import { codeStatusAt, EXAMPLE_UUID, targetNameOf } from '../schemas.ts'
import { validScansByUuid } from './queries.ts'
import { Display } from './schemas.ts'

/** A minute ahead, so that a display keeps rotating while its network drops out. */
const SLOTS_AHEAD = 4
const ARRIVED_SHOWN = 100

export function displayRoutes(api: Api): void {
  api.route(
    {
      method: 'get',
      path: '/api/qr-codes/display/{uuid}/',
      tag: 'QR Codes',
      summary: 'Get what a display shows',
      description:
        'The codes of this slot and the next ones, with the time until each by the server’s clock alone, and who has ' +
        'arrived since the scan `after`. Asked every 4 seconds by the display page, so no quota counts it.',
      quota: 'free',
      params: object(() => ({
        uuid: z.string().meta({ format: 'uuid', examples: [EXAMPLE_UUID] }),
      })),
      query: object(() => ({ after: queryId().optional() })),
      responses: { 200: Display },
      refuses: { 403: "Not the instructor of its target's course" },
    },
    async ({ params, query, caller, db, env, now, json }) => {
      const nowMs = Date.now()
      const [viewer, [row], arrived] = await asViewer(
        db,
        caller,
        codeByUuid({ uuid: params.uuid }),
        validScansByUuid({ uuid: params.uuid, after: query.after ?? 0, limit: ARRIVED_SHOWN }),
      )
      const code = requireManagedHidden(viewer, row)
      const slots = code.isRotating
        ? Array.from({ length: 1 + SLOTS_AHEAD }, (_, ahead) => slotAt(nowMs / 1000) + ahead)
        : []
      return json(200, {
        target_name: targetNameOf(code),
        slot_seconds: SLOT_SECONDS,
        codes: await Promise.all(
          slots.map(async slot => ({
            code: await rotatingCode(env, code.uuid, slot),
            starts_in_ms: slot * SLOT_SECONDS * 1000 - nowMs,
          })),
        ),
        status: codeStatusAt(code, now),
        scan_count: code.scanCount,
        arrived: arrived.map(scan => ({
          id: scan.id,
          user_name: displayName(scan),
          scanned_at: toDateTime(scan.scannedAt),
        })),
      })
    },
  )
}
