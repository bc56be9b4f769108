/** The figures of the first minute, measured, and what they come to where a batch takes as long as D1's do. */
import { about, keepSection, ms, table } from '../page.ts'
import { EXAM_RESULTS } from '../report.ts'
import { D1_BATCH_MS, d1Time, type Span } from './arithmetic.ts'
import type { FirstMinute } from './measure.ts'

const LEARNERS = 3_000

/** Projected: whether it says what happens before a D1 whose batches take `D1_BATCH_MS`. */
export type Run = { name: string; isProjected: boolean; figures: FirstMinute }

/** @param command as it was called */
export function report(command: string, runs: Run[]): void {
  const page = [about(command), HOW, measured(runs), arithmetic(runs)].join('\n\n')
  console.log(`\n${page}\n`)
  keepSection(EXAM_RESULTS, 'A D1 that takes its time', page)
}

const HOW = `Measured: all learners start at once, answer up to two questions and end at once, and D1 lets through one batch after the
other, each of which takes so much longer. Batches and SQL (\`meta.duration\`) are all that the Worker and its objects asked
of D1, without the benchmark's own questions and without the time that was added. This machine lets through about 150
starts a second, so before a batch of 200 ms about as many callers gather as at the edge before one of ${D1_BATCH_MS} ms.`

function measured(runs: Run[]): string {
  const row = (name: string, cell: (figures: FirstMinute) => string | number) => [
    name,
    ...runs.map(({ figures }) => String(cell(figures))),
  ]
  return table(
    ['', ...runs.map(({ name }) => name)],
    [
      row('learners', one => one.learners),
      row('added to each batch', one => ms(one.d1_ms)),
      row('begun', one => one.begun),
      row('starts refused', one => one.refused),
      row('**lost answers**', one => `**${one.lost}**`),
      row('**double attempts**', one => `**${one.doubled}**`),
      row('**wrong ends**', one => `**${one.wrong_ends}**`),
      row('starts: D1 batches', one => one.start_d1_batches),
      row('starts: SQL', one => ms(one.start_sql_ms)),
      row('starts: all begun after', one => ms(one.all_begun_ms)),
      row('a start, p50', one => ms(one.start_p50_ms)),
      row('a start, p99', one => ms(one.start_p99_ms)),
      row('ends: D1 batches', one => one.end_d1_batches),
      row('ends: SQL', one => ms(one.end_sql_ms)),
    ],
  )
}

function arithmetic(runs: Run[]): string {
  const sum = ({ batches, sqlMs, seconds }: Span) =>
    `${Math.round(batches)} × ${D1_BATCH_MS} ms + ${ms(sqlMs)} = ${seconds.toFixed(1)} s`
  const rows = runs
    .filter(({ isProjected }) => isProjected)
    .map(({ name, figures }) => {
      const { starts, ends } = d1Time(figures, LEARNERS)
      return [name, sum(starts), sum(ends)]
    })
  return [
    `Arithmetic, not measured: D1's time for ${LEARNERS.toLocaleString('en-US')} learners where a batch takes ${D1_BATCH_MS} ms, with as many batches and as much SQL for
each learner as in the run.`,
    table(['batches × time + SQL', 'all have begun', 'all results are in D1'], rows),
  ].join('\n\n')
}
