/** The TypeScript client as a package: its types are those of the contracts, and what it packs runs against a server. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Server, startServer } from '../helpers/server.ts'

const folder = mkdtempSync(join(tmpdir(), 'learnmore-client-'))
let server: Server
beforeAll(async () => {
  server = await startServer([], 120_000)
})
afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const run = (cwd: string, program: string, ...args: string[]) => execFileSync(program, args, { cwd, encoding: 'utf8' })

const STORY = `
import { LearnMore } from '@learnmore/client'
import { memoryStorage } from '@learnmore/client/storage'
const learnmore = new LearnMore({ baseUrl: process.argv[2], storage: memoryStorage() })
const user = await learnmore.login('student34', 'securepassword123')
await learnmore.api.POST('/api/courses/{slug}/enroll/', { params: { path: { slug: 'introduction-to-programming' } } })
const answers = await learnmore.startAttempt(2)
const numeric = answers.attempt.questions.find(({ type }) => type === 'numeric')
if (numeric) await answers.save(numeric.id, { value: 3 })
const ended = await answers.complete()
console.log(user.username, ended.status, (await answers.pending()).size)
await learnmore.logout()
`

test('npm run client writes what is there', () => {
  const before = readFileSync('client/src/schema.ts', 'utf8')
  expect(run('.', 'npm', 'run', '--silent', 'client')).toContain('Wrote client/src/schema.ts.')
  expect(readFileSync('client/src/schema.ts', 'utf8')).toBe(before)
})

test('what it packs is complete, and takes a quiz', () => {
  cpSync('client', join(folder, 'client'), { recursive: true })
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  run(join(folder, 'client'), resolve('node_modules/.bin/tsc'), '--project', 'tsconfig.build.json')
  const [{ files }] = JSON.parse(run(join(folder, 'client'), 'npm', 'pack', '--dry-run', '--json', '--ignore-scripts'))
  const packed = files.map(({ path }: { path: string }) => path)
  const { exports } = JSON.parse(readFileSync('client/package.json', 'utf8'))
  const named = Object.values<Record<string, string>>(exports).flatMap(entry => Object.values(entry))
  expect(packed).toEqual(expect.arrayContaining([...named.map(path => path.slice(2)), 'README.md', 'package.json']))
  // A package may import itself by its name.
  writeFileSync(join(folder, 'client', 'story.js'), STORY)
  expect(run(join(folder, 'client'), 'node', 'story.js', server.origin)).toBe('student34 completed 0\n')
})
