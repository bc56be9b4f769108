/** A jurisdiction holds for every Durable Object only if none is reached around the one function that knows of it. */
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test('one function of the Worker opens Durable Objects', () => {
  const opening = globSync('src/**/*.ts').filter(path =>
    /\.(getByName|idFromName|newUniqueId)\(/.test(readFileSync(path, 'utf8')),
  )
  expect(opening).toEqual(['src/http/objects.ts'])
})
