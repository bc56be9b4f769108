import * as z from 'zod'
import { date, dateTime, id, instant, list, object, title, toDateTime } from '../../../http/fields.ts'
import { idToken, password } from '../schemas.ts'
import type { TokenRow } from './queries.ts'

const COURSES_AT_MOST = 100

const access = () => z.enum(['read', 'write'])
const courses = () => list(id(), COURSES_AT_MOST, { min: 1 }).nullable()

export const TokenInput = object(() => ({
  name: title().meta({ examples: ['Gradebook of the registry'] }),
  access: access().meta({ description: '`read` may call only operations for reading', examples: ['read'] }),
  courses: courses()
    .default(null)
    .meta({ description: 'The only courses that it reaches; null for all', examples: [[1]] }),
  expires_at: instant().optional().meta({ description: 'At most a year ahead; 90 days without it' }),
  password: password().optional().meta({ description: 'Needed by an account that has a password' }),
  id_token: idToken().optional().meta({
    description:
      'Needed by an account that has no password: its Google account’s credential, issued at most 10 minutes ago',
  }),
})).meta({
  examples: [{ name: 'Gradebook of the registry', access: 'read', courses: [1], password: 'securepassword123' }],
})

const tokenFields = () => ({
  id: id(),
  name: z.string().meta({ examples: ['Gradebook of the registry'] }),
  access: access(),
  courses: z.array(id()).nullable(),
  created_at: dateTime(),
  expires_at: dateTime(),
  last_used_at: date().nullable().meta({ description: 'The day, UTC' }),
})
export const PersonalToken = object(tokenFields).meta({ id: 'PersonalToken' })
export const NewPersonalToken = object(() => ({
  ...tokenFields(),
  token: z.string().meta({
    examples: ['lmp_1.5.Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmFyYmE.Zm9vYmFyYmF6Zm9vYmFyYg'],
    description: 'Shown this once',
  }),
})).meta({ id: 'NewPersonalToken' })

export const toPersonalToken = (row: TokenRow): z.input<typeof PersonalToken> => ({
  id: row.id,
  name: row.name,
  access: row.canWrite ? 'write' : 'read',
  courses: row.courses === null ? null : JSON.parse(row.courses),
  created_at: toDateTime(row.createdAt),
  expires_at: toDateTime(row.expiresAt),
  last_used_at: row.lastUsedOn,
})
