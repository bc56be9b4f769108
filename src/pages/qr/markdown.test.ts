import { describe, expect, test } from 'vitest'
import { type MarkdownNode, markdown } from './browser/markdown.ts'

describe('markdown', () => {
  const text = (pieces: MarkdownNode[]): string =>
    pieces
      .map(piece =>
        typeof piece === 'string'
          ? piece
          : `<${piece.tag}${piece.href === undefined ? '' : ` ${piece.href}`}>${text(piece.children)}</${piece.tag}>`,
      )
      .join('')

  test.each([
    ['# One\n## Two\n### Three\n#### Four #', '<h2>One</h2><h3>Two</h3><h4>Three</h4><h4>Four</h4>'],
    ['a\nb\n\nc', '<p>a\nb</p><p>c</p>'],
    ['a  \nb\\\nc  ', '<p>a<br></br>b<br></br>c</p>'],
    ['**b** *i* __b__ _i_ `c`', '<p><strong>b</strong> <em>i</em> <strong>b</strong> <em>i</em> <code>c</code></p>'],
    ['snake_case_name 2 * 3 * 4', '<p>snake_case_name 2 * 3 * 4</p>'],
    ['file_name __init__ a_b_ _c_', '<p>file_name <strong>init</strong> a_b_ <em>c</em></p>'],
    ['- a\n- b\n  - c\n\n1. d\n2. e', '<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul><ol><li>d</li><li>e</li></ol>'],
    ['> q\n> r', '<blockquote><p>q\nr</p></blockquote>'],
    ['---', '<hr></hr>'],
    ['```js\n<b>**x**</b>\n```\nafter', '<pre><code><b>**x**</b></code></pre><p>after</p>'],
    ['[a](https://x.example/?q=(1)&r "t")', '<p><a https://x.example/?q=(1)&r>a</a></p>'],
    ['<https://x.example>', '<p><a https://x.example>https://x.example</a></p>'],
    ['![alt](https://x.example/i.png)', '<p>alt</p>'],
    ['\\*not\\*', '<p>*not*</p>'],
  ])('%j', (source, expected) => expect(text(markdown(source))).toBe(expected))

  test.each([
    ['[a](javascript:alert(1))', '<p>a</p>'],
    ['[a](JaVaScRiPt:alert(1))', '<p>a</p>'],
    ['[a](data:text/html,x)', '<p>a</p>'],
    ['[a](//evil.example)', '<p>a</p>'],
    ['[a](mailto:a@b.example)', '<p>a</p>'],
    ['<b>bold</b> <img src=x onerror=alert(1)>', '<p>bold </p>'],
    ['<script>alert(1)</script>', ''],
    ['a <!-- secret --> b', '<p>a  b</p>'],
    ['<style>\n\nbody{}\n\n</style>', ''],
  ])('drops what is no text: %j', (source, expected) => expect(text(markdown(source))).toBe(expected))

  // As long as a module's content may be.
  const filled = (part: string) => part.repeat(Math.ceil(200_000 / part.length))
  test.each([
    '**',
    '[a](',
    '`',
    '```',
    '> '.repeat(50),
    filled('*'),
    filled('[('),
    filled('['),
    filled('<a'),
    filled(' _a'),
    filled(' **a'),
    filled('>'),
    filled('> '),
    `x${filled('`')}`,
    `x${filled(' ')}y`,
    `# x${filled(' ')}y`,
    `# ${filled('#')}x`,
    `_${filled('a_')}`,
  ])('takes its time on nothing (%#)', source => {
    const start = performance.now()
    markdown(source)
    expect(performance.now() - start).toBeLessThan(4_000)
  })
})
