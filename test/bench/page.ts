/** What the pages of figures share. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, tmpdir, totalmem } from 'node:os'

export const loadBefore = loadavg()

/** When, of which commit, and on what machine in what state. */
export function about(command: string): string {
  const { model } = cpus()[0] ?? { model: 'unknown' }
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  const [before, after] = [loadBefore, loadavg()].map(([minute = 0]) => minute.toFixed(1))
  const isBusy = Number(before) > cpus().length / 2
  return [
    `${new Date().toISOString().slice(0, 16)}Z, commit ${commit()}: \`${command}\`.`,
    `${cpus().length} × ${model.trim()}, ${memory}, Linux ${release()}, Node ${process.versions.node}, workerd ${version('workerd')}, wrangler ${version('wrangler')}.`,
    `Everything shares this machine: load generator, wrangler's proxy, workerd; stores in ${tmpdir()}. Load average ${before} before, ${after} after${isBusy ? ': **others were using it**, so read the ratios and not the times' : ''}.`,
  ].join('\n')
}

export const version = (name: string): string =>
  JSON.parse(readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version

export function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}

export const ms = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`

/** Aligned, so that it reads as well on a terminal. */
export function table(head: string[], rows: string[][]): string {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map(row => row[column]?.length ?? 0)))
  const line = (cells: string[]) =>
    `| ${widths.map((width, column) => (column === 0 ? (cells[column] ?? '').padEnd(width) : (cells[column] ?? '').padStart(width))).join(' | ')} |`
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return [line(head), rule, ...rows.map(line)].join('\n')
}

/** Writes a section of a page; the others stay. */
export function keepSection(page: URL, heading: string, text: string): void {
  writeFileSync(page, withSection(readFileSync(page, 'utf8'), heading, text))
}

/** With the text as what stands under `## heading`: in its place, or as the last section. */
export function withSection(page: string, heading: string, text: string): string {
  const [top = '', ...sections] = page.split(/^(?=## )/m)
  const section = `## ${heading}\n\n${text}`
  const place = sections.findIndex(one => one.startsWith(`## ${heading}\n`))
  const all = place === -1 ? [...sections, section] : sections.with(place, section)
  return `${[top, ...all].map(one => one.trim()).join('\n\n')}\n`
}
