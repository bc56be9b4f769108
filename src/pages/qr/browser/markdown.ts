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

function blocks(lines: string[]): Piece[] {
  const out: Piece[] = []
  for (let i = 0; i < lines.length; ) {
    const line = lines[i] ?? ''
    /** The lines from here on that a test takes. */
    const take = (belongs: (line: string) => boolean): string[] => {
      const start = i
      while (i < lines.length && belongs(lines[i] ?? '')) i += 1
      return lines.slice(start, i)
    }
    const heading = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/.exec(line)
    if (/^\s*$/.test(line)) i += 1
    else if (line.startsWith('```')) {
      i += 1
      out.push(piece('pre', piece('code', take(next => !next.startsWith('```')).join('\n'))))
      i += 1
    } else if (heading) {
      i += 1
      // The page's own title is the first level.
      out.push(piece((['h2', 'h2', 'h3', 'h4'] as const)[heading[1]?.length ?? 0] ?? 'h4', ...inline(heading[2] ?? '')))
    } else if (/^ {0,3}([-*_])( *\1){2,}\s*$/.test(line)) {
      i += 1
      out.push(piece('hr'))
    } else if (/^ {0,3}>/.test(line)) {
      out.push(
        piece(
          'blockquote',
          ...blocks(take(next => /^ {0,3}>/.test(next)).map(quoted => quoted.replace(/^ {0,3}> ?/, ''))),
        ),
      )
    } else if (ITEM.test(line)) {
      const isOrdered = /^\s*\d/.test(line)
      const isOurs = (next: string) => (ITEM.test(next) && /^\s*\d/.test(next) === isOrdered) || /^ {2,}\S/.test(next)
      out.push(piece(isOrdered ? 'ol' : 'ul', ...items(take(isOurs))))
    } else {
      const first = i
      const lines = take(next => i === first || (!/^\s*$|^```|^ {0,3}(#{1,6}\s|>)/.test(next) && !ITEM.test(next)))
      const children = inline(lines.map(text => text.trim()).join('\n'))
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
    else groups.at(-1)?.push(line.replace(/^ {1,4}/, ''))
  }
  return groups.map(([first = '', ...rest]) => piece('li', ...inline(first), ...blocks(rest)))
}

const INLINE =
  /(`+)([\s\S]*?[^`])\1(?!`)|!?\[([^\]]*)\]\(\s*<?((?:[^\s()>]|\([^\s()]*\))*)>?(?:\s+"[^"]*")?\s*\)|(\*\*|__)(?=\S)([\s\S]*?\S)\5|([*_])(?=\S)([\s\S]*?\S)\7(?!\w)|<(https?:\/\/[^\s>]+)>|<\/?[a-z!][^>]*>|\\([!-/:-@[-`{-~])|( {2,}|\\)\n/i

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
  const [all, , code, label, href, , strong, , emphasis, address, escaped, lineEnd] = found
  if (code !== undefined) return [piece('code', code.trim())]
  if (label !== undefined) return all.startsWith('!') ? [label] : link(href ?? '', inline(label))
  if (strong !== undefined) return [piece('strong', ...inline(strong))]
  if (emphasis !== undefined) return [piece('em', ...inline(emphasis))]
  if (address !== undefined) return link(address, [address])
  if (escaped !== undefined) return [escaped]
  return lineEnd !== undefined ? [piece('br')] : []
}

const link = (href: string, children: Piece[]): Piece[] =>
  /^https?:\/\//i.test(href) ? [{ tag: 'a', href, children }] : children
