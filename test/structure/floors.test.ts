/** Imports go down the floors of the architecture, types included; that none goes in a circle, the linter says. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const sources = globSync('**/*.ts', { cwd: 'src' })
const IMPORT = /(?:from|import)\s+'(\.{1,2}\/[^']+)'/g

/** From the lowest up. What runs in a browser or on a developer's machine, and the tests of rules, are on no floor. */
const FLOORS = ['db', 'http', 'access', 'features', 'above']
const ABOVE = /^(pages|cron)\/|^(app|index)\.ts$/
const ELSEWHERE = /^(dev|pages\/qr\/browser)\/|\.test\.ts$/

function floorOf(file: string): number {
  const floor = ABOVE.test(file) ? 'above' : (file.split('/')[0] ?? '')
  const height = FLOORS.indexOf(floor)
  if (height < 0) throw new Error(`${file} is on no floor`)
  return height
}

const imports = sources
  .filter(from => !ELSEWHERE.test(from))
  .flatMap(from =>
    [...readFileSync(join('src', from), 'utf8').matchAll(IMPORT)].map(([, target = '']) => ({
      from,
      to: new URL(target, `file:///${from}`).pathname.slice(1),
    })),
  )

test('no file imports from a floor above its own', () => {
  expect(imports.length).toBeGreaterThan(800)
  const upward = imports.filter(({ from, to }) => floorOf(from) < floorOf(to))
  expect(upward.map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
})

test('no query knows of bodies: schemas import queries, never the other way', () => {
  const known = imports.filter(({ from, to }) => /\bqueries\b/.test(from) && to.endsWith('/schemas.ts'))
  expect(known.map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
})
