/** Accounts, in the order of the documentation. */
import type { Api } from '../../http/api.ts'
import { googleRoutes } from './google/routes.ts'
import { passwordRoutes } from './passwords/routes.ts'
import { profileRoutes } from './profile/routes.ts'
import { sessionRoutes } from './sessions/routes.ts'
import { staffRoutes } from './staff/routes.ts'
import { tokenRoutes } from './tokens/routes.ts'

export function userRoutes(api: Api): void {
  sessionRoutes(api)
  googleRoutes(api)
  profileRoutes(api)
  passwordRoutes(api)
  tokenRoutes(api)
  staffRoutes(api)
}
