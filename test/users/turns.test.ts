import { expect, test } from 'vitest'
import { hashPassword, isPassword } from '../../src/features/users/passwords/hashing.ts'
import { inTurn } from '../../src/features/users/passwords/turns.ts'
import { hashAsInProduction, hashNever } from '../helpers/hash-cost.ts'

// Password hashes of one isolate: one after the other, and between two of them everything else gets the thread.

test('hashes run one at a time, in the order in which they came', async () => {
  let running = 0
  const order: number[] = []
  const hash = (place: number) =>
    inTurn(async () => {
      running += 1
      expect(running).toBe(1)
      await scheduler.wait(5)
      order.push(place)
      running -= 1
    }, 0)
  await Promise.all([0, 1, 2, 3, 4].map(hash))
  expect(order).toEqual([0, 1, 2, 3, 4])
})

test('between two hashes of a wave, other work continues several times', async () => {
  hashAsInProduction()
  const events: string[] = []
  let isOver = false
  const other = async () => {
    while (!isOver) {
      await scheduler.wait(1)
      events.push('other')
    }
  }
  const wave = [1, 2, 3, 4].map(async () => {
    await hashPassword('securepassword123')
    events.push('hash')
  })
  await Promise.all([other(), Promise.all(wave).then(() => (isOver = true))])
  const [, ...between] = events.join(' ').split('hash').slice(0, -1)
  expect(between).toHaveLength(3)
  for (const turns of between) expect(turns.match(/other/g)?.length ?? 0).toBeGreaterThan(3)
})

test('a hash that fails gives up its turn', async () => {
  hashNever()
  const failing = Promise.allSettled([hashPassword('securepassword123'), isPassword('securepassword123', null)])
  expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await inTurn(async () => 'next', 0)).toBe('next')
})

test('the next one goes on when requests have died in their turn', async () => {
  const dead = () => new Promise<never>(() => {})
  void inTurn(dead, 0)
  void inTurn(dead, 0)
  expect(await inTurn(async () => 'goes on', 0)).toBe('goes on')
})

test('whoever would wait too long is refused, and the others go on', async () => {
  const holds = inTurn(() => scheduler.wait(700).then(() => 'held'), 0)
  const patient = inTurn(async () => 'patient', 0)
  const refused = await inTurn(async () => 'late', 0, 100).catch(error => error.status)
  expect([refused, await holds, await patient]).toEqual([503, 'held', 'patient'])
})
