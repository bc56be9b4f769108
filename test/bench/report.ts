/** The figures of a run as one page, on the terminal and in exam-results.md. */
import type { Timings } from './load.ts'
import { about, keepSection, ms, table } from './page.ts'
import type { Day } from './sitting.ts'

/** With the processor time that workerd and wrangler's proxy took for a call. */
type Rate = { perSecond: number; cpuMs: number; timings: Timings }
export type Figures = {
  learners: number
  connections: number
  thinkMs: number
  callers: number
  day: Day
  /** Calls beside the exam that had to be made again, by status. */
  repeated: Map<number, number>
  bareD1: Pick<Day, 'starts' | 'answers'>
  bareObject: Pick<Day, 'starts' | 'answers'>
  sprints: Record<'answer' | 'object' | 'd1' | 'nothing', Rate>
  lateMs: Timings
  /** What LearnMore logged as errors. */
  errors: string[]
}

export const EXAM_RESULTS = new URL('./exam-results.md', import.meta.url)
const SHARES = [0.5, 0.95, 0.99]

export function report(figures: Figures, { isKept }: { isKept: boolean }): void {
  const page = [conditions(figures), load(figures), atMost(figures), truth(figures)].join('\n\n')
  console.log(`\n${page}\n`)
  if (isKept) keepSection(EXAM_RESULTS, 'A day', page)
}

function conditions({ learners, connections, thinkMs }: Figures): string {
  const how = `${connections} connections; ${thinkMs} ms of thought between answers, give or take half.`
  return `${about(`npm run bench:exam -- ${learners}`)}\n${how}`
}

function load({ day, bareD1, bareObject }: Figures): string {
  const figuresOf = ({ starts, answers }: Pick<Day, 'starts' | 'answers'>) => [
    ...SHARES.map(starts.percentile),
    ...SHARES.map(answers.percentile),
    answers.perSecond,
  ]
  const exam = figuresOf(day)
  const row = (name: string, cells: string[]) => [name, ...cells]
  const times = (name: string, figures: number[]) =>
    row(name, [...figures.slice(0, 6).map(ms), `${Math.round(figures[6] ?? 0)}/s`])
  const ratio = (name: string, other: number[]) =>
    row(
      name,
      exam.map((figure, place) => (figure / (other[place] ?? 0)).toFixed(2)),
    )
  return table(
    ['', 'start p50', 'p95', 'p99', 'answer p50', 'p95', 'p99', 'answers'],
    [
      times('LearnMore', exam),
      times('bare Hono, one D1 insert', figuresOf(bareD1)),
      times('bare Hono, one Durable Object call', figuresOf(bareObject)),
      ratio('LearnMore ÷ D1 insert', figuresOf(bareD1)),
      ratio('LearnMore ÷ Durable Object call', figuresOf(bareObject)),
    ],
  )
}

function atMost({ sprints, callers }: Figures): string {
  const names = {
    answer: 'LearnMore, an answer',
    d1: 'bare Hono, one D1 insert',
    object: 'bare Hono, one Durable Object call',
    nothing: 'bare Hono, nothing',
  }
  const rows = Object.entries(names).map(([key, name]) => {
    const { perSecond, cpuMs, timings } = sprints[key as keyof typeof names]
    return [
      name,
      `${Math.round(perSecond)}/s`,
      ...SHARES.map(timings.percentile).map(ms),
      (sprints.answer.perSecond / perSecond).toFixed(2),
      Number.isNaN(cpuMs) ? '' : `${cpuMs.toFixed(2)} ms`,
      Number.isNaN(cpuMs) ? '' : (cpuMs / sprints.answer.cpuMs).toFixed(2),
    ]
  })
  const head = ['', 'calls', 'p50', 'p95', 'p99', 'LearnMore ÷ it', 'processor a call', 'it ÷ LearnMore']
  return [
    `At most, ${callers} callers without a pause:`,
    table(head, rows),
    'The bare route that does nothing is what Hono, wrangler’s proxy and its Workers for assets take of every call. ' +
      'Processor time is the figure that other users of the machine disturb least.',
  ].join('\n\n')
}

function truth({ learners, day, repeated, lateMs, errors }: Figures): string {
  return table(
    ['', ''],
    [
      ['learners', String(learners)],
      ['answers given', String(day.answers.count)],
      ['**lost answers**', `**${day.lost.length}**`],
      ['**double attempts**', `**${day.doubled.length}**`],
      ['**wrong ends**', `**${day.wrongEnds.length}**`],
      ['ends on demand', `${day.ends.count}: ${SHARES.map(day.ends.percentile).map(ms).join(', ')} (p50, p95, p99)`],
      ['extensions granted', `${day.extensions.count}: ${SHARES.map(day.extensions.percentile).map(ms).join(', ')}`],
      ['vanished, timed out', `${lateMs.count}`],
      [
        'late ends: deadline and grace to `timed_out` in D1',
        `${[...SHARES, 1].map(lateMs.percentile).map(ms).join(', ')} (p50, p95, p99, latest)`,
      ],
      ['ran out of time', String(day.outOfTime)],
      ['calls made again in the exam', counted(day.repeated)],
      ['calls made again beside it', counted(repeated)],
      ['errors logged', String(errors.length)],
    ],
  )
}

const counted = (calls: Map<number, number>) =>
  [...calls].map(([status, count]) => `${count} × ${status || 'broken connection'}`).join(', ') || 'none'
