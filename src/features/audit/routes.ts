import { requireTeacher } from '../../access/teaching.ts'
import { asViewer } from '../../access/viewer.ts'
import type { Api } from '../../http/api.ts'
import { object, queryId } from '../../http/fields.ts'
import { pageBody, pageOf, pageQuery } from '../../http/pagination.ts'
import { dateQuery, orderedDates } from '../analytics/schemas.ts'
import { seenActs } from './queries/list.ts'
import { AuditPage, action, toAuditEntry } from './schemas.ts'

export function auditRoutes(api: Api): void {
  api.route(
    {
      method: 'get',
      path: '/api/audit/',
      tag: 'Audit',
      summary: 'List what was done',
      description:
        'Who did what to whom, with the old and the new value, the newest first: in courses that you teach; for staff in all. The count stops at 10,000, so narrow it by the filters.',
      query: orderedDates(
        object(() => ({
          course: queryId().optional(),
          user: queryId().optional().meta({ description: 'Whom it concerns', type: 'integer', minimum: 1 }),
          actor: queryId().optional().meta({ description: 'Who did it', type: 'integer', minimum: 1 }),
          action: action().optional(),
          ...dateQuery(),
          ...pageQuery,
        })),
      ),
      responses: { 200: AuditPage },
      refuses: { 403: 'Instructors only' },
    },
    async ({ query, caller, db, c, json }) => {
      const page = pageOf(query)
      const { course, user, actor, action, start_date, end_date } = query
      const filter = { course, user, actor, action, start_date, end_date }
      const [viewer, rows, [total]] = await asViewer(
        db,
        caller,
        ...seenActs({ viewerId: caller.userId, ...page }, filter),
      )
      requireTeacher(viewer)
      return json(200, pageBody(c, page, total?.count ?? 0, rows.map(toAuditEntry)))
    },
  )
}
