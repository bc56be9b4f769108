import { asViewer, type Viewer } from '../../../access/viewer.ts'
import { batch } from '../../../db/batch.ts'
import type { Api } from '../../../http/api.ts'
import { forbidden, userInactive } from '../../../http/errors.ts'
import { accountById, updateProfile } from '../queries.ts'
import { Profile, ProfileInput, profileValues, toProfile } from '../schemas.ts'

const tag = 'Users & Profiles'
const path = '/api/users/profile/'

export function profileRoutes(api: Api): void {
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
      const [[account]] = await batch(db, updateProfile({ id: viewer.id, now }, profileValues(body)))
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
