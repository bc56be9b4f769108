/** The client: every operation of the API, typed, with sign-in, refreshing and patience around it. */
import createClient, { type Client } from 'openapi-fetch'
import { Answers, type AnswersOptions } from './answers.ts'
import { LearnMoreError } from './errors.ts'
import { defaultLocks, type Locks } from './locks.ts'
import { patient, type RetryOptions } from './retry.ts'
import type { components, paths } from './schema.ts'
import { Session } from './session.ts'
import { type ClientStorage, memoryStorage } from './storage.ts'

export type Schemas = components['schemas']

export type LearnMoreOptions = RetryOptions & {
  /** Where the server is: `https://learn.example.edu`. */
  baseUrl: string
  /** Keeps tokens and unsent answers; in a browser `webStorage()` or `indexedDbStorage()`. Without it they end with the page. */
  storage?: ClientStorage
  /** Called when the session has ended: show the sign-in. */
  onSignedOut?: () => void
  fetch?: (request: Request) => Promise<Response>
  locks?: Locks
}

export class LearnMore {
  /** Every operation by its path: `learnmore.api.GET('/api/courses/', { params })`. */
  readonly api: Client<paths>
  readonly session: Session
  private readonly storage: ClientStorage
  private readonly locks: Locks

  constructor({
    baseUrl,
    storage = memoryStorage(),
    onSignedOut,
    locks = defaultLocks(),
    ...options
  }: LearnMoreOptions) {
    this.storage = storage
    this.locks = locks
    const send = patient(options.fetch ?? (request => fetch(request)), options)
    const post = (path: string, body: unknown) =>
      send(
        new Request(new URL(path, baseUrl), {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        }),
      )
    this.session = new Session(storage, post, { locks, onSignedOut })
    this.api = createClient<paths>({ baseUrl, fetch: request => this.authenticated(request, send) })
  }

  /**
   * Signs in; all tabs are then signed in.
   * @throws LearnMoreError for wrong credentials
   */
  async login(username: string, password: string): Promise<Schemas['User']> {
    await this.session.forget()
    const { data, error, response } = await this.api.POST('/api/users/login/', { body: { username, password } })
    if (!data) throw new LearnMoreError(response.status, error)
    await this.session.keep(data)
    return data.user
  }

  logout = (): Promise<void> => this.session.end()

  /**
   * Starts an attempt, or goes on with the one that runs: with the answers that the server has, and those that are still on
   * this device.
   * @throws LearnMoreError by the first reason that the server has
   */
  async startAttempt(quiz: number, options: AnswersOptions & { accessCode?: string } = {}): Promise<Answers> {
    const { accessCode, ...rest } = options
    const { data, error, response } = await this.api.POST('/api/courses/quizzes/{id}/start-attempt/', {
      params: { path: { id: quiz } },
      body: accessCode === undefined ? {} : { access_code: accessCode },
    })
    if (!data) throw new LearnMoreError(response.status, error)
    return Answers.of(data, { api: this.api, storage: this.storage, locks: this.locks }, rest)
  }

  private async authenticated(request: Request, send: (request: Request) => Promise<Response>): Promise<Response> {
    const token = await this.session.access()
    if (token === null) return send(request)
    const again = request.clone()
    const answer = await send(withToken(request, token))
    if (answer.status !== 401) return answer
    const body = await answer.clone().text()
    if (!body.includes('token_not_valid')) return answer
    const renewed = await this.session.renew(token)
    return renewed === null ? answer : send(withToken(again, renewed))
  }
}

function withToken(request: Request, token: string): Request {
  const headers = new Headers(request.headers)
  headers.set('Authorization', `Bearer ${token}`)
  return new Request(request, { headers })
}
