/**
 * Markdown as course authors write it: headings, paragraphs, lists, quotes, code, rules, emphasis and links. The parser drops
 * raw HTML, and of a link that is not http(s) all but its text. Its result is a tree, so that text never becomes markup.
 */
export type MarkdownNode = string | { tag: Tag; href?: string; children: MarkdownNode[] }
export type Tag =
  | 'h2'
  | 'h3'
  | 'h4'
  | 'p'
  | 'ul'
  | 'ol'
  | 'li'
  | 'blockquote'
  | 'pre'
  | 'code'
  | 'strong'
  | 'em'
  | 'a'
  | 'hr'
  | 'br'

const node = (tag: Tag, ...children: MarkdownNode[]): MarkdownNode => ({ tag, children })

export function markdown(text: string): MarkdownNode[] {
  return blocks(withoutHtmlBlocks(text.replace(/\r\n?/g, '\n')).split('\n'))
}

/** Removes scripts, styles and comments with their content, except in fenced code. */
const withoutHtmlBlocks = (text: string) =>
  text
    .split(/^(```[\s\S]*?(?:^```[^\n]*$|(?![\s\S])))/m)
    .map((part, i) =>
      i % 2 ? part : part.replace(/<!--[\s\S]*?(?:-->|$)|<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, ''),
    )
    .join('')

/** Quotes nested deeper than this are text, so that a line of nothing but `>` does not overflow the stack. */
const MAX_QUOTES = 10

function blocks(lines: string[], quotes = 0): MarkdownNode[] {
  const out: MarkdownNode[] = []
  for (let i = 0; i < lines.length; ) {
    const line = lines[i] ?? ''
    /** Consumes lines from here on, as long as they belong. */
    const take = (belongs: (line: string) => boolean): string[] => {
      const start = i
      while (i < lines.length && belongs(lines[i] ?? '')) i += 1
      return lines.slice(start, i)
    }
    const heading = /^ {0,3}(#{1,6})\s/.exec(line)
    if (/^\s*$/.test(line)) i += 1
    else if (line.startsWith('```')) {
      i += 1
      out.push(node('pre', node('code', take(next => !next.startsWith('```')).join('\n'))))
      i += 1
    } else if (heading) {
      i += 1
      // The first level is the page's own title.
      const tag = (['h2', 'h2', 'h3', 'h4'] as const)[heading[1]?.length ?? 0] ?? 'h4'
      out.push(node(tag, ...inline(withoutClosing(line.slice(heading[0].length).trim()))))
    } else if (/^ {0,3}([-*_])( *\1){2,}\s*$/.test(line)) {
      i += 1
      out.push(node('hr'))
    } else if (quotes < MAX_QUOTES && /^ {0,3}>/.test(line)) {
      out.push(
        node(
          'blockquote',
          ...blocks(
            take(next => /^ {0,3}>/.test(next)).map(quoted => quoted.replace(/^ {0,3}> ?/, '')),
            quotes + 1,
          ),
        ),
      )
    } else if (ITEM.test(line)) {
      const isOrdered = /^\s*\d/.test(line)
      const isOfList = (next: string) => (ITEM.test(next) && /^\s*\d/.test(next) === isOrdered) || /^ {2,}\S/.test(next)
      out.push(node(isOrdered ? 'ol' : 'ul', ...items(take(isOfList))))
    } else {
      const first = i
      const lines = take(next => i === first || (!/^\s*$|^```|^ {0,3}(#{1,6}\s|>)/.test(next) && !ITEM.test(next)))
      // Two spaces at the end of a line break it, as a backslash does.
      const children = inline(
        lines.map((text, n) => text.trim() + (n + 1 < lines.length && text.endsWith('  ') ? '\\' : '')).join('\n'),
      )
      if (children.some(child => typeof child !== 'string' || child.trim())) out.push(node('p', ...children))
    }
  }
  return out
}

const ITEM = /^ {0,3}([-*+]|\d{1,9}[.)])\s+/

/** Further lines of an item are indented, and may be a list themselves. */
function items(lines: string[]): MarkdownNode[] {
  const groups: string[][] = []
  for (const line of lines) {
    if (ITEM.test(line) && !/^ {2,}/.test(line)) groups.push([line.replace(ITEM, '')])
    else groups[groups.length - 1]?.push(line.replace(/^ {1,4}/, ''))
  }
  return groups.map(([first = '', ...rest]) => node('li', ...inline(first), ...blocks(rest)))
}

/** Removes the `#`s that may close a heading, however many. */
function withoutClosing(heading: string): string {
  let end = heading.length
  while (heading[end - 1] === '#') end -= 1
  return heading.slice(0, end).trimEnd()
}

// Every part has a maximum length, so that text that only begins one (a thousand underscores, spaces) keeps no phone busy.
const INLINE =
  /(`{1,3})(?!`)([\s\S]{0,1000}?[^`])\1(?!`)|!?\[([^\]]{0,1000})\]\(\s{0,9}<?((?:[^\s()>]|\([^\s()]{0,1000}\)){0,2000})>?(?:\s{1,9}"[^"]{0,1000}")?\s{0,9}\)|(\*\*|__)(?=\S)([\s\S]{0,1000}?\S)\5|([*_])(?=\S)([\s\S]{0,1000}?\S)\7(?!\w)|<(https?:\/\/[^\s>]{1,2000})>|<\/?[a-z!][^>]{0,1000}>|\\([!-/:-@[-`{-~])|(\\)\n|([a-z\d]_+)/i

function inline(text: string): MarkdownNode[] {
  const out: MarkdownNode[] = []
  for (let rest = text; rest !== ''; ) {
    const match = INLINE.exec(rest)
    if (!match) {
      out.push(rest)
      break
    }
    if (match.index > 0) out.push(rest.slice(0, match.index))
    out.push(...nodesOf(match))
    rest = rest.slice(match.index + match[0].length)
  }
  return out
}

function nodesOf(match: RegExpExecArray): MarkdownNode[] {
  const [all, , code, label, href, , strong, , emphasis, address, escaped, lineEnd, inWord] = match
  if (code !== undefined) return [node('code', code.trim())]
  if (label !== undefined) return all.startsWith('!') ? [label] : link(href ?? '', inline(label))
  if (strong !== undefined) return [node('strong', ...inline(strong))]
  if (emphasis !== undefined) return [node('em', ...inline(emphasis))]
  if (address !== undefined) return link(address, [address])
  if (escaped !== undefined) return [escaped]
  // An underscore within a word begins no emphasis.
  if (inWord !== undefined) return [inWord]
  return lineEnd !== undefined ? [node('br')] : []
}

const link = (href: string, children: MarkdownNode[]): MarkdownNode[] =>
  /^https?:\/\//i.test(href) ? [{ tag: 'a', href, children }] : children
