import { asViewer, type Viewer } from '../../../access/viewer.ts'
import { batchOf } from '../../../db/batch.ts'
import type { Api } from '../../../http/api.ts'
import { forbidden, userInactive } from '../../../http/errors.ts'
import { accountById, recordRoles, updateProfile } from '../queries.ts'
import { Me, Profile, ProfileInput, profileValues, roleValues, toMe, toProfile } from '../schemas.ts'

const tag = 'Users & Profiles'
const path = '/api/users/profile/'

export function profileRoutes(api: Api): void {
  api.route(
    {
      method: 'get',
      path: '/api/users/me/',
      tag,
      summary: 'Get yourself',
      description: 'Your id, names, roles and profile.',
      token: 'read',
      responses: { 200: Me },
    },
    async ({ caller, db, json }) => {
      const [viewer, [account]] = await asViewer(db, caller, accountById({ id: caller.userId }))
      if (!account) throw userInactive()
      return json(200, toMe(account, viewer))
    },
  )

  api.route(
    { method: 'get', path, tag, summary: 'Get your profile', token: 'read', responses: { 200: Profile } },
    async ({ caller, db, json }) => {
      const [, [account]] = await asViewer(db, caller, accountById({ id: caller.userId }))
      if (!account) throw userInactive()
      return json(200, toProfile(account))
    },
  )

  api.route(
    {
      method: 'put',
      path,
      tag,
      summary: 'Update your profile',
      description: 'What is omitted keeps its value.',
      body: ProfileInput,
      responses: { 200: Profile },
      refuses: {
        403: '`is_instructor` changes by staff only, unless the server is set to let users become instructors',
      },
    },
    async ({ body, caller, db, env, now, json }) => {
      const [viewer] = await asViewer(db, caller)
      requireRoleChange(env, viewer, body)
      const changesRole = body.is_instructor !== undefined && body.is_instructor !== viewer.isInstructor
      const {
        updated: [account],
      } = await batchOf(db, {
        ...(changesRole && {
          recorded: recordRoles(
            { id: viewer.id, actorId: viewer.id, now },
            roleValues({ is_instructor: body.is_instructor }),
          ),
        }),
        updated: updateProfile({ id: viewer.id, now }, profileValues(body)),
      })
      if (!account) throw userInactive()
      return json(200, toProfile(account))
    },
  )
}

/** @throws 403 when users may not change their own instructor role; sending the present value is no change */
function requireRoleChange(env: Env, viewer: Viewer, { is_instructor }: ProfileInput): void {
  if (is_instructor === undefined || is_instructor === viewer.isInstructor) return
  if (env.INSTRUCTOR_SIGNUP !== 'open' && !viewer.isStaff) throw forbidden()
}
