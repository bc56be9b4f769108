import { describe, expect, test, vi } from 'vitest'
import { AGAIN, rounds, type Settled } from './rounds.ts'

type Entry = { who: string; what?: number }
const PATIENCE_MS = 10_000

/** Rounds of at most three, of which each waits until it is let through. */
function desk({
  waitingAtMost = 100,
  reply,
}: {
  waitingAtMost?: number
  reply?: (entry: Entry) => Settled<string>
} = {}) {
  const served: Entry[][] = []
  const gates: (() => void)[] = []
  const line = rounds<Entry, string>({
    keyOf: ({ who }) => who,
    identityOf: ({ what }) => String(what),
    fitting: entries => Math.min(3, entries.length),
    waitingAtMost,
    patienceMs: () => PATIENCE_MS,
    async serve(entries) {
      served.push([...entries])
      await new Promise<void>(resolve => gates.push(resolve))
      return entries.map(entry => reply?.(entry) ?? { status: 'fulfilled', value: `${entry.who} in ${served.length}` })
    },
  })
  const letThrough = async () => {
    gates.shift()?.()
    await new Promise(resolve => setTimeout(resolve, 0))
  }
  return { line, served, letThrough }
}
const whoOf = (served: Entry[][]) => served.map(round => round.map(({ who }) => who).join(''))

test('a single caller waits for nobody; those who come meanwhile share the next rounds, in their order', async () => {
  const { line, served, letThrough } = desk()
  const replies = ['a', 'b', 'c', 'd', 'e', 'f'].map(who => line.enter({ who }))
  expect(whoOf(served)).toEqual(['a'])
  await letThrough()
  expect(whoOf(served)).toEqual(['a', 'bcd'])
  const late = line.enter({ who: 'g' })
  await letThrough()
  expect(whoOf(served)).toEqual(['a', 'bcd', 'efg'])
  await letThrough()
  expect(await Promise.all([...replies, late])).toEqual([
    'a in 1',
    ...'bcd'.split('').map(who => `${who} in 2`),
    ...'efg'.split('').map(who => `${who} in 3`),
  ])
  expect(await Promise.all([line.enter({ who: 'a' }), letThrough()])).toEqual(['a in 4', undefined])
})

test('identical entries that wait share a reply; other entries of the same key take turns', async () => {
  const { line, served, letThrough } = desk()
  const replies = [line.enter({ who: 'x' })]
  replies.push(line.enter({ who: 'a', what: 1 }), line.enter({ who: 'a', what: 1 }), line.enter({ who: 'b' }))
  replies.push(line.enter({ who: 'a', what: 2 }))
  for (let round = 0; round < 3; round += 1) await letThrough()
  expect(served.slice(1)).toEqual([[{ who: 'a', what: 1 }, { who: 'b' }], [{ who: 'a', what: 2 }]])
  expect(await Promise.all(replies)).toEqual(['x in 1', 'a in 2', 'a in 2', 'b in 2', 'a in 3'])
})

test('one that comes while its like is on its way gets a round of its own', async () => {
  const { line, served, letThrough } = desk()
  const replies = [line.enter({ who: 'a' }), line.enter({ who: 'a' })]
  for (let round = 0; round < 2; round += 1) await letThrough()
  expect(whoOf(served)).toEqual(['a', 'a'])
  expect(await Promise.all(replies)).toEqual(['a in 1', 'a in 2'])
})

test('a caller too many is refused as an overload, and none of the others', async () => {
  const { line, letThrough } = desk({ waitingAtMost: 2 })
  const taken = ['a', 'b', 'c'].map(who => line.enter({ who }))
  await expect(line.enter({ who: 'd' })).rejects.toThrow(/overloaded/)
  for (let round = 0; round < 2; round += 1) await letThrough()
  expect(await Promise.all(taken)).toEqual(['a in 1', 'b in 2', 'c in 2'])
})

test('whoever has given up is skipped', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { line, served, letThrough } = desk()
  const first = line.enter({ who: 'a' })
  const gone = expect(line.enter({ who: 'b' })).rejects.toThrow(/overloaded/)
  vi.setSystemTime(Date.now() + PATIENCE_MS)
  const patient = line.enter({ who: 'c' })
  for (let round = 0; round < 2; round += 1) await letThrough()
  await gone
  expect(whoOf(served)).toEqual(['a', 'c'])
  expect(await Promise.all([first, patient])).toEqual(['a in 1', 'c in 2'])
  vi.useRealTimers()
})

describe('what comes of an entry', () => {
  test('one that its round could not serve is the first of the next', async () => {
    const tries = new Map<string, number>()
    const { line, served, letThrough } = desk({
      reply({ who }) {
        tries.set(who, (tries.get(who) ?? 0) + 1)
        return who === 'b' && tries.get(who) === 1 ? AGAIN : { status: 'fulfilled', value: who }
      },
    })
    const replies = ['x', 'a', 'b', 'c', 'd'].map(who => line.enter({ who }))
    for (let round = 0; round < 3; round += 1) await letThrough()
    expect(whoOf(served)).toEqual(['x', 'abc', 'bd'])
    expect(await Promise.all(replies)).toEqual(['x', 'a', 'b', 'c', 'd'])
  })

  test('an error of one is its own; an error of the round is that of all in it, and the line goes on', async () => {
    const { line, letThrough } = desk({
      reply({ who }) {
        if (who === 'd') throw new Error('all of us')
        return who === 'b' ? { status: 'rejected', reason: new Error('only b') } : { status: 'fulfilled', value: who }
      },
    })
    const settled = Promise.allSettled(['x', 'a', 'b', 'c', 'd', 'e', 'f', 'g'].map(who => line.enter({ who })))
    for (let round = 0; round < 4; round += 1) await letThrough()
    expect((await settled).map(one => (one.status === 'fulfilled' ? one.value : one.reason.message))).toEqual([
      ...['x', 'a', 'only b', 'c'],
      ...['all of us', 'all of us', 'all of us', 'g'],
    ])
  })
})

test('whoever joins one that waits makes it wait anew', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { line, served, letThrough } = desk()
  const replies = [line.enter({ who: 'a' }), line.enter({ who: 'b' })]
  vi.setSystemTime(Date.now() + PATIENCE_MS - 1)
  replies.push(line.enter({ who: 'b' }))
  vi.setSystemTime(Date.now() + 1)
  for (let round = 0; round < 2; round += 1) await letThrough()
  expect(whoOf(served)).toEqual(['a', 'b'])
  expect(await Promise.all(replies)).toEqual(['a in 1', 'b in 2', 'b in 2'])
  vi.useRealTimers()
})

test('nobody fills the line alone', async () => {
  const { line, served, letThrough } = desk()
  const first = line.enter({ who: 'x' })
  const settled = Promise.allSettled([0, 1, 2, 3, 4].map(what => line.enter({ who: 'a', what })))
  const other = line.enter({ who: 'b' })
  for (let round = 0; round < 4; round += 1) await letThrough()
  expect((await settled).map(({ status }) => status)).toEqual([...Array(3).fill('fulfilled'), 'rejected', 'rejected'])
  expect([await first, await other]).toEqual(['x in 1', 'b in 2'])
  expect(whoOf(served)).toEqual(['x', 'ab', 'a', 'a'])
})
