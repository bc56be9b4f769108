/** As `worker.ts`, but the desk serves one learner after the other: nobody shares a batch. */
import * as product from '../../../src/index.ts'
import { slow } from './slow-d1.ts'

export * from './worker.ts'
export { default } from './worker.ts'

class DeskForOne extends product.QuizDesk {
  private last: Promise<unknown> = Promise.resolve()

  override start(...request: Parameters<product.QuizDesk['start']>): ReturnType<product.QuizDesk['start']> {
    return this.alone(() => super.start(...request))
  }

  private alone<T>(call: () => Promise<T>): Promise<T> {
    const turn = this.last.then(call)
    this.last = turn.catch(() => {})
    return turn
  }
}

export const QuizDesk = slow(DeskForOne)
