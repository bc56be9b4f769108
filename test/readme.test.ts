import { expect, test } from 'vitest'
import operations from '../docs/operations.md?raw'
import schools from '../docs/schools.md?raw'
import packageJson from '../package.json'
import readme from '../README.md?raw'
import { api, app } from '../src/app.ts'
import { ID_PATTERN } from '../src/http/api.ts'

// What the README says of the code, held to the code.

const [, table = ''] = /## Every endpoint\n(.*?)\n## /s.exec(readme) ?? []
const rows = [...table.matchAll(/^\| `([A-Z]+) (\S+)` +\| (.+?) +\| (.*?) *\|$/gm)].map(
  ([, method, path, does, login]) => ({
    operation: `${method} ${path}`,
    does,
    isPublic: login === 'no',
  }),
)

test('its table has every operation, as it is described', () => {
  const described = api.contracts.map(({ method, path, summary, access }) => ({
    operation: `${method.toUpperCase()} ${path}`,
    does: summary,
    isPublic: access === 'public',
  }))
  expect(rows.filter(({ operation }) => described.some(contract => contract.operation === operation))).toEqual(
    described,
  )
})

test('and every page, and nothing that is not there', () => {
  const served = app.routes
    .filter(({ method }) => method !== 'ALL' && method !== 'PATCH')
    .map(({ method, path }) => `${method} ${path.replaceAll(ID_PATTERN, '')}`)
  const told = rows.map(({ operation }) => operation.replace(/\{(\w+)\}/g, ':$1').replace(/(\S)\/$/, '$1'))
  expect(told.toSorted()).toEqual([...new Set(served)].sort())
})

test('every command is one of package.json, and every one of package.json is told', () => {
  const told = [readme, operations, schools].join('\n').match(/(?<=npm run )[\w:-]+/g) ?? []
  const { start: _start, test: _test, pretest: _pretest, ...scripts } = packageJson.scripts
  expect([...new Set(told)].sort()).toEqual(Object.keys(scripts).sort())
})

test('every dependency is in its table, with a reason', () => {
  const [, dependencies = ''] = /## Dependencies\n(.*)/s.exec(readme) ?? []
  const named = [...dependencies.matchAll(/^\| ([^|]+?) +\| \S/gm)].flatMap(([, names]) => names?.split(', ') ?? [])
  const installed = Object.keys({ ...packageJson.dependencies, ...packageJson.devDependencies })
  expect(named.filter(name => name !== 'package' && !name.startsWith('-')).sort()).toEqual(installed.sort())
})
