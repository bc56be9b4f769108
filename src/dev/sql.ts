/** Splits SQL text into tokens, as far as the commands here need it: words, strings, comments and brackets. */

export type Token = { text: string; index: number }

const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--.*|\/\*[\s\S]*?\*\/|[A-Za-z_]\w*|\S/g
const COMMENT = /^(--|\/\*)/

/** All tokens but white space and comments; a string is one token. */
export function tokensOf(sql: string): Token[] {
  return [...sql.matchAll(TOKEN)]
    .map(({ 0: text, index }) => ({ text, index }))
    .filter(({ text }) => !COMMENT.test(text))
}

/** The same text for the same statement, whatever its layout and comments. */
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
