/** The tokens of whoever is signed in, shared by all tabs. */
import { defaultLocks, type Locks } from './locks.ts'
import type { components } from './schema.ts'
import type { ClientStorage } from './storage.ts'

type User = components['schemas']['User']
type Tokens = { access: string; refresh: string; user: User }

const KEY = 'learnmore.session'

export class Session {
  private readonly storage: ClientStorage
  private readonly locks: Locks
  private readonly post: (path: string, body: unknown) => Promise<Response>
  private readonly onSignedOut: () => void
  private renewing: Promise<string | null> | null = null

  constructor(
    storage: ClientStorage,
    post: (path: string, body: unknown) => Promise<Response>,
    { locks = defaultLocks(), onSignedOut = () => {} }: { locks?: Locks; onSignedOut?: () => void } = {},
  ) {
    this.storage = storage
    this.locks = locks
    this.post = post
    this.onSignedOut = onSignedOut
  }

  private async tokens(): Promise<Tokens | null> {
    const stored = await this.storage.get(KEY)
    return stored === null ? null : JSON.parse(stored)
  }

  /** The access token; null when nobody is signed in. Whether it is still valid, only the server knows. */
  access = async (): Promise<string | null> => (await this.tokens())?.access ?? null
  user = async (): Promise<User | null> => (await this.tokens())?.user ?? null

  async keep(tokens: Tokens): Promise<void> {
    await this.storage.set(KEY, JSON.stringify({ access: tokens.access, refresh: tokens.refresh, user: tokens.user }))
  }

  forget = (): Promise<void> => this.storage.delete(KEY)

  /** Forgets the tokens, and asks the server to. */
  async end(): Promise<void> {
    const tokens = await this.tokens()
    await this.storage.delete(KEY)
    if (tokens) await this.post('/api/users/logout/', { refresh: tokens.refresh })
  }

  /**
   * Another access token in place of one that the server refused. However many calls were refused at once, and in however many
   * tabs, one of them asks the server.
   * @returns null when the refresh token is refused too: then nobody is signed in any more
   * @throws what `fetch` throws; the tokens stay
   */
  renew(refused: string): Promise<string | null> {
    this.renewing ??= this.locks
      .request(`${KEY}.renew`, () => this.renewOnce(refused))
      .finally(() => {
        this.renewing = null
      })
    return this.renewing
  }

  private async renewOnce(refused: string): Promise<string | null> {
    const tokens = await this.tokens()
    if (tokens === null) return null
    // Another tab was first.
    if (tokens.access !== refused) return tokens.access
    const answer = await this.post('/api/users/token/refresh/', { refresh: tokens.refresh })
    if (answer.ok) {
      const { access } = (await answer.json()) as { access: string }
      await this.keep({ ...tokens, access })
      return access
    }
    if (answer.status === 401) {
      await this.storage.delete(KEY)
      this.onSignedOut()
    }
    return null
  }
}
