/** Reads the files of `wrangler d1 export`, however large: PRAGMAs and an INSERT for each row. */
import { createReadStream } from 'node:fs'

export type Row = { table: string; columns: string[]; values: Value[] }
/** A literal of SQL as in the file, or a text, which the export had encoded. */
export type Value = { literal: string } | { text: string }

const INSERT = /^\s*INSERT INTO "?(\w+)"? \(([^)]*)\) VALUES ?\(/
/** A literal, or a text in which the export has written \n and \r for the characters. */
const VALUE = /\s*((?:replace\()*)('(?:[^']|'')*'|[^,()']+)((?:,'(?:\\n|\\r)',char\((?:10|13)\)\))*)\s*(,|\);?)/y

/** @throws for a statement that is neither an INSERT nor a PRAGMA */
export async function* rowsOf(file: string): AsyncGenerator<Row> {
  for await (const statement of statementsOf(file)) {
    if (/^\s*PRAGMA /.test(statement)) continue
    yield rowOf(statement)
  }
}

async function* statementsOf(file: string): AsyncGenerator<string> {
  let open = ''
  let isInText = false
  for await (const chunk of createReadStream(file, 'utf8')) {
    let start = 0
    for (let index = 0; index < chunk.length; index += 1) {
      if (chunk[index] === "'") isInText = !isInText
      if (chunk[index] !== ';' || isInText) continue
      yield open + chunk.slice(start, index + 1)
      open = ''
      start = index + 1
    }
    open += chunk.slice(start)
  }
  if (open.trim() !== '') throw new Error(`The export ends within a statement: ${open.slice(0, 80)}`)
}

function rowOf(statement: string): Row {
  const head = INSERT.exec(statement)
  if (!head?.[1] || !head[2]) throw new Error(`Not a row: ${statement.slice(0, 80)}`)
  const columns = head[2].split(',').map(name => name.trim().replaceAll('"', ''))
  const values: Value[] = []
  VALUE.lastIndex = head[0].length
  for (let isLast = false; !isLast; ) {
    const match = VALUE.exec(statement)
    if (!match) throw new Error(`Not a value of ${head[1]}: ${statement.slice(head[0].length, head[0].length + 80)}`)
    const [, , literal = '', replaced = '', end] = match
    values.push(literal.startsWith("'") ? { text: textOf(literal, replaced) } : { literal: literal.trim() })
    isLast = end !== ','
  }
  if (values.length !== columns.length)
    throw new Error(`${values.length} values for ${columns.length} columns: ${head[1]}`)
  return { table: head[1], columns, values }
}

function textOf(literal: string, replaced: string): string {
  const text = literal.slice(1, -1).replaceAll("''", "'")
  const lines = replaced.includes("'\\n'") ? text.replaceAll('\\n', '\n') : text
  return replaced.includes("'\\r'") ? lines.replaceAll('\\r', '\r') : lines
}
