/** The pages of figures that several benchmarks write. */
import { expect, test } from 'vitest'
import { withSection } from '../bench/page.ts'

const PAGE = '# An exam\n\n## A day\n\nold\n\n- 1\n\n## A minute\n\nother\n'

test('a section takes the place of the one with its heading; the others stay', () => {
  const first = withSection(PAGE, 'A day', 'new')
  expect(first).toBe('# An exam\n\n## A day\n\nnew\n\n## A minute\n\nother\n')
  expect(withSection(first, 'A minute', 'newer')).toBe('# An exam\n\n## A day\n\nnew\n\n## A minute\n\nnewer\n')
})

test('a section that is not there yet comes last, also if its heading begins another', () => {
  expect(withSection(PAGE, 'A', 'more')).toBe(`${PAGE}\n## A\n\nmore\n`)
})
