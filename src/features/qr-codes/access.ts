/** Who may see and change a QR code. */
import type { Viewer } from '../../db/read.ts'
import { forbidden, notFound } from '../../http/errors.ts'

type Code = { createdBy: number; instructorId: number }

/** Staff, and the instructor of its target's course. */
export const managesCode = (viewer: Viewer, code: Pick<Code, 'instructorId'>) =>
  viewer.isStaff || (viewer.isInstructor && code.instructorId === viewer.id)

/** They, and whoever made it, while still an instructor. */
const seesCode = (viewer: Viewer, code: Code) =>
  managesCode(viewer, code) || (viewer.isInstructor && code.createdBy === viewer.id)

/** @throws 404 for a code the viewer may not know of. */
export function requireSeenCode<C extends Code>(viewer: Viewer, code: C | undefined): C {
  if (!code || !seesCode(viewer, code)) throw notFound()
  return code
}

/** @throws 404 as above, 403 for a code whose course has become another's. */
export function requireManagedCode<C extends Code>(viewer: Viewer, code: C | undefined): C {
  const seen = requireSeenCode(viewer, code)
  if (!managesCode(viewer, seen)) throw forbidden()
  return seen
}
