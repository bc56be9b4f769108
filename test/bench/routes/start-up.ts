/** What a Worker's start takes of the processor, as `wrangler check startup` profiles it: against one that is nothing but Hono. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { must } from '../../../src/dev/wrangler.ts'

export type StartUp = { learnMoreMs: number; bareMs: number }

/** Medians of so many starts of each, turn and turn about. */
export async function measureStartUp(starts: number): Promise<StartUp> {
  const folder = mkdtempSync(join(tmpdir(), 'learnmore-start-'))
  const config = join(folder, 'wrangler.json')
  const bareEntry = fileURLToPath(new URL('./nothing-but-hono.ts', import.meta.url))
  writeFileSync(config, JSON.stringify({ name: 'bare', main: bareEntry, compatibility_date: '2026-10-01' }))
  const built = join(folder, 'built')
  const profile = async (...from: string[]) => {
    await must('check', 'startup', '--outfile', built, ...from, '--args=--minify')
    return activeMs(JSON.parse(readFileSync(built, 'utf8')))
  }
  const [learnMore, bare]: [number[], number[]] = [[], []]
  for (let start = 0; start < starts; start += 1) {
    learnMore.push(await profile())
    bare.push(await profile('--config', config))
  }
  rmSync(folder, { recursive: true })
  return { learnMoreMs: median(learnMore), bareMs: median(bare) }
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
}

type Profile = {
  nodes: { id: number; callFrame: { functionName: string } }[]
  samples: number[]
  /** Microseconds. */
  timeDeltas: number[]
}

function activeMs({ nodes, samples, timeDeltas }: Profile): number {
  const idle = new Set(nodes.filter(({ callFrame }) => callFrame.functionName === '(idle)').map(({ id }) => id))
  return timeDeltas.reduce((sum, delta, place) => (idle.has(samples[place] ?? 0) ? sum : sum + delta), 0) / 1000
}
