/**
 * `npm run bench:exam -- --starts 1000 --d1-ms 200`: an exam's first minute before a D1 that takes its time. Runs it with the
 * desk, with and without the time, then without the desk, and keeps the figures in exam-results.md. With `--json` it runs it once,
 * with `--no-desk` without the desk, and prints the figures as its last line. Fails on lost answers, double attempts, wrong ends
 * and learners who never began, never on slowness or refusals.
 */
import { parseArgs } from 'node:util'
import { D1_BATCH_MS } from './arithmetic.ts'
import { type Conditions, type FirstMinute, measureFirstMinute } from './measure.ts'
import { type Run, report } from './report.ts'

/** Without the desk everybody waits for everybody's batches: more would only be refused. */
const MOST_WITHOUT_DESK = 100

const { values } = parseArgs({
  options: {
    starts: { type: 'string', default: '1000' },
    'd1-ms': { type: 'string', default: '200' },
    'no-desk': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const learners = Number(values.starts)
const d1Ms = Number(values['d1-ms'])
if (!Number.isInteger(learners) || learners < 1) throw new Error('--starts is a number of learners.')
if (!(d1Ms >= 0)) throw new Error('--d1-ms is a time in milliseconds.')

if (values.json) {
  const figures = await measured({ learners, d1Ms, hasDesk: !values['no-desk'] })
  console.log(JSON.stringify(figures))
} else {
  const few = Math.min(learners, MOST_WITHOUT_DESK)
  const runs: [string, boolean, Conditions][] = [
    ['the desk', true, { learners, d1Ms, hasDesk: true }],
    ['the desk, D1 at once', false, { learners, d1Ms: 0, hasDesk: true }],
    // Starts that are refused ask D1 in vain, which nobody can project.
    ['no desk', false, { learners: few, d1Ms, hasDesk: false }],
    ['no desk, shorter batches', true, { learners: few, d1Ms: D1_BATCH_MS, hasDesk: false }],
  ]
  const done: Run[] = []
  for (const [name, isProjected, conditions] of runs)
    done.push({ name, isProjected, figures: await measured(conditions) })
  report(`npm run bench:exam -- --starts ${learners} --d1-ms ${d1Ms}`, done)
}

async function measured(conditions: Conditions): Promise<FirstMinute> {
  const figures = await measureFirstMinute(conditions, console.error)
  const { begun, lost, doubled, wrong_ends } = figures
  if (begun < conditions.learners || lost + doubled + wrong_ends > 0) process.exitCode = 1
  return figures
}
