/** From the batches and the SQL of a run to D1's time for any number of learners: products and sums, nothing measured. */
import type { FirstMinute } from './measure.ts'

/** A durable batch takes D1 5 to 20 ms, and one follows the other. */
export const D1_BATCH_MS = 10

export type Span = { batches: number; sqlMs: number; seconds: number }

/** How long D1 works on it when all start at once, and when all end at once: as in the run, for each learner. */
export function d1Time(run: FirstMinute, learners: number): { starts: Span; ends: Span } {
  const span = (batchesOfRun: number, sqlMsOfRun: number): Span => {
    const batches = (batchesOfRun * learners) / run.learners
    const sqlMs = (sqlMsOfRun * learners) / run.learners
    return { batches, sqlMs, seconds: (batches * D1_BATCH_MS + sqlMs) / 1000 }
  }
  return {
    starts: span(run.start_d1_batches, run.start_sql_ms),
    ends: span(run.end_d1_batches, run.end_sql_ms),
  }
}
