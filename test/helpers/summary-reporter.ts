import type { Reporter, TestModule } from 'vitest/node'

/** Closes a run with one plain line, so that any log reader can tell how many tests ran. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]) {
    const tests = modules.flatMap(module => [...module.children.allTests()])
    const count = (state: string) => tests.filter(test => test.result().state === state).length
    const brokenFiles = modules.filter(module => module.state() === 'failed' && module.errors().length > 0).length
    console.log(`\n${count('passed')} passed, ${count('failed') + brokenFiles} failed, ${count('skipped')} skipped`)
  }
}
