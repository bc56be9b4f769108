/** Serves callers in rounds: while one round is on its way, the next callers gather, and a single caller waits for nobody. */
type Waiting<Entry, Reply> = {
  entry: Entry
  key: string
  identity: string
  enteredAt: number
  reply: Promise<Reply>
  resolve: (reply: Reply) => void
  reject: (error: unknown) => void
}

export type Rounds<Entry, Reply> = {
  /** Entries of one identity that wait share one reply. @throws what the round threw, or that too many wait */
  enter(entry: Entry): Promise<Reply>
}

/** The entry goes to the head of the line, because its round could not serve it. */
export const AGAIN = 'again'
export type Settled<Reply> = PromiseSettledResult<Reply> | typeof AGAIN

// What `faults.ts` knows as overload.
const WAITING_OF_ONE_KEY = 3
const TOO_MANY_WAIT = 'The desk is overloaded: too many callers wait.'
const WAITED_TOO_LONG = 'The desk is overloaded: the caller has waited too long.'

export function rounds<Entry, Reply>(options: {
  /** Entries of one key never share a round, and few of them wait: nobody fills the line alone. */
  keyOf: (entry: Entry) => string
  /** Within its key. */
  identityOf: (entry: Entry) => string
  /** How many of these a round may take, from the first on; at least 1. */
  fitting: (entries: readonly Entry[]) => number
  /** Beyond so many, a caller is refused. */
  waitingAtMost: number
  /** After this long a caller has given up, and its entry is skipped. */
  patienceMs: () => number
  /** @returns what comes of each entry, in their order */
  serve: (entries: readonly Entry[]) => Promise<readonly Settled<Reply>[]>
}): Rounds<Entry, Reply> {
  let waiting: Waiting<Entry, Reply>[] = []
  let isServing = false

  /** Takes the next entries out of the line, one of each key. */
  function nextRound(): Waiting<Entry, Reply>[] {
    const { present = [], gone = [] } = Object.groupBy(waiting, ({ enteredAt }) =>
      Date.now() - enteredAt < options.patienceMs() ? 'present' : 'gone',
    )
    for (const { reject } of gone) reject(new Error(WAITED_TOO_LONG))
    const keys = new Set<string>()
    const first = present.filter(({ key }) => !keys.has(key) && keys.add(key))
    const taken = first.slice(0, options.fitting(first.map(({ entry }) => entry)))
    waiting = present.filter(one => !taken.includes(one))
    return taken
  }

  async function serveAll(): Promise<void> {
    isServing = true
    for (let round = nextRound(); round.length > 0; round = nextRound()) {
      const settled = await settle(round)
      const again = round.filter((_, place) => settled[place] === AGAIN)
      waiting = [...again, ...waiting]
    }
    isServing = false
  }

  async function settle(round: readonly Waiting<Entry, Reply>[]): Promise<readonly Settled<Reply>[]> {
    const settled = await options
      .serve(round.map(({ entry }) => entry))
      .catch(reason => round.map(() => ({ status: 'rejected', reason }) as const))
    round.forEach(({ resolve, reject }, place) => {
      const one = settled[place]
      if (one === AGAIN || one === undefined) return
      if (one.status === 'fulfilled') resolve(one.value)
      else reject(one.reason)
    })
    return settled
  }

  return {
    enter(entry) {
      const key = options.keyOf(entry)
      const identity = options.identityOf(entry)
      const own = waiting.filter(one => one.key === key)
      const same = own.find(one => one.identity === identity)
      if (same) {
        // Its newest caller has just begun to wait.
        same.enteredAt = Date.now()
        return same.reply
      }
      const isFull = waiting.length >= options.waitingAtMost || own.length >= WAITING_OF_ONE_KEY
      if (isFull) return Promise.reject(new Error(TOO_MANY_WAIT))
      const { promise: reply, resolve, reject } = Promise.withResolvers<Reply>()
      waiting.push({ entry, key, identity, enteredAt: Date.now(), reply, resolve, reject })
      if (!isServing) void serveAll()
      return reply
    },
  }
}
