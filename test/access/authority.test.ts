/** Rights are decided in `src/access/` alone. */
import { expect, test } from 'vitest'

const features = import.meta.glob<string>(['/src/features/**/*.ts', '/src/pages/**/*.ts', '!**/*.test.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
})
const access = import.meta.glob<string>('/src/access/*.ts', { query: '?raw', import: 'default', eager: true })

/** What only rights are decided by; `isStaff(…)` is `access`' own fragment. */
const DECIDES = /instructor_?id|is_?instructor|is_staff|\bisStaff\b(?!\()|taught_learners/i

/** Uses that decide nothing. */
const ALLOWED: readonly { file: RegExp; line: RegExp; because: string }[] = [
  {
    file: /./,
    line: /^instructorId: (courses\.instructorId|sql<number>`c\.instructor_id`\.as\('instructorId'\)),$/,
    because: 'a row carries the column for `access` to decide by',
  },
  { file: /./, line: /^import \{.*\} from '.*access\/viewer\.ts'$/, because: 'the fragment is asked' },
  {
    file: /^\/src\/features\/courses\/(queries|schemas)\.ts$/,
    line: /^instructorId: (input\.instructor|course\.instructorId \?\? ownerId),$|^\| 'instructorId'$/,
    because: 'inserting a course and handing it over',
  },
  {
    file: /^\/src\/features\/(courses\/queries|analytics\/queries\/courses)\.ts$/,
    line: /innerJoin\(users, eq\(users\.id, courses\.instructorId\)\)|JOIN users u ON u\.id = c\.instructor_id/,
    because: 'the name of its instructor is shown with a course',
  },
  {
    file: /^\/src\/features\/courses\/(schemas|routes)\.ts$/,
    line: /^instructor: row\.instructorId,$|^requireOwner\(viewer, body, course\.instructorId, owner\)$/,
    because: 'answering the owner, and telling whether another one is named',
  },
  {
    file: /^\/src\/features\/users\/(queries|schemas)\.ts$/,
    line: /./,
    because: 'fields of a profile, the list of users, and that a last staff account stays',
  },
  {
    file: /^\/src\/features\/users\/profile\/routes\.ts$/,
    line: /is_instructor|INSTRUCTOR_SIGNUP/,
    because: 'who may become an instructor is a setting of the server',
  },
]

test('no feature and no page decides by itself who teaches a course or is staff', () => {
  expect(Object.keys(features).length).toBeGreaterThan(100)
  const own = Object.entries(features).flatMap(([file, text]) =>
    text
      .split('\n')
      .map(line => line.trim())
      .filter(line => DECIDES.test(line))
      .filter(line => !ALLOWED.some(use => use.file.test(file) && use.line.test(line)))
      .map(line => `${file}: ${line}`),
  )
  expect(own).toEqual([])
})

test.each(ALLOWED)('of the allowed uses there is one, $because', ({ file, line }) => {
  const uses = Object.entries(features)
    .filter(([name]) => file.test(name))
    .flatMap(([, text]) => text.split('\n').filter(text => DECIDES.test(text) && line.test(text.trim())))
  expect(uses).not.toEqual([])
})

test('what decides knows of no feature', () => {
  expect(Object.keys(access).length).toBeGreaterThan(5)
  const imported = Object.values(access).flatMap(text =>
    [...text.matchAll(/from '(\.[^']*)'/g)].map(([, path]) => path),
  )
  expect(imported.filter(path => !/^(\.|\.\.\/(db(\/schema)?|http))\/[\w-]+\.ts$/.test(path ?? ''))).toEqual([])
})
