/** How a service may split a file of SQL into statements. None knows SQL: they look for semicolons outside of trigger bodies. */
import { tokensOf } from '../../src/dev/sql.ts'

/** Given the word, what stands behind it and how many blocks are open: how many are open then. */
type Blocks = (word: string, behind: string, open: number) => number

const RULES = {
  'END followed by white space or a semicolon ends the body': (word, behind, open) =>
    word === 'BEGIN' ? 1 : word === 'END' && /^[\s;]/.test(behind) ? 0 : open,
  'only END; ends the body': (word, behind, open) =>
    word === 'BEGIN' ? 1 : word === 'END' && behind.startsWith(';') ? 0 : open,
  'CASE is a block like BEGIN': (word, _behind, open) =>
    word === 'BEGIN' || word === 'CASE' ? open + 1 : word === 'END' ? open - 1 : open,
} satisfies Record<string, Blocks>

export type SplitterName = keyof typeof RULES
export const SPLITTERS = Object.keys(RULES) as SplitterName[]
/** What the platform is seen to do. */
export const PLATFORMS_SPLITTER: SplitterName = 'END followed by white space or a semicolon ends the body'

export function split(sql: string, splitter: SplitterName): string[] {
  const statements: string[] = []
  let [start, open] = [0, 0]
  for (const { text, index } of tokensOf(sql)) {
    const end = index + text.length
    open = RULES[splitter](text.toUpperCase(), sql.slice(end, end + 1), open)
    if (text !== ';' || open > 0) continue
    statements.push(sql.slice(start, end))
    start = end
  }
  const rest = sql.slice(start)
  return tokensOf(rest).length > 0 ? [...statements, rest] : statements
}
