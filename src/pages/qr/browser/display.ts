/** The display: the code of the moment, and who has arrived. Only the server's clock counts; this one only measures. */
import { askToSignIn, element, make, show, whenSignedIn } from './page.ts'
import { api, reason, session } from './session.ts'

/** One request each, which reads the code and the scans that are new: 900 an hour for a projector. */
const POLL_MS = 4_000
const NAMES_SHOWN = 100

const { uuid = '' } = element('display').dataset
/** Loaded as soon as their code is known, so that they are there in their slot though the network is not. */
const pictures = new Map<string, HTMLImageElement>()
let lastScan = 0
let slotMs = 15_000
/** Codes by the moment each begins, on the clock of `performance.now()`. */
let codes: { code: string; startsAt: number }[] = []
let isPolling = false

async function poll(): Promise<void> {
  if (isPolling || !session()) return
  isPolling = true
  const asked = performance.now()
  const after = lastScan ? `?after=${lastScan}` : ''
  const answer = await api('GET', `/api/qr-codes/display/${uuid}/${after}`).catch(() => null)
  isPolling = false
  if (!answer || answer.status >= 500 || answer.status === 429) return void problem('No connection. Trying again …')
  if (answer.status === 401) {
    show('stage', false)
    return void askToSignIn()
  }
  if (answer.status !== 200) {
    show('stage', false)
    return void problem(
      answer.status === 404 || answer.status === 403
        ? 'This display is for the instructor of the course.'
        : reason(answer),
    )
  }
  problem('')
  const { target_name: name, codes: next, slot_seconds: seconds, scan_count: count, status, arrived } = answer.body
  slotMs = seconds * 1000
  // Somewhere on the way: a code is good a few seconds before its time, and long after.
  const answered = (asked + performance.now()) / 2
  codes = next.map((slot: { code: string; starts_in_ms: number }) => ({
    code: slot.code,
    startsAt: answered + slot.starts_in_ms,
  }))
  loadAhead()
  show('stage')
  element('name').textContent = name
  element('count').textContent = String(count)
  element('hint').textContent = hintOf(status, codes.length > 0)
  element('display').dataset['rotating'] = String(codes.length > 0)
  add(arrived)
  draw()
}

function hintOf(status: string, isRotating: boolean): string {
  if (status !== 'active') return `This code is ${status}: scans are not recorded.`
  return isRotating
    ? 'Scan with your phone’s camera. The code changes every 15 seconds.'
    : 'Scan with your phone’s camera.'
}

function add(arrived: { id: number; user_name: string }[]): void {
  const names = element('names')
  names.prepend(...arrived.map(scan => make('li', {}, scan.user_name)))
  while (names.childElementCount > NAMES_SHOWN) names.lastElementChild?.remove()
  lastScan = Math.max(lastScan, arrived[0]?.id ?? 0)
}

function pictureOf(code: string): HTMLImageElement {
  const known = pictures.get(code)
  if (known) return known
  const src = `/media/qr_codes/${uuid}.svg${code && `?c=${code}`}`
  const picture = make('img', { id: 'image', alt: 'QR code to scan', width: 480, height: 480, src })
  // To be loaded anew with the next answer.
  picture.onerror = () => pictures.delete(code)
  pictures.set(code, picture)
  return picture
}

function loadAhead(): void {
  for (const { code } of codes) pictureOf(code)
  for (const code of pictures.keys())
    if (codes.length > 0 && !codes.some(slot => slot.code === code)) pictures.delete(code)
}

function draw(): void {
  if (element('stage').hidden) return
  const now = performance.now()
  const current = codes.filter(slot => slot.startsAt <= now).pop()
  const picture = pictureOf(current?.code ?? '')
  const shown = element('image')
  if (shown !== picture) shown.replaceWith(picture)
  // Without a code that is good, none is better than one that is refused.
  picture.hidden = codes.length > 0 && (!current || now >= current.startsAt + slotMs)
  if (current) element('slot').style.width = `${100 - (100 * (now - current.startsAt)) / slotMs}%`
}

function problem(text: string): void {
  element('problem').textContent = text
  show('problem', text !== '')
}

whenSignedIn(poll)
setInterval(poll, POLL_MS)
setInterval(draw, 250)
addEventListener('online', poll)
