import { expect, test } from 'vitest'
import endpoints from '../../docs/use/endpoints.md?raw'
import errors from '../../docs/use/errors.md?raw'
import { api, app } from '../../src/app.ts'
import { endpointsPage } from '../../src/dev/endpoints.ts'
import { ERROR_CODES, errorsPage } from '../../src/dev/error-codes.ts'
import { ID_PATTERN } from '../../src/http/api.ts'

// The table of endpoints, compared with the code. What else the documents say: local/documents.test.ts.

const rows = [...endpoints.matchAll(/^\| `([A-Z]+) (\S+)` +\| (.+?) +\| (.*?) *(?:\| *(?:read|write)? *)?\|$/gm)].map(
  ([, method, path, does, login]) => ({
    operation: `${method} ${path}`,
    does,
    isPublic: login === 'no',
  }),
)

test('the table of endpoints is up to date', () => {
  expect(endpoints, 'npm run docs').toBe(endpointsPage(api.contracts))
})

test('the list of error codes is up to date', () => {
  expect(errors, 'npm run docs').toBe(errorsPage())
})

const sources = Object.values(
  import.meta.glob<string>(['../../src/**/*.ts', '!../../src/dev/**', '!../../src/http/error-codes.ts'], {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
).join('\n')
test.each(Object.keys(ERROR_CODES))('something answers with the code %s', code => {
  expect(sources).toContain(`'${code}'`)
})

test('it has every operation, as it is described', () => {
  const described = api.contracts.map(({ method, path, summary, access }) => ({
    operation: `${method.toUpperCase()} ${path}`,
    does: summary,
    isPublic: access === 'public',
  }))
  const listed = rows.filter(row => described.some(({ operation }) => operation === row.operation))
  expect(byOperation(listed)).toEqual(byOperation(described))
})

test('and every page, and nothing that is not there', () => {
  const served = app.routes
    .filter(({ method }) => method !== 'ALL' && method !== 'PATCH')
    .map(({ method, path }) => `${method} ${path.replaceAll(ID_PATTERN, '')}`)
  const told = rows.map(({ operation }) => operation.replace(/\{(\w+)\}/g, ':$1').replace(/(\S)\/$/, '$1'))
  expect(told.toSorted()).toEqual([...new Set(served)].sort())
})

const byOperation = <Row extends { operation: string }>(all: Row[]) =>
  all.toSorted((one, other) => (one.operation < other.operation ? -1 : 1))
