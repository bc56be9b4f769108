/** Reading SQL text as far as its commands need: words, strings, comments, brackets. */

export type Token = { text: string; index: number }

const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--.*|\/\*[\s\S]*?\*\/|[A-Za-z_]\w*|\S/g
const COMMENT = /^(--|\/\*)/

/** What is neither white space nor a comment; a string is one token. */
export function tokensOf(sql: string): Token[] {
  return [...sql.matchAll(TOKEN)]
    .map(({ 0: text, index }) => ({ text, index }))
    .filter(({ text }) => !COMMENT.test(text))
}

/** The same text for the same statement, however it is laid out. */
export const normalized = (sql: string): string =>
  tokensOf(sql)
    .map(({ text }) => text)
    .join(' ')

/** @returns the index of each `CASE` that is not in parentheses of its own: `(CASE … END)` */
export function bareCases(sql: string): number[] {
  const tokens = tokensOf(sql)
  const open: { index: number; isBare: boolean }[] = []
  const bare: number[] = []
  tokens.forEach(({ text, index }, place) => {
    const word = text.toUpperCase()
    if (word === 'BEGIN') open.push({ index, isBare: false })
    if (word === 'CASE') open.push({ index, isBare: tokens[place - 1]?.text !== '(' })
    if (word !== 'END') return
    const block = open.pop()
    const isCase = block !== undefined && /^case$/i.test(sql.slice(block.index, block.index + 4))
    if (isCase && (block.isBare || tokens[place + 1]?.text !== ')')) bare.push(block.index)
  })
  return bare.sort((one, other) => one - other)
}
