/** Finds the database and the namespace of a deployment by id or name, or creates them. */
import type { Configuration, Database, Namespace } from '../configuration.ts'
import { capture, captureOrExit, fail } from '../wrangler.ts'

export type Place = { location: string | undefined; jurisdiction: string | undefined }
type Listed = { uuid: string; name: string; jurisdiction?: string | null }

/**
 * The database bound as DB: the one with the pinned id or, without a pin, the one with its name, created if there is none.
 * @param place where to create it; a database can never move
 * @param flags the flags that name the configuration
 */
export async function databaseOf({ name: worker, d1_databases }: Configuration, place: Place, flags: string[]) {
  const { database_name: name = `${worker}-db`, database_id: pinned } = bound<Database>(d1_databases, 'DB')
  const find = async () => {
    const all = JSON.parse(await firstAnswer('d1', 'list', '--json', ...flags)) as Listed[]
    return all.find(database => (pinned === undefined ? database.name === name : database.uuid === pinned))
  }
  const existing = await find()
  if (existing) {
    await checkPlace(existing, place, flags)
    return existing
  }
  if (pinned !== undefined)
    fail(
      `The configuration pins database_id ${pinned}, which this account does not have. Take the line out, or change the account.`,
    )
  const where = Object.entries(place).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}`, value]))
  await captureOrExit('d1', 'create', name, ...where, ...flags)
  console.log(
    `Made the database ${[name, ...where].join(' ')}. Where it is, and with it the objects, it stays for good.`,
  )
  return (await find()) ?? fail(`The database ${name} was made and is not listed. Run this again.`)
}

/** The id of the namespace bound as KV. Its title follows wrangler's pattern for namespaces that it creates by itself. */
export async function namespaceOf({ name, kv_namespaces }: Configuration, flags: string[]): Promise<string> {
  const { id: pinned } = bound<Namespace>(kv_namespaces, 'KV')
  if (pinned !== undefined) return pinned
  const title = `${name}-kv`
  const find = async () => {
    const all = JSON.parse(await captureOrExit('kv', 'namespace', 'list', ...flags)) as { id: string; title: string }[]
    return all.find(namespace => namespace.title === title)?.id
  }
  const existing = await find()
  if (existing !== undefined) return existing
  await captureOrExit('kv', 'namespace', 'create', title, ...flags)
  console.log(`Made the KV namespace ${title}.`)
  return (await find()) ?? fail(`The namespace ${title} was made and is not listed. Run this again.`)
}

function bound<B extends { binding: string }>(bindings: B[], name: string): B {
  return bindings.find(({ binding }) => binding === name) ?? fail(`The configuration binds nothing as ${name}.`)
}

async function checkPlace(database: Listed, place: Place, flags: string[]): Promise<void> {
  const { name } = database
  const jurisdiction = database.jurisdiction ?? 'none'
  if (place.jurisdiction !== undefined && place.jurisdiction !== jurisdiction)
    fail(
      `The database ${name} was made with the jurisdiction: ${jurisdiction}. That cannot be changed; deploy without --jurisdiction.`,
    )
  if (place.location === undefined) return
  const region = await regionOf(name, flags)
  if (region !== place.location)
    console.log(
      `The database ${name} is in ${region?.toUpperCase() ?? 'the region it was made in'}, and cannot be moved by --location ${place.location}.`,
    )
}

/** The region of a database as `--location` names it; undefined where the platform does not tell. */
export async function regionOf(name: string, flags: string[]): Promise<string | undefined> {
  const { code, stdout } = await capture('d1', 'info', name, '--json', ...flags)
  if (code !== 0) return undefined
  return (JSON.parse(stdout) as { running_in_region?: string }).running_in_region?.toLowerCase()
}

/** Explains how to choose an account, because wrangler cannot ask without a terminal. */
async function firstAnswer(...command: string[]): Promise<string> {
  const { code, stdout, stderr } = await capture(...command)
  if (code === 0) return stdout
  if (/More than one account/.test(stdout + stderr))
    fail(`${stdout}${stderr}\nSay which account is meant: CLOUDFLARE_ACCOUNT_ID=<id> npm run deploy`)
  return fail(`wrangler ${command.join(' ')}\n${stdout}${stderr}`)
}
