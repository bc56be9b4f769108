import type { Reporter, TestModule } from 'vitest/node'

const FILES_A_LINE = 20

/**
 * Tells how far a run has come and what each project took, and closes it with one plain line, so that any log reader can
 * tell how many tests ran.
 */
export default class SummaryReporter implements Reporter {
  private files = 0
  private ended = 0

  onTestRunStart(specifications: readonly unknown[]) {
    this.files = specifications.length
    this.ended = 0
  }

  onTestModuleEnd() {
    this.ended += 1
    if (this.ended % FILES_A_LINE === 0) console.log(` ${this.ended} of ${this.files} files`)
  }

  onTestRunEnd(modules: readonly TestModule[]) {
    for (const [project, files] of Map.groupBy(modules, module => module.project.name)) {
      const seconds = files.reduce((sum, file) => sum + file.diagnostic().duration, 0) / 1_000
      console.log(` ${project}: ${files.length} files, ${seconds.toFixed(0)} s one after the other`)
    }
    const tests = modules.flatMap(module => [...module.children.allTests()])
    const count = (state: string) => tests.filter(test => test.result().state === state).length
    const brokenFiles = modules.filter(module => module.state() === 'failed' && module.errors().length > 0).length
    console.log(`\n${count('passed')} passed, ${count('failed') + brokenFiles} failed, ${count('skipped')} skipped`)
  }
}
