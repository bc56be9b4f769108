import * as z from 'zod'
import { list, object, text } from '../../../http/fields.ts'
import { Enrollment } from '../schemas.ts'

/** A learner's username or email address, at most as long as an address may be (RFC 5321). */
const learner = () => text(254, { min: 1 }).meta({ examples: ['student1'] })
export const BulkEnrollmentInput = object(() => ({
  users: list(learner(), 500, { min: 1 }).meta({ description: 'Usernames or email addresses' }),
}))

const rowStatus = z.enum(['enrolled', 'already_enrolled', 'not_found', 'inactive', 'course_full'])
export const BulkEnrollment = object(() => ({
  results: z.array(
    object(() => ({
      user: z.string().meta({ description: 'As it was sent', examples: ['student1'] }),
      username: z
        .string()
        .nullable()
        .meta({ description: 'Of whom it found; null for nobody', examples: ['student1'] }),
      full_name: z
        .string()
        .nullable()
        .meta({ examples: ['Ada Lovelace'] }),
      status: rowStatus,
      enrollment: Enrollment.nullable(),
    })),
  ),
})).meta({ id: 'BulkEnrollment' })
