/** What joins the batches of a request beside its own statements. */
import type { Statement } from './statement.ts'

export type BatchGuard = {
  /**
   * Runs a batch together with the guard's own statements.
   * @returns the results of the given statements
   */
  around(
    statements: readonly Statement[],
    run: (statements: readonly Statement[]) => Promise<D1Result[]>,
  ): Promise<D1Result[]>
}

export const isWrite = ({ text }: Statement): boolean => /^\s*(insert|update|delete|replace)\b/i.test(text)
