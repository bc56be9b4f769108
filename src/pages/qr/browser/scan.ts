/** The scan page: records the scan as who is signed in, says what came of it, and offers what comes next. */
import { MAY_PASS } from '../../../features/qr-codes/scans/refusals.ts'
import { markdown, type Piece } from './markdown.ts'
import { askToSignIn, element, fill, make, show, whenSignedIn } from './page.ts'
import { type Answer, api, reason, session, store, stored } from './session.ts'

type Pending = {
  user: number
  at: number
  body: { qr_code_uuid: string; ticket?: string; rotating_code?: string; device_info: string }
}

const KEY = 'learnmore.scans'
/** A scan that waited longer than this tells nobody anything. */
const KEEP_MS = 7 * 86_400_000

const { uuid = '', type = '', ticket = '', course = '', module, closed } = element('scan').dataset
/** Why the code is closed, as the page came with it. */
const closedBecause = [...element('outcome').childNodes]
/** Signing in is for some only: the form is inside what they open. */
const isForSome = type === 'certificate' || closed === 'for new'
const rotatingCode = new URLSearchParams(location.search).get('c')

function device(): string {
  const agent = navigator.userAgent
  const system = /iPhone|iPad|Android|Windows|Mac OS X|CrOS|Linux/.exec(agent)?.[0] ?? 'Unknown'
  const browser = /(Edg|Firefox|FxiOS|SamsungBrowser|CriOS|Chrome|Version)\/[\d.]{1,8}/.exec(agent)?.[0] ?? ''
  return `${system}, ${browser.replace('/', ' ').replace('Version', 'Safari')}`.slice(0, 200)
}

const ofThisPage: Pending['body'] = {
  qr_code_uuid: uuid,
  ...(ticket && { ticket }),
  ...(rotatingCode && { rotating_code: rotatingCode.slice(0, 200) }),
  device_info: device(),
}

// Kept before it is sent and forgotten once it is answered, so that neither a dead network nor a closed tab loses it; a
// scan that was answered unheard is told again by its ticket, and counts once.
const waiting = () => (stored<Pending[]>(KEY) ?? []).filter(({ at }) => at > Date.now() - KEEP_MS)
const isSame = (one: Pending, other: Pending) =>
  one.at === other.at && one.body.qr_code_uuid === other.body.qr_code_uuid
const keep = (scan: Pending) => store(KEY, [...waiting().filter(other => !isSame(scan, other)), scan])
const forget = (scan: Pending) =>
  store(
    KEY,
    waiting().filter(other => !isSame(scan, other)),
  )

/** The answer, or null while it has to wait. */
async function send(scan: Pending): Promise<Answer | null> {
  keep(scan)
  const answer = await api('POST', '/api/qr-codes/scans/', scan.body).catch(() => null)
  if (!answer || answer.status >= 500 || answer.status === 429) return null
  if (answer.status !== 401) forget(scan)
  return answer
}

const RETRY_MS = 15_000
let nextTry: ReturnType<typeof setTimeout> | undefined
let mine: Pending | null = null
let isSending = false
let isDone = false

async function record(): Promise<void> {
  const user = session()?.user.id
  if (user === undefined || isSending) return
  isSending = true
  // Whoever signed in last is who scans.
  if (mine?.user !== user) mine = { user, at: Date.now(), body: ofThisPage }
  if (!isDone) say('', 'One moment …', '')
  await inTurn(async () => {
    // First the one somebody looks at: those kept from before can wait, and may be many.
    if (mine && !isDone) tell(await send(mine))
    if (!isDone) return
    for (const scan of waiting().filter(other => other.user === user && (!mine || !isSame(mine, other))))
      await send(scan)
  }).finally(() => {
    isSending = false
  })
}

/** A tab in the background may be put to sleep in its turn. */
const TURN_MS = 3_000

/** One tab at a time, so that a kept scan is sent once; if the others do not come to an end, at the same time as they. */
async function inTurn(go: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return go()
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), TURN_MS)
  let isOurs = false
  const turn = navigator.locks.request(KEY, { signal: patience.signal }, () => {
    isOurs = true
    clearTimeout(timer)
    return go()
  })
  await turn.catch(error => {
    if (isOurs) throw error
    return go()
  })
}

function tell(answer: Answer | null): void {
  if (!answer) wait()
  else if (answer.status === 401) {
    asItCame()
    askToSignIn()
  } else {
    isDone = true
    if (answer.status < 300) tellOutcome(answer.body, answer.status === 200)
    else say('bad', 'The scan was not recorded', reason(answer))
  }
}

function asItCame(): void {
  const place = element('outcome')
  place.className = 'card outcome bad'
  place.hidden = closed === undefined
  fill(place, ...closedBecause)
  if (isForSome) show('record')
}

const OTHERWISE_LATER = 'If you close this page, it goes out with your next one.'
const SHOWN_ONLY_NOW = 'It has two minutes: after that, scan the code on display again.'

function wait(): void {
  const title = navigator.onLine ? 'The server does not take it just now' : 'You are offline'
  say('wait', title, `Your scan is kept and is sent by itself. ${rotatingCode ? SHOWN_ONLY_NOW : OTHERWISE_LATER}`)
  clearTimeout(nextTry)
  nextTry = setTimeout(record, RETRY_MS)
}

type Outcome = { is_valid: boolean; validation_message: string; action_performed: string | null; scanned_at: string }

function tellOutcome(outcome: Outcome, isRepeated: boolean): void {
  const { is_valid: isValid, validation_message: message, action_performed: action } = outcome
  if (!isValid) say('bad', 'Not recorded', message, ...tryAgain(message))
  else if (action === 'attendance_marked') {
    say('good', 'You are marked present', whenOf(outcome, isRepeated), ...openModule())
  } else if (action === 'module_opened') say('good', 'Module opened', 'It is in your progress now.', ...openModule())
  else if (action === 'access_granted') {
    const since = isToday(outcome) ? '' : ` ${whenOf(outcome, isRepeated)}`
    say('good', 'You are in', `You are enrolled in the course.${since}`, button('See the course', seeCourse))
  } else say('good', 'Verification recorded', message)
}

const isToday = (outcome: Outcome) => new Date(outcome.scanned_at).toDateString() === new Date().toDateString()

/** By this phone's calendar; the day is said where it is another. */
function whenOf(outcome: Outcome, isRepeated: boolean): string {
  const at = new Date(outcome.scanned_at)
  const time = at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
  if (isToday(outcome)) return `At ${time}.`
  const isThisYear = at.getFullYear() === new Date().getFullYear()
  const day = at.toLocaleDateString([], { day: 'numeric', month: 'long', ...(!isThisYear && { year: 'numeric' }) })
  return `${isRepeated ? 'Already, on' : 'On'} ${day} at ${time}.`
}

/** Offered where it may help: neither what is over comes back, nor a code that is not on display any more. */
function tryAgain(message: string): HTMLButtonElement[] {
  const isToBeScannedAgain = !ticket || rotatingCode !== null
  if (isToBeScannedAgain || !MAY_PASS.includes(message)) return []
  return [make('button', { type: 'button', className: 'quiet', onclick: () => location.reload() }, 'Try again')]
}

/** The outcome of a sign-in that somebody has just made is where they go on. */
let isAwaited = false

function say(tone: '' | 'good' | 'bad' | 'wait', title: string, text: string, ...next: Node[]): void {
  const place = element('outcome')
  place.className = `card outcome ${tone}`
  place.hidden = false
  const heading = make('h2', { tabIndex: -1 }, title)
  fill(place, heading, ...(text ? [make('p', {}, text)] : []), ...next)
  if (isAwaited) heading.focus()
  if (tone) isAwaited = false
}

const openModule = () => (module ? [button('Open the module', () => readModule(module))] : [])

function button(label: string, open: () => Promise<void>): HTMLButtonElement {
  const made = make('button', { type: 'button' }, label)
  made.onclick = async () => {
    made.disabled = true
    await open().catch(() => showText('No network', [make('p', {}, 'Try again when you are back online.')]))
    made.disabled = false
  }
  return made
}

async function readModule(id: string | number): Promise<void> {
  const answer = await api('GET', `/api/modules/${id}/`)
  if (answer.status !== 200) return void showText('Not available', [make('p', {}, reason(answer))])
  const { title, content } = answer.body
  showText(title, content.trim() ? markdown(content).map(drawn) : [make('p', {}, 'There is no text in this module.')])
}

async function seeCourse(): Promise<void> {
  const answer = await api('GET', `/api/courses/${course}/`)
  if (answer.status !== 200) return void showText('Not available', [make('p', {}, reason(answer))])
  const { title, description, modules } = answer.body
  const list = modules.map((entry: { id: number; title: string }) =>
    make(
      'li',
      {},
      button(entry.title, () => readModule(entry.id)),
    ),
  )
  showText(title, [...markdown(description).map(drawn), make('ol', { className: 'modules' }, ...list)])
}

function showText(title: string, content: Node[]): void {
  const place = element('text')
  const heading = make('h2', { tabIndex: -1 }, title)
  fill(place, heading, ...content)
  place.hidden = false
  heading.focus({ preventScroll: true })
  heading.scrollIntoView({ block: 'start' })
}

function drawn(piece: Piece): Node {
  if (typeof piece === 'string') return document.createTextNode(piece)
  const made = make(piece.tag, {}, ...piece.children.map(drawn))
  if (piece.href) Object.assign(made, { href: piece.href, rel: 'noopener noreferrer', target: '_blank' })
  return made
}

// Who only looks at a certificate is asked for nothing, and who would only be refused neither.
if (isForSome && !session()) show('record')
whenSignedIn(isJustDone => {
  if (isForSome) show('record', false)
  isAwaited = isJustDone
  record()
})
addEventListener('online', record)
