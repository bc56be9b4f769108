/** The display: the current code, and the learners who have arrived. Only the server's clock decides; this one measures. */
import { askToSignIn, element, make, show, whenSignedIn } from './page.ts'
import { api, reason, session } from './session.ts'

/** Each poll is one request, which reads the code and the new scans: 900 an hour for a projector. */
const POLL_MS = 4_000
const NAMES_SHOWN = 100

const { uuid = '' } = element('display').dataset
/** Loaded as soon as their code is known, so that each appears in its slot even if the network fails by then. */
const images = new Map<string, HTMLImageElement>()
let lastScan = 0
let slotMs = 15_000
/** The codes, each with the instant at which it begins (milliseconds of `performance.now()`). */
let codes: { code: string; startsAt: number }[] = []
let isPolling = false

async function poll(): Promise<void> {
  if (isPolling || !session()) return
  isPolling = true
  const requestedAt = performance.now()
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
  // Half-way is exact enough: the server accepts a code a few seconds before its time, and long after.
  const answeredAt = (requestedAt + performance.now()) / 2
  codes = next.map((slot: { code: string; starts_in_ms: number }) => ({
    code: slot.code,
    startsAt: answeredAt + slot.starts_in_ms,
  }))
  preload()
  show('stage')
  element('name').textContent = name
  element('count').textContent = String(count)
  element('hint').textContent = hintOf(status, codes.length > 0)
  element('display').dataset['rotating'] = String(codes.length > 0)
  addArrivals(arrived)
  draw()
}

function hintOf(status: string, isRotating: boolean): string {
  if (status !== 'active') return `This code is ${status}: scans are not recorded.`
  return isRotating
    ? 'Scan with your phone’s camera. The code changes every 15 seconds.'
    : 'Scan with your phone’s camera.'
}

function addArrivals(arrived: { id: number; user_name: string }[]): void {
  const names = element('names')
  names.prepend(...arrived.map(scan => make('li', {}, scan.user_name)))
  while (names.childElementCount > NAMES_SHOWN) names.lastElementChild?.remove()
  lastScan = Math.max(lastScan, arrived[0]?.id ?? 0)
}

function imageOf(code: string): HTMLImageElement {
  const cached = images.get(code)
  if (cached) return cached
  const src = `/media/qr_codes/${uuid}.svg${code && `?c=${code}`}`
  const image = make('img', { id: 'image', alt: 'QR code to scan', width: 480, height: 480, src })
  // Dropped, so that it is loaded again.
  image.onerror = () => images.delete(code)
  images.set(code, image)
  return image
}

function preload(): void {
  for (const { code } of codes) imageOf(code)
  for (const code of images.keys()) if (codes.length > 0 && !codes.some(slot => slot.code === code)) images.delete(code)
}

function draw(): void {
  if (element('stage').hidden) return
  const now = performance.now()
  const current = codes.filter(slot => slot.startsAt <= now).pop()
  const image = imageOf(current?.code ?? '')
  const displayed = element('image')
  if (displayed !== image) displayed.replaceWith(image)
  // When no code is valid, no image is better than one that the server refuses.
  image.hidden = codes.length > 0 && (!current || now >= current.startsAt + slotMs)
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
