import * as z from 'zod'
import { asViewer, requireStaff } from '../../../access/viewer.ts'
import { batch } from '../../../db/batch.ts'
import type { Api } from '../../../http/api.ts'
import { notFound, ruleViolation } from '../../../http/errors.ts'
import { object, pathId } from '../../../http/fields.ts'
import { cursorQuery, pageBodyById, pageOf, pageQuery } from '../../../http/pagination.ts'
import { withdrawResetsOfInactive } from '../passwords/queries.ts'
import { managedUserById, managedUsers, recordRoles, updateRoles } from '../queries.ts'
import { ManagedUser, ManagedUserPage, RolesInput, roleValues, toManagedUser } from '../schemas.ts'

const tag = 'Users & Profiles'
const filter = (description: string, example: string) =>
  z
    .string()
    .optional()
    .meta({ description, examples: [example] })

export function staffRoutes(api: Api): void {
  api.route(
    {
      method: 'get',
      path: '/api/users/',
      tag,
      summary: 'List users',
      description: 'Staff only. Newest first.',
      query: object(() => ({
        username: filter('The whole username, whatever its case', 'student1'),
        email: filter('The whole address, whatever its case', 'student1@learnmore.example'),
        ...pageQuery,
        ...cursorQuery,
      })),
      responses: { 200: ManagedUserPage },
      refuses: { 403: 'Staff only' },
    },
    async ({ query, caller, db, c, json }) => {
      const page = pageOf(query)
      const [viewer, rows, [total]] = await asViewer(db, caller, ...managedUsers(page, query))
      requireStaff(viewer)
      return json(
        200,
        pageBodyById(c, page, total?.count ?? 0, rows.map(toManagedUser), ({ id }) => id),
      )
    },
  )

  api.route(
    {
      method: 'put',
      path: '/api/users/{id}/',
      tag,
      summary: 'Change a user’s roles',
      description:
        'Staff only. What is omitted keeps its value. A role takes effect with the user’s next request; a deactivated user is refused with it, and their tokens stay refused.',
      params: object(() => ({ id: pathId(5) })),
      body: RolesInput,
      responses: { 200: ManagedUser },
      refuses: { 400: 'Bad input; or it would leave no active staff user', 403: 'Staff only' },
    },
    async ({ params, body, caller, db, now, json }) => {
      const [viewer, [user]] = await asViewer(db, caller, managedUserById({ id: params.id }))
      requireStaff(viewer)
      if (!user) throw notFound()
      const [, [changed]] = await batch(
        db,
        recordRoles({ id: user.id, actorId: viewer.id, now }, roleValues(body)),
        updateRoles({ id: user.id, now }, roleValues(body)),
        ...(body.is_active === false ? [withdrawResetsOfInactive({ userId: user.id })] : []),
      )
      if (!changed) throw ruleViolation('last_staff_user', 'The last active staff user must stay active and staff.')
      return json(200, toManagedUser(changed))
    },
  )
}
