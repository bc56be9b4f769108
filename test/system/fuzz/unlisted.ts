/** What the OpenAPI document does not list: pages, images, WebSockets, and methods that no path has. */
import { type Operation, operation } from './cases.ts'

const id = { type: 'integer' }
const text = { type: 'string' }
const place = (name: string, schema: object) => ({ name, in: 'path' as const, required: true, schema })
const asked = (name: string, schema: object) => ({ name, in: 'query' as const, required: false, schema })

const json = { 'application/json': { schema: {} } }
const html = { 'text/html': { schema: text } }
const refusals = Object.fromEntries([400, 401, 403, 404, 405, 413, 415].map(status => [status, { content: json }]))
const page = { 200: { content: html }, 404: { content: { ...html, ...json } } }
const images = { 'image/png': { schema: text }, 'image/svg+xml': { schema: text } }

const PAGES: Operation[] = [
  operation('GET', '/q/{page}', [place('page', text), asked('c', text)], page),
  operation('GET', '/q/{page}/display', [place('page', text)], page),
  operation('GET', '/qr-codes/batches/{batch}/print', [place('batch', id)], page),
  operation(
    'GET',
    '/media/qr_codes/{file}',
    [place('file', text), asked('size', { enum: ['256', '512'] }), asked('c', text)],
    {
      ...refusals,
      200: { content: images },
    },
  ),
  operation('GET', '/api/courses/quiz-attempts/{id}/live/', [place('id', id)], refusals),
  operation('GET', '/api/courses/quizzes/{id}/room/', [place('id', id)], refusals),
  operation('GET', '/api/docs/', [], { 200: { content: html } }),
]

/** Of each path a method that it lacks: nothing happens. Some are other paths' with a word for an id. */
function lacking(operations: readonly Operation[]): Operation[] {
  return [...new Set(operations.map(({ path }) => path))].flatMap(path => {
    const of = operations.filter(operation => operation.path === path)
    const method = ['DELETE', 'PATCH', 'POST', 'GET'].find(method => of.every(operation => operation.method !== method))
    const places = of[0]?.parameters.filter(parameter => parameter.in === 'path') ?? []
    return method === undefined ? [] : [operation(method, path, places, refusals)]
  })
}

export const unlisted = (operations: readonly Operation[]) => [...PAGES, ...lacking(operations)]
