/** Every isolate pays for its start before its first answer, so what only some requests need is not made before one asks. */
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const served = globSync('**/*.ts', { cwd: 'src' })
  .filter(file => !/^(dev|pages\/qr\/browser)\/|\.test\.ts$/.test(file))
  .map(file => ({ file, text: readFileSync(join('src', file), 'utf8') }))
const filesWith = (pattern: RegExp) => served.filter(({ text }) => pattern.test(text)).map(({ file }) => file)

/** They build tables when they are loaded. */
const SLOW_LIBRARIES = ['@sindresorhus/slugify', 'uqr']

test.each(SLOW_LIBRARIES)('%s is loaded by the first request that needs it', library => {
  expect(filesWith(new RegExp(`import\\('${library}'\\)`))).toHaveLength(1)
  expect(filesWith(new RegExp(`from '${library}'`))).toEqual([])
})

test('patterns with classes of Unicode are made by the first request that needs them', () => {
  expect(filesWith(/\\p\{/)).not.toEqual([])
  expect(filesWith(/^(export )?const \w+ =\s+(\/|new RegExp\().*\\p\{/m)).toEqual([])
})

/** Starts the app in a process of its own, and then reads the fields of all contracts. */
const COUNTING = `
  import { registerHooks } from 'node:module'
  import * as z from 'zod'
  const WORKERS = 'data:text/javascript,export class DurableObject {}'
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'cloudflare:workers' ? { url: WORKERS, shortCircuit: true } : next(specifier, context),
  })
  let described = 0
  const add = z.globalRegistry.add.bind(z.globalRegistry)
  z.globalRegistry.add = (...entry) => {
    described += 1
    return add(...entry)
  }
  const { api } = await import('./src/app.ts')
  const atStart = described
  const schemas = api.contracts.flatMap(({ params, query, body, responses }) =>
    [params, query, body, ...Object.values(responses)].filter(schema => schema instanceof z.ZodObject))
  const read = () => schemas.map(({ shape }) => Object.values(shape))
  const [first, ofFirst, second, ofSecond] = [read(), described, read(), described]
  const isSame = first.every((fields, index) => fields.every((field, place) => field === second[index][place]))
  console.log(JSON.stringify({ objects: schemas.length, atStart, ofFirst, ofSecond, isSame }))
`

/** Objects are described when they are declared; of their fields nearly each has a description, too. */
const DESCRIBED_AT_START = 100

test('the fields of contracts are made when they are first read, once', () => {
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', COUNTING], { encoding: 'utf8' })
  const { objects, atStart, ofFirst, ofSecond, isSame } = JSON.parse(printed)
  expect(objects).toBeGreaterThan(100)
  expect(atStart).toBeGreaterThan(10)
  expect(atStart).toBeLessThan(DESCRIBED_AT_START)
  expect(ofFirst).toBeGreaterThan(5 * DESCRIBED_AT_START)
  expect({ ofSecond, isSame }).toEqual({ ofSecond: ofFirst, isSame: true })
})
