import * as z from 'zod'
import { isFull } from '../../access/seats.ts'
import { date, dateTime, description, displayName, id, object, title, toDate, toDateTime } from '../../http/fields.ts'
import { paginated, paginatedById } from '../../http/pagination.ts'
import type { CourseRow, ModuleSummaryRow } from './queries.ts'

/** A course in a path, by its present slug or a former one. */
export const slugParams = object(() => ({ slug: z.string().meta({ examples: ['introduction-to-programming'] }) }))

const status = z.enum(['draft', 'published', 'archived'])
export const enrollmentType = z.enum(['open', 'restricted'])
const courseType = z.enum(['course', 'program', 'workshop', 'seminar'])

/** The body of POST and PUT. A field omitted from POST takes the column's default, one omitted from PUT keeps its value. */
export const CourseInput = object(() => ({
  title: title(),
  description: description().optional(),
  status: status.optional().meta({ examples: ['published'] }),
  enrollment_type: enrollmentType.optional(),
  max_students: z
    .int()
    .min(0)
    .max(1_000_000)
    .optional()
    .meta({ description: '0 is unlimited', examples: [50] }),
  start_date: date().nullable().optional(),
  end_date: date()
    .nullable()
    .optional()
    .meta({ examples: ['2036-09-01'] }),
  course_type: courseType.optional(),
  instructor: id().optional().meta({ description: 'Another owner; staff only' }),
})).meta({
  examples: [
    {
      title: 'Introduction to Programming',
      description: 'Learn the basics of programming',
      status: 'published',
      enrollment_type: 'open',
      max_students: 50,
      start_date: '2023-06-01',
      end_date: '2036-09-01',
      course_type: 'course',
    },
  ],
})
export type CourseInput = z.output<typeof CourseInput>

export const courseValues = <Input extends Partial<CourseInput>>(input: Input) => ({
  title: input.title as Input['title'],
  description: input.description,
  status: input.status,
  enrollmentType: input.enrollment_type,
  courseType: input.course_type,
  maxStudents: input.max_students,
  startDate: input.start_date,
  endDate: input.end_date,
  instructorId: input.instructor,
})

const courseFields = () => ({
  id: id(),
  title: z.string().meta({ examples: ['Introduction to Programming'] }),
  slug: z.string().meta({ examples: ['introduction-to-programming'] }),
  description: z.string().meta({ examples: ['Learn the basics of programming'] }),
  status: status.meta({ examples: ['published'] }),
  enrollment_type: enrollmentType,
  course_type: courseType,
  max_students: z.int().meta({ description: '0 is unlimited', examples: [50] }),
  start_date: date().nullable(),
  end_date: date()
    .nullable()
    .meta({ examples: ['2023-09-01'] }),
  instructor: id().meta({ examples: [2] }),
  instructor_name: z.string().meta({ examples: ['John Smith'] }),
  created_at: dateTime(),
  updated_at: dateTime().meta({ examples: ['2023-05-20T14:20:00Z'] }),
  enrollment_count: z.int().meta({ description: 'Active and completed enrollments', examples: [25] }),
  is_full: z.boolean(),
  is_active: z.boolean().meta({ description: 'Published, and today (UTC) is within its dates', examples: [true] }),
})

export const Course = object(courseFields).meta({ id: 'Course' })
export type Course = z.input<typeof Course>
export const CoursePage = paginatedById(Course)
export const CourseMatchPage = paginated(Course)

const ModuleSummary = object(() => ({
  id: id(),
  title: z.string().meta({ examples: ['Getting Started'] }),
  description: z.string().meta({ examples: ['Introduction to the course'] }),
  order: z.int().meta({ examples: [1] }),
}))
export const CourseDetail = object(() => ({ ...courseFields(), modules: z.array(ModuleSummary) })).meta({
  id: 'CourseDetail',
})

/** A course in an answer. `now`, in Unix seconds, decides whether it is active today. */
export function toCourse(row: CourseRow, now: number): Course {
  return {
    id: row.id,
    title: row.title,
    slug: row.slug,
    description: row.description,
    status: row.status,
    enrollment_type: row.enrollmentType,
    course_type: row.courseType,
    max_students: row.maxStudents,
    start_date: row.startDate,
    end_date: row.endDate,
    instructor: row.instructorId,
    instructor_name: displayName(row),
    created_at: toDateTime(row.createdAt),
    updated_at: toDateTime(row.updatedAt),
    enrollment_count: row.activeCount + row.completedCount,
    is_full: isFull(row),
    is_active: row.status === 'published' && isWithin(row, toDate(now)),
  }
}

const isWithin = ({ startDate, endDate }: CourseRow, today: string) =>
  (startDate === null || startDate <= today) && (endDate === null || today <= endDate)

export const toModuleSummary = ({ id, title, description, order }: ModuleSummaryRow) => ({
  id,
  title,
  description,
  order,
})
