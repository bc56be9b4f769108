import * as z from 'zod'
import { requireTeacher } from '../../../access/teaching.ts'
import { asViewer } from '../../../access/viewer.ts'
import { batch } from '../../../db/batch.ts'
import { addressOf } from '../../../http/address.ts'
import type { Api } from '../../../http/api.ts'
import { csvFile } from '../../../http/csv.ts'
import { notFound } from '../../../http/errors.ts'
import { object, queryFlag, queryId } from '../../../http/fields.ts'
import { cursorQuery, pageBodyById, pageOf, pageQuery } from '../../../http/pagination.ts'
import { codeByUuid } from '../codes/queries.ts'
import { isCurrent } from '../proofs/rotation.ts'
import { readTicket, ticketIdOf } from '../proofs/tickets.ts'
import { scanLines } from './export.ts'
import { seenScans, seenScansBefore } from './queries.ts'
import { recordScan } from './record.ts'
import { Scan, ScanInput, ScanPage, toScan } from './schemas.ts'

const tag = 'QR Codes'
const filters = () => ({
  qr_code: queryId().optional(),
  user: queryId().optional(),
  is_valid: queryFlag().optional(),
})

export function scanRoutes(api: Api): void {
  api.route(
    {
      method: 'post',
      path: '/api/qr-codes/scans/',
      tag,
      summary: 'Record a QR code scan',
      description:
        'Answers 201 whether the scan is valid or not; an invalid one changes nothing else, and of one learner, code and ' +
        'reason at most one a minute is stored. Your second valid scan of an attendance or access code answers the first ' +
        'one, 200. With a ticket the scan counts from the moment the page was opened; a ticket is redeemed once, within 10 ' +
        'minutes, by the address that opened the page; whoever redeemed it is told the same scan again, 200, at any time.',
      body: ScanInput,
      responses: { 201: Scan, 200: Scan },
      refuses: { 404: 'No such code' },
    },
    async ({ body, caller, db, env, now, c, json }) => {
      const [viewer, [code]] = await asViewer(db, caller, codeByUuid({ uuid: body.qr_code_uuid }))
      if (!code) throw notFound()
      const opening = { uuid: code.uuid, address: addressOf(c), isRotating: code.isRotating }
      const proof = {
        ticket: body.ticket ? await readTicket(env, opening, viewer.id, body.ticket, now) : null,
        ticketId: ticketIdOf(body.ticket ?? ''),
        isCodeCurrent: body.rotating_code ? await isCurrent(env, code.uuid, body.rotating_code, now) : false,
      }
      const { location = '', device_info: deviceInfo = '' } = body
      const recorded = await recordScan(db, { code, userId: viewer.id, location, deviceInfo, proof }, now)
      if (!recorded) throw notFound()
      return json(recorded.isNew ? 201 : 200, toScan(recorded.scan))
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/qr-codes/scans/',
      tag,
      summary: 'List QR code scans',
      description: 'Of the courses you teach; for staff all. Newest first.',
      token: 'read',
      query: object(() => ({ ...filters(), ...pageQuery, ...cursorQuery })),
      responses: { 200: ScanPage },
      refuses: { 403: 'Instructors only' },
    },
    async ({ query, caller, db, c, json }) => {
      const page = pageOf(query)
      const visible = seenScans({ viewerId: caller.userId, ...page }, query)
      const [viewer, rows, [total]] = await asViewer(db, caller, ...visible)
      requireTeacher(viewer)
      return json(
        200,
        pageBodyById(c, page, total?.count ?? 0, rows.map(toScan), ({ id }) => id),
      )
    },
  )

  api.route(
    {
      method: 'get',
      path: '/api/qr-codes/scans/export/',
      tag,
      summary: 'Export QR code scans',
      description:
        'What the list shows, as CSV, streamed: 1,000 rows a round trip. Text that a spreadsheet would take for a formula begins with an apostrophe.',
      token: 'read',
      query: object(filters),
      download: ['text/csv'],
      responses: { 200: z.string() },
      refuses: { 403: 'Instructors only' },
    },
    async ({ query, caller, db }) => {
      const newest = seenScansBefore(caller.userId, query, Number.MAX_SAFE_INTEGER, ROWS_PER_TRIP)
      const [viewer, rows] = await asViewer(db, caller, newest)
      requireTeacher(viewer)
      return csvFile(
        'scans.csv',
        scanLines({
          first: rows,
          pageSize: ROWS_PER_TRIP,
          readAfter: async ({ id }) => (await batch(db, seenScansBefore(viewer.id, query, id, ROWS_PER_TRIP)))[0],
        }),
      )
    },
  )
}

const ROWS_PER_TRIP = 1_000
