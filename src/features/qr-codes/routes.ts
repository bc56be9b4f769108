/** QR codes, in the order of the documentation; `src/pages/` has the pages that a phone opens. */
import type { Api } from '../../http/api.ts'
import { batchRoutes } from './batches/routes.ts'
import { codeRoutes } from './codes/routes.ts'
import { imageRoutes } from './images/routes.ts'
import { displayRoutes } from './scans/display.ts'
import { scanRoutes } from './scans/routes.ts'

export function qrCodeRoutes(api: Api): void {
  codeRoutes(api)
  scanRoutes(api)
  batchRoutes(api)
  displayRoutes(api)
  imageRoutes(api)
}
