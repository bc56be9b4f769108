/** As `worker.ts`, but the desk serves one learner after the other: nobody shares a batch. */
import { storeTimeoutMs } from '../../../src/db/timeout.ts'
import { type Rounds, rounds } from '../../../src/features/attempts/desk/rounds.ts'
import * as product from '../../../src/index.ts'
import { slow } from './slow-d1.ts'

export * from './worker.ts'
export { default } from './worker.ts'

type Desk = product.QuizDesk
type Start = Parameters<Desk['start']>[0]
type End = Parameters<Desk['persist']>[0]

class DeskForOne extends product.QuizDesk {
  private readonly startsOfOne = this.oneByOne((start: Start) => super.start(start))
  private readonly endsOfOne = this.oneByOne((end: End) => super.persist(end))

  override start(start: Start): ReturnType<Desk['start']> {
    return this.startsOfOne.enter(start)
  }

  override persist(end: End): ReturnType<Desk['persist']> {
    return this.endsOfOne.enter(end)
  }

  private oneByOne<Entry, Reply>(serve: (entry: Entry) => Promise<Reply>): Rounds<Entry, Reply> {
    return rounds({
      keyOf: entry => JSON.stringify(entry),
      identityOf: () => '',
      fitting: () => 1,
      waitingAtMost: Number.POSITIVE_INFINITY,
      patienceMs: () => storeTimeoutMs(this.env),
      serve: entries => Promise.allSettled(entries.map(serve)),
    })
  }
}

export const QuizDesk = slow(DeskForOne)
