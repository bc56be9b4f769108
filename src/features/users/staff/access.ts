/** What only staff may do. */
import type { Viewer } from '../../../db/read.ts'
import { forbidden } from '../../../http/errors.ts'

/** @throws 403 for anybody but staff, whether or not what they asked for exists. */
export function requireStaff(viewer: Viewer): void {
  if (!viewer.isStaff) throw forbidden()
}
