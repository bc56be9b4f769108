/**
 * `npm run bench:cost -- [learners]`: what a term costs. A class does every action of a term against the real runtime with
 * everything counted that is charged for, once more against the built Worker for the processor's time, and a term's rows
 * are laid into SQLite for their bytes; an exam's first minute shows how many batches its starts and ends are. All that was measured goes to docs/operate/cost.json, what it comes to, to docs/operate/cost.md.
 * With `--again` it is only worked out anew; with `--quick` all is done for the smallest class, and nothing written.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { parseArgs } from 'node:util'
import type { Measured } from './cost/bill.ts'
import type { Aftermath, Usage } from './cost/counted/index.ts'
import { costPage } from './cost/page.ts'
import { FULL_TERM, measureSize, sampleRows } from './cost/size.ts'
import { type Measure, Story } from './cost/story.ts'
import { type Action, COURSES } from './cost/term.ts'
import { type Conditions, type FirstMinute, measureFirstMinute } from './first-minute/measure.ts'
import { wait } from './load.ts'
import { commit, version } from './page.ts'
import { type Served, serveBare, serveLearnMore } from './serve.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { again: { type: 'boolean' }, quick: { type: 'boolean' } },
})
const IS_QUICK = values.quick === true
const LEARNERS = Number(positionals[0] ?? (IS_QUICK ? 10 : 40))
if (!Number.isInteger(LEARNERS) || LEARNERS < 10 || LEARNERS > 100) throw new Error('Between 10 and 100 learners.')
const QUOTA_CALLS = IS_QUICK ? 20 : 200
/** As long a batch as makes as many callers gather as at the edge (`first-minute/report.ts`). */
const EXAM: Conditions = IS_QUICK
  ? { learners: 10, d1Ms: 5, hasDesk: true }
  : { learners: 1_000, d1Ms: 200, hasDesk: true }
const BARE_CALLS = IS_QUICK ? 100 : 1_000
/** What goes on after a response. */
const SETTLE_MS = 200

const jwtSecret = randomBytes(48).toString('base64url')
const figures = new URL('../../docs/operate/cost.json', import.meta.url)

if (IS_QUICK) {
  say(costPage(await measured()))
} else {
  if (!values.again) writeFileSync(figures, `${JSON.stringify(await measured(), null, 2)}\n`)
  const page = costPage(JSON.parse(readFileSync(figures, 'utf8')))
  writeFileSync(new URL('../../docs/operate/cost.md', import.meta.url), page)
  say(page)
}

async function measured(): Promise<Measured> {
  say(`${LEARNERS} learners and a teacher do everything once, counted …`)
  const { sample, ...counted } = await counts()
  say('Again, for the processor’s time …')
  const cpuMs = await processorTimes()
  const exam = await firstMinute()
  say('A term’s rows in SQLite …')
  const { model } = cpus()[0] ?? { model: 'unknown' }
  const about = {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    machine: `${cpus().length} × ${model.trim()}, Linux ${release()}, Node ${process.versions.node}`,
    runtime: `workerd ${version('workerd')}, wrangler ${version('wrangler')}`,
    learners: LEARNERS,
  }
  return {
    about,
    ...counted,
    cpuMs,
    size: measureSize(sample, IS_QUICK ? { learners: LEARNERS, courses: COURSES } : FULL_TERM),
    exam,
  }
}

async function firstMinute(): Promise<FirstMinute> {
  const exam = await measureFirstMinute(EXAM, say)
  // Starts that are refused ask D1 in vain.
  if (exam.begun < exam.learners || exam.refused > 0) throw new Error(`not everybody began: ${JSON.stringify(exam)}`)
  return exam
}

async function counts() {
  const served = await serveLearnMore(jwtSecret, 'test/bench/cost/counted/index.ts')
  try {
    const usage = {} as Measured['usage']
    const story = await tell(served, async (action, times, act) => {
      await take(served)
      await act()
      await wait(SETTLE_MS)
      usage[action] = shared(await take(served), times)
    })
    await take(served)
    await story.quotaCalls(QUOTA_CALLS)
    await wait(SETTLE_MS)
    const quota = shared(await take(served), QUOTA_CALLS)
    await ask(served, '/__cron')
    const cron = await take(served)
    const sample = await sampleRows(served.db, story.learners[0]?.id ?? 0)
    const aftermath = await ask<Record<'gates' | 'attempts', Aftermath>>(served, '/__a-day-later')
    const errors = served.errors()
    if (errors.length > 0) throw new Error(errors.join('\n'))
    return { usage, quota, cron, sample, aftermath }
  } finally {
    await served.close()
  }
}

/** Milliseconds of the runtime's processor a call, less what a route that does nothing takes. */
async function processorTimes(): Promise<Measured['cpuMs']> {
  const bare = await serveBare()
  const nothing = await cpuOf(bare, BARE_CALLS, async () => {
    for (let turn = 0; turn < BARE_CALLS; turn += 1)
      await (await fetch(new URL('/nothing', bare.origin), { method: 'POST', body: '{}' })).text()
  }).finally(() => bare.close())
  const served = await serveLearnMore(jwtSecret)
  try {
    // Warmed up by a smaller class.
    if (!IS_QUICK) await tell(served, async (_action, _times, act) => act(), { learners: 10, first: 2000 })
    const cpuMs = {} as Measured['cpuMs']
    const note = (what: Action | 'preflight', ms: number) => {
      cpuMs[what] = Math.max(0, ms - nothing)
    }
    const story = await tell(served, async (action, times, act) => {
      note(action, await cpuOf(served, times, act))
    })
    const preflight = async () => {
      const headers = { Origin: 'https://learn.example', 'Access-Control-Request-Method': 'POST' }
      for (let turn = 0; turn < QUOTA_CALLS; turn += 1)
        await story.call('OPTIONS', '/api/courses/enrolled/', { headers })
    }
    note('preflight', await cpuOf(served, QUOTA_CALLS, preflight))
    return cpuMs
  } finally {
    await served.close()
  }
}

async function cpuOf(served: Served, times: number, act: () => Promise<void>): Promise<number> {
  const before = served.cpuMs()
  await act()
  await wait(SETTLE_MS)
  return (served.cpuMs() - before) / times
}

async function tell(served: Served, measure: Measure, { learners, first } = { learners: LEARNERS, first: 1000 }) {
  const story = new Story(served.origin, learners, measure, first)
  const teacher = `teacher.number${first}`
  await story.register(teacher)
  await served.db.prepare('UPDATE users SET is_instructor = 1 WHERE username = ?').bind(teacher).run()
  await story.tell(teacher)
  return story
}

function take(served: Served): Promise<Usage> {
  return ask(served, '/__usage')
}

async function ask<T>({ origin }: Served, path: string): Promise<T> {
  const answer = await fetch(new URL(path, origin))
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as T
}

function shared(usage: Usage, times: number): Usage {
  return Object.fromEntries(Object.entries(usage).map(([kind, count]) => [kind, count / times])) as Usage
}

function say(line: string): void {
  console.log(line)
}
