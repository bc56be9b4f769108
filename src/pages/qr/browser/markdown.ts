/**
 * Markdown as course authors write it: headings, paragraphs, lists, quotes, code, rules, emphasis and links. Raw HTML is
 * dropped, and so is every link that is not http(s): its text stays. The outcome is a tree, so that text can never become
 * markup.
 */
export type Piece = string | { tag: Tag; href?: string; children: Piece[] }
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

const piece = (tag: Tag, ...children: Piece[]): Piece => ({ tag, children })

export function markdown(text: string): Piece[] {
  return blocks(withoutHtmlBlocks(text.replace(/\r\n?/g, '\n')).split('\n'))
}

/** Scripts, styles and comments go with what is in them. Code keeps what looks like them. */
const withoutHtmlBlocks = (text: string) =>
  text
    .split(/^(```[\s\S]*?(?:^```[^\n]*$|(?![\s\S])))/m)
    .map((part, i) =>
      i % 2 ? part : part.replace(/<!--[\s\S]*?(?:-->|$)|<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, ''),
    )
    .join('')

/** Quotes in quotes beyond this are text: a line of nothing but `>` is no reason to run out of stack. */
const MAX_QUOTES = 10

function blocks(lines: string[], quotes = 0): Piece[] {
  const out: Piece[] = []
  for (let i = 0; i < lines.length; ) {
    const line = lines[i] ?? ''
    /** The lines from here on that a test takes. */
    const take = (belongs: (line: string) => boolean): string[] => {
      const start = i
      while (i < lines.length && belongs(lines[i] ?? '')) i += 1
      return lines.slice(start, i)
    }
    const heading = /^ {0,3}(#{1,6})\s/.exec(line)
    if (/^\s*$/.test(line)) i += 1
    else if (line.startsWith('```')) {
      i += 1
      out.push(piece('pre', piece('code', take(next => !next.startsWith('```')).join('\n'))))
      i += 1
    } else if (heading) {
      i += 1
      // The page's own title is the first level.
      const tag = (['h2', 'h2', 'h3', 'h4'] as const)[heading[1]?.length ?? 0] ?? 'h4'
      out.push(piece(tag, ...inline(withoutClosing(line.slice(heading[0].length).trim()))))
    } else if (/^ {0,3}([-*_])( *\1){2,}\s*$/.test(line)) {
      i += 1
      out.push(piece('hr'))
    } else if (quotes < MAX_QUOTES && /^ {0,3}>/.test(line)) {
      out.push(
        piece(
          'blockquote',
          ...blocks(
            take(next => /^ {0,3}>/.test(next)).map(quoted => quoted.replace(/^ {0,3}> ?/, '')),
            quotes + 1,
          ),
        ),
      )
    } else if (ITEM.test(line)) {
      const isOrdered = /^\s*\d/.test(line)
      const isOurs = (next: string) => (ITEM.test(next) && /^\s*\d/.test(next) === isOrdered) || /^ {2,}\S/.test(next)
      out.push(piece(isOrdered ? 'ol' : 'ul', ...items(take(isOurs))))
    } else {
      const first = i
      const lines = take(next => i === first || (!/^\s*$|^```|^ {0,3}(#{1,6}\s|>)/.test(next) && !ITEM.test(next)))
      // Two spaces at its end break a line, as a backslash does.
      const children = inline(
        lines.map((text, n) => text.trim() + (n + 1 < lines.length && text.endsWith('  ') ? '\\' : '')).join('\n'),
      )
      if (children.some(child => typeof child !== 'string' || child.trim())) out.push(piece('p', ...children))
    }
  }
  return out
}

const ITEM = /^ {0,3}([-*+]|\d{1,9}[.)])\s+/

/** An item's further lines are indented, and may be a list again. */
function items(lines: string[]): Piece[] {
  const groups: string[][] = []
  for (const line of lines) {
    if (ITEM.test(line) && !/^ {2,}/.test(line)) groups.push([line.replace(ITEM, '')])
    else groups[groups.length - 1]?.push(line.replace(/^ {1,4}/, ''))
  }
  return groups.map(([first = '', ...rest]) => piece('li', ...inline(first), ...blocks(rest)))
}

/** A heading may end in as many `#` as it likes. */
function withoutClosing(heading: string): string {
  let end = heading.length
  while (heading[end - 1] === '#') end -= 1
  return heading.slice(0, end).trimEnd()
}

// Every part is bounded, so that what only begins one (a thousand underscores, spaces, brackets) costs no phone its battery.
const INLINE =
  /(`{1,3})(?!`)([\s\S]{0,1000}?[^`])\1(?!`)|!?\[([^\]]{0,1000})\]\(\s{0,9}<?((?:[^\s()>]|\([^\s()]{0,1000}\)){0,2000})>?(?:\s{1,9}"[^"]{0,1000}")?\s{0,9}\)|(\*\*|__)(?=\S)([\s\S]{0,1000}?\S)\5|([*_])(?=\S)([\s\S]{0,1000}?\S)\7(?!\w)|<(https?:\/\/[^\s>]{1,2000})>|<\/?[a-z!][^>]{0,1000}>|\\([!-/:-@[-`{-~])|(\\)\n|([a-z\d]_+)/i

function inline(text: string): Piece[] {
  const out: Piece[] = []
  for (let rest = text; rest !== ''; ) {
    const found = INLINE.exec(rest)
    if (!found) {
      out.push(rest)
      break
    }
    if (found.index > 0) out.push(rest.slice(0, found.index))
    out.push(...meant(found))
    rest = rest.slice(found.index + found[0].length)
  }
  return out
}

function meant(found: RegExpExecArray): Piece[] {
  const [all, , code, label, href, , strong, , emphasis, address, escaped, lineEnd, inWord] = found
  if (code !== undefined) return [piece('code', code.trim())]
  if (label !== undefined) return all.startsWith('!') ? [label] : link(href ?? '', inline(label))
  if (strong !== undefined) return [piece('strong', ...inline(strong))]
  if (emphasis !== undefined) return [piece('em', ...inline(emphasis))]
  if (address !== undefined) return link(address, [address])
  if (escaped !== undefined) return [escaped]
  // An underscore within a word begins nothing.
  if (inWord !== undefined) return [inWord]
  return lineEnd !== undefined ? [piece('br')] : []
}

const link = (href: string, children: Piece[]): Piece[] =>
  /^https?:\/\//i.test(href) ? [{ tag: 'a', href, children }] : children
