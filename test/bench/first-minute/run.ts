/**
 * `npm run bench:exam -- --starts 1000 --d1-ms 200`: an exam's first minute before a D1 that takes its time. Runs it with the
 * desk, with the desk before a D1 that takes no time, and without the desk, and keeps the figures. With `--json` it runs it
 * once (with `--no-desk` without the desk) and prints the figures as its last line. Fails on lost answers, double attempts,
 * wrong ends and learners who never began, never on slowness or refusals.
 */
import { parseArgs } from 'node:util'
import { type Conditions, type FirstMinute, measureFirstMinute } from './measure.ts'
import { report } from './report.ts'

/** Without the desk, everybody waits for everybody's batches: more would only be refused. */
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
  const alone = Math.min(learners, MOST_WITHOUT_DESK)
  report(`npm run bench:exam -- --starts ${learners} --d1-ms ${d1Ms}`, [
    { name: 'the desk', figures: await measured({ learners, d1Ms, hasDesk: true }) },
    { name: 'the desk, no time', figures: await measured({ learners, d1Ms: 0, hasDesk: true }) },
    { name: 'no desk', figures: await measured({ learners: alone, d1Ms, hasDesk: false }) },
  ])
}

async function measured(conditions: Conditions): Promise<FirstMinute> {
  const figures = await measureFirstMinute(conditions, console.error)
  const { begun, lost, doubled, wrong_ends } = figures
  if (begun < conditions.learners || lost + doubled + wrong_ends > 0) process.exitCode = 1
  return figures
}
