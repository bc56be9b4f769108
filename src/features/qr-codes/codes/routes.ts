import { requireManagedHidden } from '../../../access/courses.ts'
import { requireTeacher } from '../../../access/teaching.ts'
import { asViewer } from '../../../access/viewer.ts'
import { batch } from '../../../db/batch.ts'
import type { Api } from '../../../http/api.ts'
import { purgeTags } from '../../../http/edge-cache.ts'
import { invalid, notFound } from '../../../http/errors.ts'
import { object, pathId, queryId } from '../../../http/fields.ts'
import { originOf } from '../../../http/origin.ts'
import { cursorQuery, pageBodyById, pageOf, pageQuery } from '../../../http/pagination.ts'
import { recordDeletion } from '../../audit/queries/acts.ts'
import { tagOfCode } from '../images/cache-tags.ts'
import { validScansOf } from '../scans/queries.ts'
import {
  Code,
  CodeChange,
  CodeDetail,
  CodeInput,
  CodePage,
  codeStatus,
  codeValues,
  newCodeValues,
  toCode,
  toCodeScan,
} from '../schemas.ts'
import { seenCodes } from './list.ts'
import {
  allOrNothing,
  type CodeRow,
  codeById,
  codeByUuid,
  deleteCode,
  insertCodes,
  seenBatch,
  targetsFor,
  updateCode,
} from './queries.ts'
import { NO_SUCH_TARGET, ONLY_ATTENDANCE, refuseGone } from './refusals.ts'

const tag = 'QR Codes'
const params = object(() => ({ id: pathId(4) }))
/** How many of the newest scans the details show. */
const SCANS_SHOWN = 100
const NOT_ITS_INSTRUCTOR = "Not the instructor of its target's course"

export function codeRoutes(api: Api): void {
  api.route(
    {
      method: 'get',
      path: '/api/qr-codes/codes/',
      tag,
      summary: 'List QR codes',
      description: 'Those of the courses you teach; for staff all. Newest first.',
      token: 'read',
      query: object(() => ({
        batch: queryId().optional(),
        status: codeStatus.optional(),
        ...pageQuery,
        ...cursorQuery,
      })),
      responses: { 200: CodePage },
      refuses: { 403: 'Instructors only' },
    },
    async ({ query, caller, db, now, c, json }) => {
      const page = pageOf(query)
      const visible = seenCodes({ viewerId: caller.userId, now, ...page }, query)
      const [viewer, rows, [total]] = await asViewer(db, caller, ...visible)
      requireTeacher(viewer)
      const codes = rows.map(row => toCode(row, originOf(c), now))
      return json(
        200,
        pageBodyById(c, page, total?.count ?? 0, codes, ({ id }) => id),
      )
    },
  )

  api.route(
    {
      method: 'post',
      path: '/api/qr-codes/codes/',
      tag,
      summary: 'Create a QR code',
      description: 'For a target in one of your own courses.',
      token: 'write',
      body: CodeInput,
      responses: { 201: Code },
      refuses: { 403: 'Instructors only' },
    },
    async ({ body, caller, db, now, c, json }) => {
      const [viewer, [target], [inBatch]] = await asViewer(
        db,
        caller,
        targetsFor(body.type, { viewerId: caller.userId, ids: [body.target_id] }),
        seenBatch({ viewerId: caller.userId, batch: body.batch ?? 0 }),
      )
      requireTeacher(viewer)
      const hasBatch = body.batch != null
      if (!target || (hasBatch && inBatch?.type !== body.type) || (body.rotating && body.type !== 'attendance')) {
        throw invalid({
          ...(hasBatch && inBatch?.type !== body.type && { batch: ['No such batch of this type.'] }),
          ...(!target && { target_id: [NO_SUCH_TARGET] }),
          ...(body.rotating && body.type !== 'attendance' && { rotating: [ONLY_ATTENDANCE] }),
        })
      }
      const uuid = crypto.randomUUID()
      const codes = [{ uuid, target: target.id }]
      const [, , [created]] = await batch(
        db,
        insertCodes({ ...newCodeValues(body), codes, batch: body.batch ?? null, viewerId: viewer.id, now }),
        allOrNothing({ uuids: [uuid] }),
        codeByUuid({ uuid }),
      ).catch(refuseGone('target_id'))
      if (!created) throw notFound()
      return json(201, toCode(created, originOf(c), now))
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/qr-codes/codes/{id}/',
      revised: 'qrCodes',
      tag,
      summary: 'Get QR code details',
      description: 'With its newest 100 valid scans.',
      token: 'read',
      about: ['code', 'id'],
      params,
      responses: { 200: CodeDetail },
    },
    async ({ params, caller, db, now, c, json }) => {
      const [viewer, [row], scans] = await asViewer(
        db,
        caller,
        codeById({ id: params.id }),
        validScansOf({ codeId: params.id, after: 0, limit: SCANS_SHOWN }),
      )
      const code = requireManagedHidden(viewer, row)
      return json(200, { ...toCode(code, originOf(c), now), scans: scans.map(toCodeScan) }, code.revision)
    },
  )

  api.route(
    {
      method: 'put',
      path: '/api/qr-codes/codes/{id}/',
      revised: 'qrCodes',
      tag,
      summary: 'Update a QR code',
      description: 'What is omitted keeps its value. Type and target never change.',
      token: 'write',
      about: ['code', 'id'],
      params,
      body: CodeChange,
      responses: { 200: Code },
      refuses: { 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ params, body, caller, db, now, c, json }) => {
      const [viewer, [row]] = await asViewer(db, caller, codeById({ id: params.id }))
      const code = requireManagedHidden(viewer, row)
      requireChange(body, code, now)
      const [[changed], [updated]] = await batch(
        db,
        updateCode(code.id, { status: body.status, ...codeValues(body) }, now),
        codeById({ id: code.id }),
      )
      if (!updated) throw notFound()
      if (!changed) throw dateHasPassed()
      return json(200, toCode(updated, originOf(c), now), updated.revision)
    },
  )

  api.route(
    {
      method: 'delete',
      path: '/api/qr-codes/codes/{id}/',
      revised: 'qrCodes',
      tag,
      summary: 'Delete a QR code',
      description: 'It, its scans, its image and its page are gone at once.',
      token: 'write',
      about: ['code', 'id'],
      params,
      responses: { 204: null },
      refuses: { 403: NOT_ITS_INSTRUCTOR },
    },
    async ({ params, caller, db, now, c, empty, later }) => {
      const [viewer, [row]] = await asViewer(db, caller, codeById({ id: params.id }))
      const code = requireManagedHidden(viewer, row)
      const act = { actorId: viewer.id, id: code.id, now }
      await batch(db, recordDeletion('code', act), deleteCode(act))
      later(purgeTags(c, tagOfCode(code.uuid)))
      return empty(204)
    },
  )
}

const dateHasPassed = () => invalid({ status: ['Its date has passed: give a new expires_at.'] })

/** @throws 400 for `active` on a date that has passed, and for a code that cannot rotate */
function requireChange(change: CodeChange, code: CodeRow, now: number): void {
  const expiresAt = change.expires_at === undefined ? code.expiresAt : change.expires_at
  if (change.status === 'active' && expiresAt !== null && expiresAt <= now) throw dateHasPassed()
  if (change.rotating && code.type !== 'attendance') throw invalid({ rotating: [ONLY_ATTENDANCE] })
}
