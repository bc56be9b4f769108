/**
 * `npm run bench:exam -- [learners]`: an exam day (`exam-day.ts`); with `--starts`, an exam's first minute before a D1 that
 * takes its time (`first-minute/run.ts`). Each parses its own options.
 */
import { parseArgs } from 'node:util'

const { values } = parseArgs({ strict: false, options: { starts: { type: 'string' } } })
if (values.starts === undefined) await import('./exam-day.ts')
else await import('./first-minute/run.ts')
