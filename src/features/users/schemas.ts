import * as z from 'zod'
import type { Viewer } from '../../access/viewer.ts'
import {
  DESCRIPTION_LENGTH,
  dateTime,
  displayName,
  id,
  isLonger,
  object,
  partial,
  text,
  toDateTime,
  toOptionalDateTime,
  within,
} from '../../http/fields.ts'
import { lazy } from '../../http/lazy.ts'
import { paginatedById } from '../../http/pagination.ts'
import { USERNAME_LENGTH } from './keys.ts'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, problemsOf, similarityProblems } from './passwords/rules.ts'
import type { AccountRow, ManagedRow } from './queries.ts'

/** The longest address that can receive mail (RFC 5321), in characters. */
const EMAIL_LENGTH = 254
const NAME_LENGTH = 200
const TOKEN_LENGTH = 4_000

/** Letters and digits of any script. Compiled on first use, because such classes take long to compile. */
const USERNAME = lazy(() => /^[\p{L}\p{Nd}@.+\-_]+$/u)
const EMAIL = lazy(
  () =>
    /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*@([\p{L}\p{N}][\p{L}\p{M}\p{N}-]*\.)+[\p{L}\p{M}\p{N}-]{2,}$/u,
)

const username = () =>
  within(USERNAME_LENGTH)
    .normalize('NFKC')
    .trim()
    .min(1)
    // The length is checked again, because normalization may make the text longer.
    .pipe(
      text(USERNAME_LENGTH).regex(
        USERNAME(),
        'Enter a valid username: only letters, digits and @ . + - _ are allowed.',
      ),
    )
    .meta({ minLength: 1, maxLength: USERNAME_LENGTH, examples: ['newuser'] })

const email = () =>
  within(EMAIL_LENGTH)
    .trim()
    .min(1)
    .pipe(z.string().regex(EMAIL(), 'Enter a valid email address.'))
    .meta({ format: 'email', minLength: 1, maxLength: EMAIL_LENGTH, examples: ['user@example.com'] })

const name = (example: string) => text(NAME_LENGTH).meta({ examples: [example] })

/** Text to compare with a stored value, so only its size is checked. */
const comparedText = (max: number, example: string) =>
  z
    .string()
    .min(1)
    .pipe(text(max))
    .meta({ minLength: 1, maxLength: max, examples: [example] })

const PASSWORD_EXAMPLE = 'securepassword123'
/** Nobody's, so that trying the example out changes no password of the demo. */
const OLD_PASSWORD_EXAMPLE = 'the password of before'
const NEW_PASSWORD_EXAMPLE = 'another good password'
export const password = () => comparedText(MAX_PASSWORD_LENGTH, PASSWORD_EXAMPLE).meta({ format: 'password' })
const token = (example: string) => comparedText(TOKEN_LENGTH, example)
const jwt = () => z.string().meta({ examples: ['eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.e30.Zm9v'] })

/** A new password, checked by itself. */
const newPassword = (example = PASSWORD_EXAMPLE) =>
  z
    .string()
    .check(({ value, issues }) => {
      for (const message of problemsOf(value)) issues.push({ code: 'custom', input: value, message })
    })
    .meta({
      format: 'password',
      minLength: MIN_PASSWORD_LENGTH,
      maxLength: MAX_PASSWORD_LENGTH,
      description: 'Not all digits, not among the most common, not too like the username or the email address',
      examples: [example],
    })

/**
 * Whether each field is text of at most so many characters. Rules between these fields then run even when other fields are
 * wrong.
 */
const areWithin =
  (lengths: Record<string, number>) =>
  ({ value }: { value: unknown }) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(lengths).every(([field, max]) => {
      const text = (value as Record<string, unknown>)[field]
      return typeof text === 'string' && !isLonger(text, max)
    })

export const RegisterInput = object(() => ({
  username: username(),
  email: email(),
  password: newPassword(),
  password2: z.string().meta({ format: 'password', description: 'The same again', examples: [PASSWORD_EXAMPLE] }),
  first_name: name('John'),
  last_name: name('Doe'),
}))
  .refine(body => body.password === body.password2, {
    path: ['password'],
    message: "Password fields didn't match.",
    when: areWithin({ password: MAX_PASSWORD_LENGTH, password2: Infinity }),
  })
  .check(
    z.superRefine(
      (body, context) => {
        for (const message of similarityProblems(body.password, body))
          context.addIssue({ code: 'custom', path: ['password'], message })
      },
      { when: areWithin({ password: MAX_PASSWORD_LENGTH, username: USERNAME_LENGTH, email: EMAIL_LENGTH }) },
    ),
  )
export type RegisterInput = z.output<typeof RegisterInput>

export const newAccount = ({ username, email, first_name, last_name }: RegisterInput) => ({
  username,
  email,
  firstName: first_name,
  lastName: last_name,
})

export const LoginInput = object(() => ({ username: comparedText(USERNAME_LENGTH, 'student1'), password: password() }))
export const RefreshInput = object(() => ({ refresh: token('eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.e30.Zm9v') }))

export const idToken = () =>
  token('eyJhbGciOiJSUzI1NiJ9.e30.Zm9v').meta({
    description: 'The credential that Google signed, as its sign-in hands it to the client',
  })
export const GoogleInput = object(() => ({
  google_id: comparedText(255, '110169484474386276334').meta({ description: 'Must be `sub` of `id_token`' }),
  email: email().meta({ description: 'Must be the address of `id_token`' }),
  first_name: name('John').default(''),
  last_name: name('Doe').default(''),
  profile_picture: text(2_000)
    .regex(/^(https:\/\/\S+)?$/, 'Enter a URL that begins with https://.')
    .nullable()
    .optional()
    .meta({ examples: ['https://lh3.googleusercontent.com/a/photo'] }),
  id_token: idToken(),
}))
export type GoogleInput = z.output<typeof GoogleInput>
export const GoogleLinkInput = object(() => ({
  id_token: idToken(),
  password: password().optional().meta({ description: 'Not needed by an account that has no password' }),
}))

const profileFields = () => ({
  bio: text(DESCRIPTION_LENGTH).meta({ examples: ['Teaches Python'] }),
  student_id: text(NAME_LENGTH).meta({ examples: ['S2026001'] }),
  department: text(NAME_LENGTH).meta({ examples: ['Computer Science'] }),
  is_instructor: z.boolean(),
})
/** The example omits the role, so that a user who tries it out does not lose it. */
export const ProfileInput = partial(object(profileFields)).meta({
  examples: [{ bio: 'Teaches Python', student_id: 'S2026001', department: 'Computer Science' }],
})
export type ProfileInput = z.output<typeof ProfileInput>

export const profileValues = ({ bio, student_id, department, is_instructor }: ProfileInput) => ({
  bio,
  studentId: student_id,
  department,
  isInstructor: is_instructor,
})

export const Profile = object(() => ({ ...profileFields(), created_at: dateTime(), updated_at: dateTime() })).meta({
  id: 'Profile',
})

const userFields = () => ({
  id: id(),
  username: z.string().meta({ examples: ['newuser'] }),
  email: z.string().meta({ examples: ['user@example.com'] }),
  first_name: z.string().meta({ examples: ['John'] }),
  last_name: z.string().meta({ examples: ['Doe'] }),
  profile: Profile,
})
export const User = object(userFields).meta({ id: 'User' })

/** A user as they read themselves. */
export const Me = object(() => ({
  ...userFields(),
  full_name: z.string().meta({ description: 'The name that others see', examples: ['John Doe'] }),
  is_instructor: z.boolean(),
  is_staff: z.boolean(),
})).meta({ id: 'Me' })

export const Tokens = object(() => ({ refresh: jwt(), access: jwt() }))
export const AccessToken = object(() => ({ access: jwt() }))
export const Session = object(() => ({ refresh: jwt(), access: jwt(), user: User })).meta({ id: 'Session' })

const roleFields = () => ({
  is_instructor: z.boolean(),
  is_staff: z.boolean(),
  is_active: z.boolean().meta({ examples: [true] }),
})
export const RolesInput = partial(object(roleFields)).meta({ examples: [{ is_active: true }] })
export type RolesInput = z.output<typeof RolesInput>

export const roleValues = ({ is_instructor, is_staff, is_active }: RolesInput) => ({
  isInstructor: is_instructor,
  isStaff: is_staff,
  isActive: is_active,
})

/** A user as staff read it. */
export const ManagedUser = object(() => ({
  ...userFields(),
  ...roleFields(),
  last_login: dateTime().nullable(),
})).meta({ id: 'ManagedUser' })
export const ManagedUserPage = paginatedById(ManagedUser)

export const PasswordChangeInput = object(() => ({
  old_password: password()
    .optional()
    .meta({ description: 'Needed by an account that has a password', examples: [OLD_PASSWORD_EXAMPLE] }),
  new_password: newPassword(NEW_PASSWORD_EXAMPLE),
  id_token: idToken().optional().meta({
    description:
      'Needed by an account that has no password yet: its Google account’s credential, issued at most 10 minutes ago',
  }),
}))
export const PasswordReset = object(() => ({
  token: z.string().meta({ examples: ['Zm9vYmFyYmF6'], description: 'Shown this once; good for one use' }),
  expires_at: dateTime(),
}))
export const PasswordResetInput = object(() => ({
  token: comparedText(200, 'Zm9vYmFyYmF6'),
  new_password: newPassword(NEW_PASSWORD_EXAMPLE),
}))
export const Done = object(() => ({ detail: z.string().meta({ examples: ['The password has been changed.'] }) }))

export const toProfile = (row: AccountRow): z.input<typeof Profile> => ({
  bio: row.bio,
  student_id: row.studentId,
  department: row.department,
  is_instructor: row.isInstructor,
  created_at: toDateTime(row.createdAt),
  updated_at: toDateTime(row.updatedAt),
})

export const toUser = (row: AccountRow): z.input<typeof User> => ({
  id: row.id,
  username: row.username,
  email: row.email,
  first_name: row.firstName,
  last_name: row.lastName,
  profile: toProfile(row),
})

export const toMe = (row: AccountRow, roles: Viewer): z.input<typeof Me> => ({
  ...toUser(row),
  full_name: displayName(row),
  is_instructor: roles.isInstructor,
  is_staff: roles.isStaff,
})

export const toManagedUser = (row: ManagedRow): z.input<typeof ManagedUser> => ({
  ...toUser(row),
  is_instructor: row.isInstructor,
  is_staff: row.isStaff,
  is_active: row.isActive,
  last_login: toOptionalDateTime(row.lastLoginAt),
})
