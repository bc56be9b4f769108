/** What holds of every answer, whoever asked for whatever. */
import { Validator } from '@cfworker/json-schema'
import { readRows } from '../../../src/features/quizzes/exchange/csv/text.ts'
import { NUMBER } from '../../../src/features/quizzes/exchange/exchange.ts'
import type { Answer } from '../../helpers/client.ts'
import type { Operation } from './cases.ts'
import { leaks } from './secrets.ts'
import type { Role } from './world.ts'

export type Sent = { world: number; role: Role; request: string; isAnonymous: boolean }

/** Words of ours that no caller should read: of the database, the libraries and the runtime. */
const INTERNALS =
  /SQLITE|D1_|drizzle|\bzod\b|ZodError|no such (table|column)|constraint|near "|TypeError|RangeError|SyntaxError|\bat \w+ \(|node_modules|\.ts:\d|undefined|\[object|Unexpected token|scrypt\$/i

export class Laws {
  private readonly validators = new Map<string, Validator>()
  // biome-ignore lint/suspicious/noExplicitAny: the document's schemas, of free depth
  private readonly components: any

  // biome-ignore lint/suspicious/noExplicitAny: the document, of free depth
  constructor(document: any) {
    this.components = document.components
  }

  /** Each law that the answer breaks, in words. */
  broken(operation: Operation, sent: Sent, answer: Answer): string[] {
    const { status, text, headers } = answer
    const described = operation.responses[status]
    const broken: string[] = []
    if (status >= 500 && status !== 503) broken.push('no request makes the server fail')
    if (status === 503) broken.push('nothing is overloaded here')
    if (!described) return [...broken, `the status ${status} is documented`]
    if (status < 400 && sent.isAnonymous && !operation.isPublic) broken.push('nobody passes without a login')
    const content = described.content ?? {}
    const type = headers.get('Content-Type')?.split(';')[0] ?? ''
    // An id that is none leads nowhere, and a browser is told so by a page.
    const isNowhere = status === 404 && type === 'text/html' && text.includes('<h1>Nothing is here</h1>')
    if (isNowhere) return broken
    if (Object.keys(content).length === 0) {
      if (text !== '') broken.push('an answer without a documented body is empty')
    } else if (!content[type]) broken.push(`the content type ${type} is documented`)
    else if (type === 'application/json')
      broken.push(...this.schemaErrors(operation, status, content[type], answer.body))
    if (status >= 400 && type === 'application/json') broken.push(...errorFaults(answer.body))
    if (type === 'text/csv' && hasFormula(text)) broken.push('no cell is a formula to a spreadsheet')
    if (type === 'text/html' && /<b>bold|<script>alert/.test(text)) broken.push('a page shows markup as text')
    if (/scrypt\$/.test(text)) broken.push('no password hash is told')
    for (const leak of leaks(sent.world, sent.role, sent.request, text)) broken.push(`${sent.role} may not see ${leak}`)
    return [...broken, ...headerFaults(operation, sent, answer)]
  }

  private schemaErrors(operation: Operation, status: number, { schema }: { schema: object }, body: unknown): string[] {
    const key = `${operation.name} ${status}`
    const validator =
      this.validators.get(key) ?? new Validator({ ...schema, components: this.components }, '2020-12', false)
    this.validators.set(key, validator)
    const { errors } = validator.validate(body)
    return errors.length === 0 ? [] : [`the body is of its schema: ${JSON.stringify(errors.slice(-3))}`]
  }
}

/** A file's own reader splits it. */
const hasFormula = (text: string) =>
  readRows(text.replace('\ufeff', ''), { delimiter: ',', rowsAtMost: 100_000, cellsAtMost: 1_000 }).rows.some(
    ({ cells }) => cells.some(cell => /^[=+\-@\t\r＝＋－＠]/.test(cell) && !NUMBER.test(cell)),
  )

/** `{detail, code?}` or messages by field; and in no message a word of the inside. */
function errorFaults(body: unknown): string[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return ['an error is an object']
  const fields = Object.entries(body)
  if (fields.length === 0) return ['an error says something']
  // Of many at once, what became of each: an enrollment in bulk, and the lines of an imported file.
  const isRows = 'results' in body || ('lines' in body && Array.isArray(body.lines) && body.lines.every(isLine))
  const isDetail = 'detail' in body && fields.every(([name, said]) => /^(detail|code)$/.test(name) && isWords(said))
  const isByField = fields.every(([, said]) => Array.isArray(said) && said.length > 0 && said.every(isWords))
  if (!isRows && !isDetail && !isByField) return ['an error is a detail or lists of messages by field']
  const said = 'results' in body ? '' : JSON.stringify(Object.values(body))
  return INTERNALS.test(said) ? [`an error tells nothing of the inside: ${said.match(INTERNALS)?.[0]}`] : []
}
const isLine = ({ line, message }: { line?: unknown; message?: unknown }) => Number.isInteger(line) && isWords(message)
const isWords = (value: unknown) => typeof value === 'string' && value.trim() !== ''

function headerFaults(operation: Operation, sent: Sent, { status, headers }: Answer): string[] {
  const faults: string[] = []
  if (!/^[\w\-=]{1,255}$/.test(headers.get('X-Request-Id') ?? '')) faults.push('every answer has a request id')
  if (headers.get('X-Content-Type-Options') !== 'nosniff') faults.push('no type is guessed')
  if (headers.has('Set-Cookie') || headers.has('Location')) faults.push('no cookie and no redirection')
  const cached = headers.get('Cache-Control') ?? ''
  const isShared = operation.isPublic && operation.method === 'GET' && status < 400
  if (!isShared && cached !== 'no-store') faults.push(`nobody keeps this: ${cached}`)
  if (cached.startsWith('public') && headers.has('X-D1-Bookmark')) faults.push('what is kept has no bookmark')
  if (status === 401 && headers.get('WWW-Authenticate') !== 'Bearer') faults.push('401 asks for a bearer')
  if ([429, 503].includes(status) && !/^[1-9]\d*$/.test(headers.get('Retry-After') ?? ''))
    faults.push('says when again')
  const saved = headers.get('Content-Disposition')
  if (saved !== null && !/^attachment; filename="[\w .-]+"$/.test(saved)) faults.push(`a safe file name: ${saved}`)
  const evil = [...headers].find(([, value]) => /evil\.example|Set-Cookie|<script/.test(value) && sent.request !== '')
  if (evil) faults.push(`no header carries what was sent: ${evil}`)
  return faults
}
