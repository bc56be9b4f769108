/** By which caches are told to forget images: a code's own, or those of all codes below a module or a course. */

export const tagOfCode = (uuid: string) => `qr-${uuid}`
export const tagOfModule = (id: number) => `qr-module-${id}`
export const tagOfCourse = (id: number) => `qr-course-${id}`

type Tagged = { uuid: string; type: string; targetId: number; courseId: number }

/** As `Cache-Tag` takes them. */
export const tagsOf = ({ uuid, type, targetId, courseId }: Tagged) =>
  [
    tagOfCode(uuid),
    ...(type === 'attendance' || type === 'module' ? [tagOfModule(targetId)] : []),
    tagOfCourse(courseId),
  ].join()
