/** Builds `docs/use/endpoints.md`, the table of all operations and pages. */
import type { Contract } from '../http/api.ts'

type Row = { operation: string; does: string; isPublic: boolean; token?: Contract['token'] }

/** The routes that no contract describes. */
const PAGES: readonly Row[] = [
  {
    operation: 'GET /api/courses/quiz-attempts/{id}/live/',
    does: 'The live clock of an attempt, a WebSocket',
    isPublic: false,
  },
  {
    operation: 'GET /api/courses/quizzes/{id}/room/',
    does: 'The exam room of a quiz, a WebSocket',
    isPublic: false,
  },
  { operation: 'GET /media/qr_codes/{file}', does: 'The image of a code, PNG or SVG', isPublic: true },
  { operation: 'GET /q/{uuid}', does: 'The page that a code opens', isPublic: true },
  { operation: 'GET /q/{uuid}/display', does: 'The page for the projector; it signs in by itself', isPublic: true },
  {
    operation: 'GET /qr-codes/batches/{id}/print',
    does: 'The print sheet of a batch; it signs in by itself',
    isPublic: true,
  },
  { operation: 'GET /api/openapi.json', does: 'The OpenAPI 3.1 document', isPublic: true },
  { operation: 'GET /api/docs/', does: 'The API reference', isPublic: true },
  { operation: 'GET /docs', does: 'Redirects to the API reference', isPublic: true },
  { operation: 'GET /', does: 'The front page; JSON for clients that do not ask for HTML', isPublic: true },
  { operation: 'GET /api/', does: 'The same as `GET /`', isPublic: true },
]

const INTRODUCTION = `# Endpoints

\`npm run docs\` writes this page from the contracts in \`src/features/\`. Do not edit it by hand: \`npm run check\` fails when it is stale.

Every field, status and permission is in the API reference, which each server serves at \`/api/docs/\`. PATCH is accepted wherever
PUT is, with every field optional. The trailing slash of a path may be left out. "no" under login means that the operation
works without one. Under token is what a [personal access token](tokens.md) must be for; empty means that none can do it.`

/** @returns the page in Markdown, the operations by tag in the order of the contracts */
export function endpointsPage(contracts: readonly Contract[]): string {
  const byTag = Map.groupBy(contracts, ({ tag }) => tag)
  const sections = [...byTag].map(([tag, ofTag]) => section(tag, ofTag.map(toRow)))
  return `${[INTRODUCTION, ...sections, section('Pages and files', PAGES)].join('\n\n')}\n`
}

const toRow = ({ method, path, summary, access, token }: Contract): Row => ({
  operation: `${method.toUpperCase()} ${path}`,
  does: summary,
  isPublic: access === 'public',
  ...(token && { token }),
})

function section(title: string, rows: readonly Row[]): string {
  const cells = rows.map(
    ({ operation, does, isPublic, token = '' }) =>
      `| \`${operation}\` | ${does} | ${isPublic ? 'no' : ''} | ${token} |`,
  )
  return [`## ${title}\n`, '| operation | does | login | token |', '| --- | --- | --- | --- |', ...cells].join('\n')
}
