/** Who may see and change a QR code. */
import type { Viewer } from '../../db/read.ts'
import { notFound } from '../../http/errors.ts'

type Code = { instructorId: number }

/** Staff, and the instructor of its target's course; whoever made it only while they are that. */
const managesCode = (viewer: Viewer, code: Code) =>
  viewer.isStaff || (viewer.isInstructor && code.instructorId === viewer.id)

/** @throws 404 for a code the viewer may not know of. */
export function requireManagedCode<C extends Code>(viewer: Viewer, code: C | undefined): C {
  if (!code || !managesCode(viewer, code)) throw notFound()
  return code
}
