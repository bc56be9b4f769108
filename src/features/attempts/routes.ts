/** Quiz attempts, in the order of the documentation. */
import type { Api } from '../../http/api.ts'
import { extensionRoutes } from './extensions/routes.ts'
import { gradingRoutes } from './grading/routes.ts'
import { receiptRoutes } from './receipts/routes.ts'
import { regradeRoutes } from './regrades/routes.ts'
import { resultRoutes } from './results/routes.ts'
import { roomRoutes } from './room/routes.ts'
import { startRoutes } from './starting/routes.ts'
import { liveRoutes } from './taking/live.ts'
import { takingRoutes } from './taking/routes.ts'

export function attemptRoutes(api: Api): void {
  startRoutes(api)
  takingRoutes(api)
  resultRoutes(api)
  extensionRoutes(api)
  gradingRoutes(api)
  regradeRoutes(api)
  receiptRoutes(api)
  liveRoutes(api.app)
  roomRoutes(api.app)
}
