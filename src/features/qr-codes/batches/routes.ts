import { requireTeacher } from '../../../access/teaching.ts'
import { asViewer } from '../../../access/viewer.ts'
import { batchOf } from '../../../db/batch.ts'
import type { Api } from '../../../http/api.ts'
import { invalid, notFound } from '../../../http/errors.ts'
import { object } from '../../../http/fields.ts'
import { originOf } from '../../../http/origin.ts'
import { cursorQuery, pageBodyById, pageOf, pageQuery } from '../../../http/pagination.ts'
import { allOrNothing, codesByUuids, insertCodes, targetsFor } from '../codes/queries.ts'
import { ONLY_ATTENDANCE, refuseGone } from '../codes/refusals.ts'
import { codeType, imageUrlOf, newCodeValues, targetNameOf } from '../schemas.ts'
import { insertBatch, newestBatch, seenBatches } from './queries.ts'
import { BatchCreated, BatchInput, BatchPage, batchValues, toBatch } from './schemas.ts'

const tag = 'QR Codes'

export function batchRoutes(api: Api): void {
  api.route(
    {
      method: 'get',
      path: '/api/qr-codes/batches/',
      tag,
      summary: 'List QR code batches',
      description: 'Those with codes of the courses you teach; for staff all. Newest first.',
      token: 'read',
      query: object(() => ({ type: codeType.optional(), ...pageQuery, ...cursorQuery })),
      responses: { 200: BatchPage },
      refuses: { 403: 'Instructors only' },
    },
    async ({ query, caller, db, now, c, json }) => {
      const page = pageOf(query)
      const visible = seenBatches({ viewerId: caller.userId, now, ...page }, query)
      const [viewer, rows, [total]] = await asViewer(db, caller, ...visible)
      requireTeacher(viewer)
      return json(
        200,
        pageBodyById(c, page, total?.count ?? 0, rows.map(toBatch), ({ id }) => id),
      )
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/qr-codes/batches/',
      tag,
      summary: 'Create a QR code batch',
      description: 'A code for each target, all or none.',
      token: 'write',
      body: BatchInput,
      responses: { 201: BatchCreated },
      refuses: { 403: 'Instructors only' },
    },
    async ({ body, caller, db, now, c, json }) => {
      const [viewer, targets] = await asViewer(
        db,
        caller,
        targetsFor(body.type, { viewerId: caller.userId, ids: [...new Set(body.target_ids)] }),
      )
      requireTeacher(viewer)
      const known = new Set(targets.map(target => target.id))
      const unknown = [...new Set(body.target_ids.filter(target => !known.has(target)))]
      if (unknown.length > 0 || (body.rotating && body.type !== 'attendance')) {
        throw invalid({
          ...(unknown.length > 0 && { target_ids: [`No such target in your courses: ${unknown.join(', ')}.`] }),
          ...(body.rotating && body.type !== 'attendance' && { rotating: [ONLY_ATTENDANCE] }),
        })
      }
      const codes = body.target_ids.map(target => ({ uuid: crypto.randomUUID(), target }))
      const uuids = codes.map(code => code.uuid)
      const {
        created: [created],
        rows,
      } = await batchOf(db, {
        batch: insertBatch({ viewerId: viewer.id, now }, batchValues(body)),
        codes: insertCodes({ ...newCodeValues(body), codes, batch: 'new', viewerId: viewer.id, now }),
        allOrNothing: allOrNothing({ uuids }),
        created: newestBatch({ viewerId: viewer.id, now }),
        rows: codesByUuids({ uuids }),
      }).catch(refuseGone('target_ids'))
      if (!created) throw notFound()
      const qrCodes = rows.map(row => ({
        id: row.id,
        uuid: row.uuid,
        target_id: row.targetId,
        target_name: targetNameOf(row),
        qr_image_url: imageUrlOf(originOf(c), row),
      }))
      return json(201, { ...toBatch(created), qr_codes: qrCodes })
    },
  )
}
