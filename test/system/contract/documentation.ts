/**
 * Reads the API documentation, the contract, so that tests hold the server against its very words. Pure: it runs in Node
 * and in the Workers runtime alike.
 */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

export type DocumentedEndpoint = {
  /** Its heading of the second level: `Courses & Enrollments`. */
  section: string
  title: string
  method: string
  /** With `{names}`. */
  path: string
  needsLogin: boolean
  queryParameters: string[]
  request: Json | undefined
  status: number
  /** Undefined: an empty body. */
  response: Json | undefined
}

export type DocumentedCall = { section: string; title: string; method: string; path: string; curl: string }

export type Documentation = { endpoints: DocumentedEndpoint[]; calls: DocumentedCall[] }

export function parseDocumentation(markdown: string): Documentation {
  const endpoints: DocumentedEndpoint[] = []
  const calls: DocumentedCall[] = []
  for (const section of parts(markdown, '## ')) {
    for (const { title, text } of parts(section.text, '#### ')) {
      const endpoint = endpointIn(section.title, title, text, endpoints)
      if (endpoint) endpoints.push(endpoint)
    }
    for (const { title, text } of parts(section.text, '### ')) calls.push(...callsIn(title, text))
  }
  return { endpoints, calls }
}

/** The pieces of a text below each heading of one level. */
function parts(text: string, heading: string): { title: string; text: string }[] {
  return `\n${text}`
    .split(`\n${heading}`)
    .slice(1)
    .map(part => ({ title: part.split('\n', 1)[0]?.trim() ?? '', text: part.slice(part.indexOf('\n') + 1) }))
}

function endpointIn(
  section: string,
  title: string,
  text: string,
  earlier: DocumentedEndpoint[],
): DocumentedEndpoint | undefined {
  const route = /```http\n(\w+) (\S+)\n```/.exec(text)
  const answer = /\*\*Response \((\d{3}) [^)]*\):\*\*\n([\s\S]*)/.exec(text)
  if (!route || !answer) return undefined
  const [, method = '', path = ''] = route
  const [, status = '', body = ''] = answer
  const sameAs = /^Same format as the (\S+) endpoint/.exec(body.trim())?.[1]
  const request = /\*\*Request Body:\*\*\n([\s\S]*?)\*\*Response/.exec(text)?.[1]
  const query = /\*\*Query Parameters:\*\*\n((?:- .*\n)+)/.exec(text)?.[1] ?? ''
  return {
    section,
    title,
    method,
    path,
    needsLogin: text.includes('**Authentication Required:** Yes'),
    queryParameters: [...query.matchAll(/^- `(\w+)`/gm)].map(([, name = '']) => name),
    request: request === undefined ? undefined : jsonIn(request),
    status: Number(status),
    response: sameAs ? earlier.find(other => other.path.endsWith(`/${sameAs}/`))?.response : jsonIn(body),
  }
}

function callsIn(section: string, text: string): DocumentedCall[] {
  return [...text.matchAll(/\*\*(.+?):\*\*\n```bash\n([\s\S]*?)\n```/g)].map(([, title = '', curl = '']) => {
    const [, method = '', path = ''] = /curl -X (\w+) https:\/\/[^/]+(\S+)/.exec(curl) ?? []
    return { section, title, method, path, curl }
  })
}

/** The first JSON block, without its `// More…` lines and the commas they leave behind. */
function jsonIn(text: string): Json | undefined {
  const block = /```json\n([\s\S]*?)\n```/.exec(text)?.[1]
  if (block === undefined) return undefined
  return JSON.parse(block.replace(/^\s*\/\/.*$/gm, '').replace(/,(\s*[}\]])/g, '$1'))
}

/** The endpoint a method and a path belong to; a path spelled out goes before one with `{names}`. */
export function endpointOf(documentation: Documentation, method: string, path: string): DocumentedEndpoint {
  const candidates = documentation.endpoints.filter(endpoint => endpoint.method === method)
  const found =
    candidates.find(endpoint => endpoint.path === path) ??
    candidates.find(endpoint => new RegExp(`^${endpoint.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path))
  if (!found) throw new Error(`${method} ${path} is not documented`)
  return found
}
