/** `If-Match`: the revision that a client has seen joins the batch that writes, which fails as a whole when it no longer fits. */
import { sql } from 'drizzle-orm'
import { rootCause } from './faults.ts'
import { type BatchGuard, isWrite } from './guard.ts'
import { courses } from './schema/courses.ts'
import { modules } from './schema/modules.ts'
import { qrCodes } from './schema/qr-codes.ts'
import { questions, quizzes } from './schema/quizzes.ts'
import { listed, type Names, type Statement, statements } from './statement.ts'

const REVISED = { courses, modules, quizzes, questions, qrCodes }
/** The tables whose rows have a revision. */
export type Revised = keyof typeof REVISED

/** SQLite can only fail in the middle of a statement: what is no JSON does it, and takes the batch with it. */
const requireRevision = statements(
  (db, { id, revisions }: Names<{ id: number; revisions: readonly number[] }>, of: Revised) => {
    const { revision, id: key } = REVISED[of]
    return db
      .select({
        fits: sql<number>`CASE WHEN ${revision} IN ${listed(revisions)} THEN 1 ELSE json('REVISION ' || ${revision}) END`.as(
          'fits',
        ),
      })
      .from(REVISED[of])
      .where(sql`${key} = ${id}`)
  },
)

/** Whether a batch failed because the row was changed since the client read it. */
export const isRevisionChanged = (error: unknown): boolean =>
  error instanceof Error && rootCause(error).message.includes('malformed JSON')

/** Lets the batch of a request write only while its row has one of the revisions. */
export class RevisionGuard implements BatchGuard {
  readonly check: Statement
  /** Whether a batch that changed something has passed. */
  hasPassed = false

  constructor(of: Revised, id: number, revisions: readonly number[]) {
    this.check = requireRevision(of, { id, revisions })
  }

  /** @throws an error that `isRevisionChanged` knows, when the revision no longer fits; then nothing is written */
  async around(
    statements: readonly Statement[],
    run: (statements: readonly Statement[]) => Promise<D1Result[]>,
  ): Promise<D1Result[]> {
    if (this.hasPassed || !statements.some(isWrite)) return run(statements)
    const [, ...results] = await run([this.check, ...statements])
    // A batch that changed nothing is tried again.
    this.hasPassed = results.some(({ meta }) => meta.changes > 0)
    return results
  }
}
