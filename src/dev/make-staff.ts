/**
 * `npm run make-staff -- <username> [--school NAME] [--remote] [--persist-to DIR]`: makes an account active staff. It is for
 * the first staff user, who appoints the others through the API.
 */
import { keyOf } from '../features/users/keys.ts'
import { withSchool } from './schools.ts'
import { captureOrExit, storeFlags } from './wrangler.ts'

const args = await withSchool(process.argv.slice(2))
const isRemote = args.includes('--remote')
const { flags, positionals } = storeFlags(args.filter(arg => arg !== '--remote' && arg !== '--local'))
const [username] = positionals

if (username === undefined || positionals.length > 1) {
  console.error('Usage: npm run make-staff -- <username> [--school NAME] [--remote] [--persist-to DIR]')
  process.exit(2)
}

const sql = `UPDATE users SET is_staff = 1, is_active = 1, updated_at = unixepoch() WHERE username_key = ${quoted(keyOf(username))} RETURNING id, username`
const where = isRemote ? '--remote' : '--local'
const answer = await captureOrExit('d1', 'execute', 'DB', where, '--yes', '--json', '--command', sql, ...flags)
const [{ results }] = JSON.parse(answer) as [{ results: { id: number; username: string }[] }]
const [user] = results
if (!user) {
  console.error(
    `There is no user ${JSON.stringify(username)} in the ${isRemote ? 'deployed' : 'local'} database. Register it first.`,
  )
  process.exit(1)
}
console.log(`${user.username} (id ${user.id}) is staff now. Signing in again is not needed.`)

/** An SQL string literal: quotes, the only special characters in it, are doubled. Drops NUL, which would end the text. */
function quoted(value: string): string {
  return `'${value.replaceAll('\0', '').replaceAll("'", "''")}'`
}
