/** A class does once what it does in a term many times, each action by everybody before the next one. */
import { forEach, wait } from '../load.ts'
import { type Action, QUESTIONS } from './term.ts'

// biome-ignore lint/suspicious/noExplicitAny: whatever JSON is served, looked at by the story
type Json = any
type Request = { token?: string; body?: object; headers?: Record<string, string> }

const PASSWORD = 'securepassword123'
const AT_ONCE = 4
/** Or an attempt refuses the eleventh call of a second. */
const THOUGHT_MS = 100

export type Measure = (action: Action, times: number, act: () => Promise<void>) => Promise<void>
export type Learner = {
  username: string
  id: number
  access: string
  refresh: string
  attempt: Json
  essay: Json
  module: number
  ticket: string
}

export class Story {
  readonly learners: Learner[]
  private readonly origin: URL
  private readonly measure: Measure

  /**
   * @param measure told of each action, how often it is done and how to do it
   * @param first numbers the learners, so that two stories can be told to one server
   */
  constructor(origin: URL, learners: number, measure: Measure, first = 1000) {
    this.origin = origin
    this.measure = measure
    this.learners = Array.from({ length: learners }, (_, place) => ({
      username: `learner.number${first + place}`,
      id: 0,
      access: '',
      refresh: '',
      attempt: null,
      essay: null,
      module: 0,
      ticket: '',
    }))
  }

  /** @param teacher the username and password of an instructor */
  async tell(teacher: string): Promise<void> {
    const { course, modules, quiz, essay, code } = await this.prepare(teacher)
    const teach = async (method: string, path: string, body?: object) =>
      (await this.call(method, path, { token: this.teacher, body })).body
    await this.everybody('register', ({ username }) => this.register(username))
    await this.everybody('log in', async learner => this.login(learner))
    await this.everybody(
      'refresh the token',
      async learner => {
        const { body } = await this.call('POST', '/api/users/token/refresh/', { body: { refresh: learner.refresh } })
        learner.access = body.access
      },
      2,
    )
    await this.everybody('log out', async ({ refresh }) => {
      await this.call('POST', '/api/users/logout/', { body: { refresh } })
    })
    await this.everybody('look at the catalog', () => this.get('/api/courses/catalog/', undefined))
    await this.everybody('search the catalog', () => this.get('/api/courses/catalog/search/?q=intro', undefined))
    await this.everybody('enroll', ({ access }) => this.post(`/api/courses/${course.slug}/enroll/`, access))
    await this.everybody('list own courses', ({ access }) => this.get('/api/courses/enrolled/', access))
    await this.everybody('look at a course', ({ access }) => this.get(`/api/courses/${course.id}/`, access))
    await this.everybody('list the modules of a course', ({ access }) =>
      this.get(`/api/modules/?course=${course.id}`, access),
    )
    await this.everybody('list own progress in a course', async learner => {
      const { body } = await this.call('GET', `/api/module-progress/?course=${course.id}`, { token: learner.access })
      learner.module = body.results[0].id
    })
    await this.everybody('read a module', ({ access }) => this.get(`/api/modules/${modules[0].id}/`, access), 2)
    await this.everybody(
      'add time to a module',
      ({ access, module }) => this.post(`/api/module-progress/${module}/add-time/`, access, { seconds: 300 }),
      3,
    )
    await this.everybody('complete a module', ({ access, module }) =>
      this.post(`/api/module-progress/${module}/complete/`, access),
    )
    await this.everybody('look at a quiz', ({ access }) => this.get(`/api/quizzes/${quiz.id}/`, access))
    const start = async (id: number, { access }: Learner) =>
      (await this.call('POST', `/api/courses/quizzes/${id}/start-attempt/`, { token: access, body: {} })).body
    await this.everybody('start an attempt', async learner => {
      learner.attempt = await start(quiz.id, learner)
    })
    await this.measure('answer a question', this.learners.length * QUESTIONS, async () => {
      for (let place = 0; place < QUESTIONS; place += 1) {
        await this.forEach(async ({ access, attempt }) => {
          const { id, choices } = attempt.questions[place]
          const body = { question: id, response_data: { selected_choice: choices[1].id }, time_spent_seconds: 60 }
          await this.post(`/api/courses/quiz-attempts/${attempt.id}/submit-response/`, access, body)
        })
        await wait(THOUGHT_MS)
      }
    })
    await this.everybody('come back to an attempt', ({ access, attempt }) =>
      this.get(`/api/courses/quiz-attempts/${attempt.id}/`, access),
    )
    await this.everybody('watch the live clock', learner => this.watch(learner))
    await this.everybody('hand in an attempt', ({ access, attempt }) =>
      this.post(`/api/courses/quiz-attempts/${attempt.id}/complete/`, access),
    )
    await this.everybody('look at a result', ({ access, attempt }) =>
      this.get(`/api/courses/quiz-attempts/${attempt.id}/result/`, access),
    )
    await this.everybody('list own attempts', ({ access }) => this.get('/api/courses/quiz-attempts/', access))
    await this.everybody('open the page of a code', async learner => {
      const { text } = await this.call('GET', `/q/${code.uuid}`, { token: learner.access })
      learner.ticket = /data-ticket="([^"]+)"/.exec(text)?.[1] ?? ''
    })
    await this.everybody('record a scan', ({ access, ticket }) =>
      this.post('/api/qr-codes/scans/', access, { qr_code_uuid: code.uuid, ticket, device_info: DEVICE }),
    )

    for (const learner of this.learners) {
      const { id, questions } = await start(essay.id, learner)
      const body = { question: questions[0].id, response_data: { essay_text: 'Because it does. '.repeat(100) } }
      await this.post(`/api/courses/quiz-attempts/${id}/submit-response/`, learner.access, body)
      await this.post(`/api/courses/quiz-attempts/${id}/complete/`, learner.access)
    }
    const read = (action: Action, path: string) => this.eachTime(action, () => teach('GET', path))
    await read('list enrollments', `/api/enrollments/?course=${course.id}`)
    await read('list attempts', `/api/courses/quiz-attempts/?quiz=${quiz.id}`)
    await read('look at a learner’s result', `/api/courses/quiz-attempts/${this.learners[0]?.attempt.id}/result/`)
    await read('read quiz analytics', `/api/courses/quizzes/${quiz.id}/analytics/`)
    await read('read course analytics', `/api/analytics/course-analytics/?course=${course.id}`)
    await read('read learner analytics', `/api/analytics/learner-analytics/?course=${course.id}`)
    await read('read module engagement', `/api/analytics/module-engagement/?course=${course.id}`)
    await read('list essays that wait', '/api/courses/question-responses/pending-grading/')
    const { results: waiting } = await teach('GET', '/api/courses/question-responses/pending-grading/?page_size=100')
    await this.eachTime('grade an essay', place =>
      teach('POST', `/api/courses/question-responses/${waiting[place].id}/grade-essay/`, {
        score: 1,
        feedback: 'Well argued. Mind the second paragraph, which says the same as the first.',
      }),
    )
    await read('list scans', `/api/qr-codes/scans/?qr_code=${code.id}`)
    await read('poll the display at the door', `/api/qr-codes/display/${code.uuid}/`)
  }

  async register(username: string): Promise<void> {
    const names = { email: `${username}@example.com`, first_name: 'Augusta', last_name: 'Lovelace' }
    const body = { username, password: PASSWORD, password2: PASSWORD, ...names }
    await this.call('POST', '/api/users/register/', { body })
  }

  /** Calls with the daily quota on. */
  async quotaCalls(count: number): Promise<void> {
    const headers = { 'X-With-Quota': 'on' }
    for (let turn = 0; turn < count; turn += 1)
      await this.call('GET', '/api/courses/enrolled/', { token: this.learners[0]?.access, headers })
  }

  async call(method: string, path: string, { token, body, headers = {} }: Request = {}) {
    const all = new Headers(headers)
    if (token !== undefined) all.set('Authorization', `Bearer ${token}`)
    if (body !== undefined) all.set('Content-Type', 'application/json')
    const answer = await fetch(new URL(path, this.origin), { method, headers: all, body: body && JSON.stringify(body) })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    const isJson = answer.headers.get('Content-Type')?.includes('json') && text !== ''
    return { status: answer.status, text, body: isJson ? (JSON.parse(text) as Json) : null }
  }

  private teacher = ''

  /** A course with modules, quizzes and a code: each is made as often as there are learners, for a mean. */
  private async prepare(teacher: string) {
    const account = await this.call('POST', '/api/users/login/', { body: { username: teacher, password: PASSWORD } })
    this.teacher = account.body.access
    const make = async (action: Action, path: string, body: (place: number) => object): Promise<Json[]> => {
      const made: Json[] = []
      await this.eachTime(action, async place => {
        made.push((await this.call('POST', path, { token: this.teacher, body: body(place) })).body)
      })
      return made
    }
    const described = {
      description: 'What it is about, in a sentence or two, as one writes it for a catalog of courses.',
    }
    const [course] = await make('create a course', '/api/courses/', place => ({
      title: `Introduction to number ${place}`,
      status: 'published',
      ...described,
    }))
    const modules = await make('create a module', '/api/modules/', place => ({
      course: course.id,
      title: `Module ${place}`,
      content: `# A heading\n\n${'A sentence of the text that is to be read. '.repeat(100)}`,
      is_published: true,
    }))
    const [quiz, essay, spare] = await make('create a quiz', '/api/quizzes/', place => ({
      module: modules[1].id,
      title: `Quiz ${place}`,
      is_published: true,
      time_limit_minutes: 30,
      show_feedback: 'after_completion',
    }))
    for (let order = 1; order <= QUESTIONS; order += 1)
      await this.call('POST', `/api/quizzes/${quiz.id}/questions/`, { token: this.teacher, body: CHOICE })
    const asked = { type: 'essay', text: 'Why does it?', points: 1 }
    await this.call('POST', `/api/quizzes/${essay.id}/questions/`, { token: this.teacher, body: asked })
    await make('create a question', `/api/quizzes/${spare.id}/questions/`, () => CHOICE)
    const [code] = await make('create a QR code', '/api/qr-codes/codes/', () => ({
      type: 'attendance',
      target_id: modules[0].id,
    }))
    return { course, modules, quiz, essay, code }
  }

  private async login(learner: Learner): Promise<void> {
    const { username } = learner
    const { body } = await this.call('POST', '/api/users/login/', { body: { username, password: PASSWORD } })
    Object.assign(learner, { id: body.user.id, access: body.access, refresh: body.refresh })
  }

  /** Connects, is told the time, pings once and leaves. */
  private async watch({ access, attempt }: Learner): Promise<void> {
    const url = new URL(`/api/courses/quiz-attempts/${attempt.id}/live/`, this.origin)
    url.protocol = 'ws:'
    const socket = new WebSocket(url.href, ['bearer', access])
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('error', () => reject(new Error('no live clock')))
      socket.addEventListener('message', ({ data }) => (data === 'pong' ? resolve() : socket.send('ping')))
    })
    socket.close()
  }

  private async get(path: string, token: string | undefined): Promise<void> {
    await this.call('GET', path, { token })
  }

  private async post(path: string, token: string, body: object = {}): Promise<void> {
    await this.call('POST', path, { token, body })
  }

  /** @param times as often as in a term the same learner does it to the same thing, where the first time costs more */
  private everybody(action: Action, act: (learner: Learner) => Promise<void>, times = 1): Promise<void> {
    return this.measure(action, this.learners.length * times, async () => {
      for (let turn = 0; turn < times; turn += 1) await this.forEach(act)
    })
  }

  private forEach(act: (learner: Learner) => Promise<void>): Promise<void> {
    return forEach(this.learners, AT_ONCE, act)
  }

  private eachTime(action: Action, act: (place: number) => Promise<unknown>): Promise<void> {
    return this.measure(action, this.learners.length, async () => {
      for (const place of this.learners.keys()) await act(place)
    })
  }
}

const DEVICE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)'
const CHOICE = {
  type: 'multiple_choice',
  text: 'What is the correct way to create a function in Python?',
  explanation: 'Functions are defined by def.',
  choices: ['def myFunc():', 'function myFunc():', 'fn myFunc():', 'sub myFunc()'].map((text, place) => ({
    text,
    is_correct: place === 0,
  })),
}
