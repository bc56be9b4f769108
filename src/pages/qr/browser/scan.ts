/** The scan page: records the scan for the signed-in user, shows the outcome and offers the next step. */
import { MAY_PASS } from '../../../features/qr-codes/scans/refusals.ts'
import { type MarkdownNode, markdown } from './markdown.ts'
import { askToSignIn, element, fill, make, show, whenSignedIn } from './page.ts'
import { type Answer, api, reason, session, store, stored } from './session.ts'

type Pending = {
  user: number
  at: number
  body: { qr_code_uuid: string; ticket?: string; rotating_code?: string; device_info: string }
}

const KEY = 'learnmore.scans'
/** A scan that has waited longer than this is dropped, because it is of no use any more. */
const KEEP_MS = 7 * 86_400_000

const { uuid = '', type = '', ticket = '', course = '', module, closed } = element('scan').dataset
/** The reason why the code is closed, as the server rendered it. */
const closedBecause = [...element('outcome').childNodes]
/** Only some visitors need to sign in, so they open the form themselves. */
const isSignInOptional = type === 'certificate' || closed === 'for new'
const rotatingCode = new URLSearchParams(location.search).get('c')

function device(): string {
  const agent = navigator.userAgent
  const system = /iPhone|iPad|Android|Windows|Mac OS X|CrOS|Linux/.exec(agent)?.[0] ?? 'Unknown'
  const browser = /(Edg|Firefox|FxiOS|SamsungBrowser|CriOS|Chrome|Version)\/[\d.]{1,8}/.exec(agent)?.[0] ?? ''
  return `${system}, ${browser.replace('/', ' ').replace('Version', 'Safari')}`.slice(0, 200)
}

const scanBody: Pending['body'] = {
  qr_code_uuid: uuid,
  ...(ticket && { ticket }),
  ...(rotatingCode && { rotating_code: rotatingCode.slice(0, 200) }),
  device_info: device(),
}

// A scan is stored before it is sent and removed once it is answered, so that neither a dead network nor a closed tab loses
// it. When an answer gets lost, the scan is sent again with its ticket and counts once.
const pendingScans = () => (stored<Pending[]>(KEY) ?? []).filter(({ at }) => at > Date.now() - KEEP_MS)
const isSame = (one: Pending, other: Pending) =>
  one.at === other.at && one.body.qr_code_uuid === other.body.qr_code_uuid
const savePending = (scan: Pending) => store(KEY, [...pendingScans().filter(other => !isSame(scan, other)), scan])
const removePending = (scan: Pending) =>
  store(
    KEY,
    pendingScans().filter(other => !isSame(scan, other)),
  )

/** @returns the answer; null when the scan has to be sent again later */
async function send(scan: Pending): Promise<Answer | null> {
  savePending(scan)
  const answer = await api('POST', '/api/qr-codes/scans/', scan.body).catch(() => null)
  if (!answer || answer.status >= 500 || answer.status === 429) return null
  if (answer.status !== 401) removePending(scan)
  return answer
}

const RETRY_MS = 15_000
let retryTimer: ReturnType<typeof setTimeout> | undefined
let ownScan: Pending | null = null
let isSending = false
let isDone = false

async function record(): Promise<void> {
  const user = session()?.user.id
  if (user === undefined || isSending) return
  isSending = true
  // The scan belongs to the user who signed in last.
  if (ownScan?.user !== user) ownScan = { user, at: Date.now(), body: scanBody }
  if (!isDone) showMessage('', 'One moment …', '')
  await withLock(async () => {
    // The scan of this page goes first: earlier ones can wait, and may be many.
    if (ownScan && !isDone) showAnswer(await send(ownScan))
    if (!isDone) return
    for (const scan of pendingScans().filter(other => other.user === user && (!ownScan || !isSame(ownScan, other))))
      await send(scan)
  }).finally(() => {
    isSending = false
  })
}

/** The browser may put a background tab to sleep while that holds the lock. */
const LOCK_TIMEOUT_MS = 3_000

/** Runs in one tab at a time, so that a stored scan is sent once; after the timeout it runs beside the other tabs. */
async function withLock(run: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return run()
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), LOCK_TIMEOUT_MS)
  let hasLock = false
  const request = navigator.locks.request(KEY, { signal: controller.signal }, () => {
    hasLock = true
    clearTimeout(timer)
    return run()
  })
  await request.catch(error => {
    if (hasLock) throw error
    return run()
  })
}

function showAnswer(answer: Answer | null): void {
  if (!answer) showWaiting()
  else if (answer.status === 401) {
    restoreOutcome()
    askToSignIn()
  } else {
    isDone = true
    if (answer.status < 300) showOutcome(answer.body, answer.status === 200)
    else showMessage('bad', 'The scan was not recorded', reason(answer))
  }
}

function restoreOutcome(): void {
  const place = element('outcome')
  place.className = 'card outcome bad'
  place.hidden = closed === undefined
  fill(place, ...closedBecause)
  if (isSignInOptional) show('record')
}

const SENT_LATER = 'If you close this page, it goes out with your next one.'
const SENT_WITHIN_MINUTES = 'It has two minutes: after that, scan the code on display again.'

function showWaiting(): void {
  const title = navigator.onLine ? 'The server does not take it just now' : 'You are offline'
  showMessage(
    'wait',
    title,
    `Your scan is kept and is sent by itself. ${rotatingCode ? SENT_WITHIN_MINUTES : SENT_LATER}`,
  )
  clearTimeout(retryTimer)
  retryTimer = setTimeout(record, RETRY_MS)
}

type Outcome = { is_valid: boolean; validation_message: string; action_performed: string | null; scanned_at: string }

function showOutcome(outcome: Outcome, isRepeated: boolean): void {
  const { is_valid: isValid, validation_message: message, action_performed: action } = outcome
  if (!isValid) showMessage('bad', 'Not recorded', message, ...retryButton(message))
  else if (action === 'attendance_marked') {
    showMessage('good', 'You are marked present', whenOf(outcome, isRepeated), ...openModule())
  } else if (action === 'module_opened')
    showMessage('good', 'Module opened', 'It is in your progress now.', ...openModule())
  else if (action === 'access_granted') {
    const since = isToday(outcome) ? '' : ` ${whenOf(outcome, isRepeated)}`
    showMessage('good', 'You are in', `You are enrolled in the course.${since}`, button('See the course', seeCourse))
  } else showMessage('good', 'Verification recorded', message)
}

const isToday = (outcome: Outcome) => new Date(outcome.scanned_at).toDateString() === new Date().toDateString()

/** Uses this phone's calendar, and names the day if it is not today. */
function whenOf(outcome: Outcome, isRepeated: boolean): string {
  const at = new Date(outcome.scanned_at)
  const time = at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
  if (isToday(outcome)) return `At ${time}.`
  const isThisYear = at.getFullYear() === new Date().getFullYear()
  const day = at.toLocaleDateString([], { day: 'numeric', month: 'long', ...(!isThisYear && { year: 'numeric' }) })
  return `${isRepeated ? 'Already, on' : 'On'} ${day} at ${time}.`
}

/** Offers a reload only where it may help: it brings back neither an ended course nor a code that is off display. */
function retryButton(message: string): HTMLButtonElement[] {
  const needsNewScan = !ticket || rotatingCode !== null
  if (needsNewScan || !MAY_PASS.includes(message)) return []
  return [make('button', { type: 'button', className: 'quiet', onclick: () => location.reload() }, 'Try again')]
}

/** The outcome gets the focus after a sign-in on this page, because the user goes on there. */
let takesFocus = false

function showMessage(tone: '' | 'good' | 'bad' | 'wait', title: string, text: string, ...next: Node[]): void {
  const place = element('outcome')
  place.className = `card outcome ${tone}`
  place.hidden = false
  const heading = make('h2', { tabIndex: -1 }, title)
  fill(place, heading, ...(text ? [make('p', {}, text)] : []), ...next)
  if (takesFocus) heading.focus()
  if (tone) takesFocus = false
}

const openModule = () => (module ? [button('Open the module', () => readModule(module))] : [])

function button(label: string, open: () => Promise<void>): HTMLButtonElement {
  const created = make('button', { type: 'button' }, label)
  created.onclick = async () => {
    created.disabled = true
    await open().catch(() => showText('No network', [make('p', {}, 'Try again when you are back online.')]))
    created.disabled = false
  }
  return created
}

async function readModule(id: string | number): Promise<void> {
  const answer = await api('GET', `/api/modules/${id}/`)
  if (answer.status !== 200) return void showText('Not available', [make('p', {}, reason(answer))])
  const { title, content } = answer.body
  showText(title, content.trim() ? markdown(content).map(toNode) : [make('p', {}, 'There is no text in this module.')])
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
  showText(title, [...markdown(description).map(toNode), make('ol', { className: 'modules' }, ...list)])
}

function showText(title: string, content: Node[]): void {
  const place = element('text')
  const heading = make('h2', { tabIndex: -1 }, title)
  fill(place, heading, ...content)
  place.hidden = false
  heading.focus({ preventScroll: true })
  heading.scrollIntoView({ block: 'start' })
}

function toNode(parsed: MarkdownNode): Node {
  if (typeof parsed === 'string') return document.createTextNode(parsed)
  const node = make(parsed.tag, {}, ...parsed.children.map(toNode))
  if (parsed.href) Object.assign(node, { href: parsed.href, rel: 'noopener noreferrer', target: '_blank' })
  return node
}

// Visitors who only look at a certificate, or who would only be refused, are not asked to sign in.
if (isSignInOptional && !session()) show('record')
whenSignedIn(isNewSignIn => {
  if (isSignInOptional) show('record', false)
  takesFocus = isNewSignIn
  record()
})
addEventListener('online', record)
