/** `npm run deploy` against a stand-in for the platform's API: the first time, again, and after failures. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { turnOnReplicas } from '../../src/dev/deploy/replicas.ts'
import { migrationFiles, migrationText } from '../../src/dev/schema.ts'
import { openProject, type Project } from './project.ts'

const open: Project[] = []
afterAll(() => {
  for (const project of open) project.close()
})
async function project(...given: Parameters<typeof openProject>): Promise<Project> {
  const opened = await openProject(...given)
  open.push(opened)
  return opened
}

const only = <T>(all: T[]): T => {
  expect(all).toHaveLength(1)
  return all[0] as T
}
const boundTo = ({ platform }: Project, script: string) => {
  const { bindings } = platform.script(script).metadata
  const find = (name: string) => bindings.find(binding => binding.name === name)
  const textOf = (name: string) => find(name)?.['text']
  const place = { JURISDICTION: textOf('JURISDICTION'), DATABASE_REGION: textOf('DATABASE_REGION') }
  return { DB: find('DB')?.['id'], KV: find('KV')?.['namespace_id'], ...place }
}
/** Calls that make or change something, but for those that every deployment makes. */
const changes = ({ platform }: Project) =>
  platform.calls.filter(call => !/^GET|query$|graphql$|assets-upload-session$|schedules$|subdomain$/.test(call))

test.concurrent('the first deployment makes database, namespace and secrets; the second makes nothing', async () => {
  const learnmore = await project()
  const { platform, mustDeploy } = learnmore
  const said = await mustDeploy(['--location', 'weur'])
  const database = only(platform.databases)
  const namespace = only(platform.namespaces)
  expect([database.name, database.running_in_region, namespace.title]).toEqual(['learnmore', 'WEUR', 'learnmore-kv'])
  expect(database.read_replication).toEqual({ mode: 'auto' })
  const bound = { DB: database.uuid, KV: namespace.id, JURISDICTION: '', DATABASE_REGION: 'weur' }
  expect(boundTo(learnmore, 'learnmore')).toEqual(bound)
  const { secrets, isOnWorkersDev, metadata } = platform.script('learnmore')
  expect([isOnWorkersDev, 'cache_options' in metadata]).toEqual([true, false])
  expect(Object.keys(secrets).sort()).toEqual(['JWT_SECRET', 'RECEIPT_SECRET'])
  for (const secret of Object.values(secrets)) {
    expect(Buffer.byteLength(secret)).toBeGreaterThanOrEqual(32)
    expect(said).not.toContain(secret)
  }
  expect(secrets['JWT_SECRET']).not.toBe(secrets['RECEIPT_SECRET'])
  expect(learnmore.leftovers(), 'the file of secrets').toEqual([])

  platform.calls = []
  const again = await mustDeploy(['--location', 'apac'], { JWT_SECRET: 'x'.repeat(40) })
  expect(again).toContain('The database learnmore is in WEUR, and cannot be moved by --location apac.')
  expect(changes(learnmore)).toEqual(['PUT /accounts/:account/workers/scripts/learnmore'])
  expect(platform.script('learnmore').secrets).toEqual(secrets)
  expect(boundTo(learnmore, 'learnmore')).toEqual(bound)
})

test.concurrent('after an upload that failed the next deployment goes on, in the jurisdiction that was chosen once', async () => {
  const learnmore = await project()
  const { platform, deploy } = learnmore
  // As wrangler makes one by itself.
  platform.namespaces.push({ id: 'f'.repeat(32), title: 'learnmore-kv' })
  platform.failingUploads = Number.POSITIVE_INFINITY
  const given = { RECEIPT_SECRET: 'a secret of the school that it had before' }
  const failed = await deploy(['--jurisdiction', 'eu'], given)
  expect([failed.status, platform.scripts], failed.said).toEqual([1, {}])
  expect(failed.said).toContain('Made the database learnmore --jurisdiction eu.')
  expect(learnmore.leftovers(), 'the file of secrets').toEqual([])
  const { uuid, jurisdiction } = only(platform.databases)
  expect(jurisdiction).toBe('eu')

  platform.calls = []
  const other = await deploy(['--jurisdiction', 'us'])
  const refusal = 'was made with the jurisdiction: eu. That cannot be changed'
  expect(other).toEqual({ status: 1, said: expect.stringContaining(refusal) })
  expect(changes(learnmore)).toEqual([])

  platform.failingUploads = 0
  await learnmore.mustDeploy([], given)
  expect(boundTo(learnmore, 'learnmore')).toEqual({
    DB: uuid,
    KV: 'f'.repeat(32),
    JURISDICTION: 'eu',
    DATABASE_REGION: 'eeur',
  })
  expect([platform.databases.length, platform.namespaces.length]).toEqual([1, 1])
  const { JWT_SECRET, RECEIPT_SECRET } = platform.script('learnmore').secrets
  expect([JWT_SECRET?.length, RECEIPT_SECRET]).toEqual([64, given.RECEIPT_SECRET])
})

test.concurrent('with ids, an address and an origin pinned, a second school shares nothing', async () => {
  const KV = 'c'.repeat(32)
  const pinned = { DB: '', KV }
  const learnmore = await project(text =>
    text
      .replace(
        '[[kv_namespaces]]\nbinding = "KV"',
        `[[kv_namespaces]]\nbinding = "KV"\nid = "${KV}"\npreview_id = "${KV}"`,
      )
      .replace(
        'database_name = "learnmore"',
        'database_name = "renamed"\ndatabase_id = "DATABASE"\npreview_database_id = "DATABASE"',
      )
      .replace('PUBLIC_ORIGIN = ""', 'PUBLIC_ORIGIN = "https://learn.example"')
      .replace('[assets]', 'routes = [{ pattern = "learn.example", custom_domain = true }]\n\n[assets]'),
  )
  const { platform, mustDeploy, folder, deploy } = learnmore
  const unknown = await deploy()
  expect(unknown).toEqual({
    status: 1,
    said: expect.stringContaining('pins database_id DATABASE, which this account does not have'),
  })
  expect(changes(learnmore)).toEqual([])

  pinned.DB = platform.newDatabase({ name: 'made-by-hand' }, 'DATABASE').uuid
  await mustDeploy()
  expect(boundTo(learnmore, 'learnmore')).toMatchObject(pinned)
  const main = platform.script('learnmore')
  expect([main.isOnWorkersDev, main.domains]).toEqual([false, ['learn.example']])
  expect(main.metadata).toMatchObject({ cache_options: { enabled: true } })
  expect([platform.databases.length, platform.namespaces.length]).toEqual([1, 0])
  const tables = () => platform.database('DATABASE').store.prepare('SELECT count(*) AS n FROM d1_migrations').get()
  expect(tables()).toEqual({ n: migrationFiles().length })

  platform.calls = []
  await mustDeploy(['--school', 'north'])
  const north = boundTo(learnmore, 'learnmore-north')
  expect(north.DB).toBe(platform.database('renamed-north').uuid)
  expect(north.KV).toBe(only(platform.namespaces).id)
  expect(only(platform.namespaces).title).toBe('learnmore-north-kv')
  const { metadata, isOnWorkersDev, domains, secrets } = platform.script('learnmore-north')
  expect([isOnWorkersDev, domains, 'cache_options' in metadata]).toEqual([true, [], false])
  expect(JSON.stringify(metadata)).not.toMatch(/learn\.example|"DATABASE"|cccc/)
  expect(platform.calls.filter(call => call.includes('DATABASE'))).toEqual([])
  expect(secrets['JWT_SECRET']).not.toBe(main.secrets['JWT_SECRET'])

  mkdirSync(join(folder, 'schools'))
  writeFileSync(
    join(folder, 'schools', 'south.json'),
    JSON.stringify({
      routes: [{ pattern: 'south.example', custom_domain: true }],
      vars: { PUBLIC_ORIGIN: 'https://south.example' },
    }),
  )
  await mustDeploy(['--school', 'south', '--dry-run'])
  const south = join(folder, '.wrangler/deployments/learnmore-south/wrangler.json')
  expect(JSON.parse(readFileSync(south, 'utf8'))).toMatchObject({
    workers_dev: false,
    routes: [{ pattern: 'south.example', custom_domain: true }],
    cache: { enabled: true },
    vars: { PUBLIC_ORIGIN: 'https://south.example', CORS_ORIGINS: '*' },
  })
})

test.concurrent('nothing is made or published when it is not clear where, or with what', async () => {
  const learnmore = await project()
  const { platform, deploy } = learnmore
  platform.accounts.push({ ...only(platform.accounts), id: 'b'.repeat(32), name: 'Second' })
  const unclear = await deploy()
  expect(unclear).toEqual({ status: 1, said: expect.stringContaining('CLOUDFLARE_ACCOUNT_ID=<id> npm run deploy') })
  expect(unclear.said).toContain('b'.repeat(32))
  expect(changes(learnmore)).toEqual([])

  const environment = await deploy(['--env', 'staging'])
  expect(environment).toEqual({ status: 1, said: expect.stringContaining('--school staging') })

  const short = await deploy([], { JWT_SECRET: 'too short' })
  const tooShort = 'JWT_SECRET in the environment is shorter than 32 bytes.'
  expect(short).toEqual({ status: 1, said: expect.stringContaining(tooShort) })

  // A database whose migrations are recorded, but not all of which are there.
  const { store } = platform.newDatabase({ name: 'learnmore' })
  for (const name of migrationFiles()) store.exec(migrationText(name))
  store.exec('DROP TRIGGER users_counted_on_insert')
  store.exec('CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TEXT)')
  for (const name of migrationFiles()) store.prepare('INSERT INTO d1_migrations (name) VALUES (?)').run(name)
  const lacking = await deploy([], { CLOUDFLARE_ACCOUNT_ID: 'a'.repeat(32) })
  expect(lacking.said).toContain('lacks 1 of what the migrations make: trigger users_counted_on_insert.')
  expect([lacking.status, platform.scripts]).toEqual([1, {}])
})

test('without a token it is said where replicas are turned on', async () => {
  expect(await turnOnReplicas(undefined, undefined, 'x')).toMatch(/^Left to do, once: turn read replication on \(dash/)
})
