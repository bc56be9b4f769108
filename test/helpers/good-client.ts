import { expect, vi } from 'vitest'
import type { TestUser } from '../factories/users.ts'
import { type Answer, call } from './client.ts'

const TRIES = 60
/** Time passes with each call, so that an attempt's ten calls a second are kept to, as people do. */
const MS_A_CALL = 120

/** What clients were answered: so many times each status. */
export type Told = { calls: number; answered: Record<number, number> }

const tick = (ms: number) => vi.setSystemTime(Date.now() + ms)

/** A client that does as it is told. It needs a `Date` that is a fake, which it moves instead of waiting. */
export class Client {
  private readonly bindings: Partial<Env>
  private readonly told: Told
  constructor(bindings: Partial<Env>, told: Told) {
    this.bindings = bindings
    this.told = told
  }

  /** The same client while all was well. */
  get before(): Client {
    return new Client({}, this.told)
  }

  /** Repeats until it is answered; every answer on the way is one that a client can live with. */
  async send(
    method: string,
    path: string,
    options: { as?: TestUser | string; body?: unknown } = {},
    refusal?: number,
  ): Promise<Answer> {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      tick(MS_A_CALL)
      const answer = await call(method, path, { ...options, env: this.bindings, leave: true })
      this.told.calls += 1
      this.told.answered[answer.status] = (this.told.answered[answer.status] ?? 0) + 1
      if (refusal === undefined ? answer.status < 300 : answer.status === refusal) return answer
      expect([503, 429], `${method} ${path}: ${answer.text}`).toContain(answer.status)
      expect(Number(answer.headers.get('Retry-After')), `${method} ${path}`).toBeGreaterThanOrEqual(1)
      if (answer.status === 429) tick(1_000 * Number(answer.headers.get('Retry-After')))
    }
    throw new Error(`${method} ${path} is never answered`)
  }
}
