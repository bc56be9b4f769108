/** Tags by which the service purges images from caches: of one code, or of all codes below a module or a course. */

export const tagOfCode = (uuid: string) => `qr-${uuid}`
export const tagOfModule = (id: number) => `qr-module-${id}`
export const tagOfCourse = (id: number) => `qr-course-${id}`

type Tagged = { uuid: string; type: string; targetId: number; courseId: number }

/** The value of the header `Cache-Tag`. */
export const tagsOf = ({ uuid, type, targetId, courseId }: Tagged) =>
  [
    tagOfCode(uuid),
    ...(type === 'attendance' || type === 'module' ? [tagOfModule(targetId)] : []),
    tagOfCourse(courseId),
  ].join()
