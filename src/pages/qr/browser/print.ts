/** The print sheet: every code of a batch that can still be scanned, with its name and cut marks, for the browser to print. */
import { askToSignIn, element, fill, make, show, whenSignedIn } from './page.ts'
import { api, reason } from './session.ts'

type Code = {
  uuid: string
  type: string
  target_name: string
  batch_name: string
  status: string
  expires_at: string | null
  rotating?: true
}

const KINDS: Record<string, string> = {
  attendance: 'Attendance',
  access: 'Course access',
  certificate: 'Certificate',
  module: 'Module',
}
const CARDS_PER_PAGE = 8

const { batch = '' } = element('print').dataset

async function load(): Promise<void> {
  const codes: Code[] = []
  for (let page = 1; ; page += 1) {
    const answer = await api('GET', `/api/qr-codes/codes/?batch=${batch}&page_size=100&page=${page}`).catch(() => null)
    if (!answer) return void problem('There is no network. Reload the page when you are back online.')
    if (answer.status === 401) return void askToSignIn()
    if (answer.status !== 200) return void problem(answer.status === 403 ? 'Only for instructors.' : reason(answer))
    codes.push(...answer.body.results)
    if (answer.body.next === null) break
  }
  const active = codes.filter(({ status }) => status === 'active').reverse()
  const printed = active.filter(({ rotating }) => !rotating)
  const leftOut = active.length - printed.length
  // The server would refuse a rotating code on paper for ever.
  if (leftOut > 0) problem('Codes that rotate are left out: they are for the display, not for paper.')
  else problem(printed.length > 0 ? '' : 'There is no active code in this batch, or you may not see it.')
  if (printed.length === 0) return
  const [first] = printed
  element('name').textContent = first?.batch_name ?? ''
  document.title = `${first?.batch_name} · QR codes`
  const pages = Math.ceil(printed.length / CARDS_PER_PAGE)
  element('pages').textContent =
    `${printed.length} ${printed.length === 1 ? 'code' : 'codes'} on ${pages} A4 ${pages === 1 ? 'page' : 'pages'}. Print at 100 %, without headers and footers.`
  for (const toolbar of document.querySelectorAll<HTMLElement>('.toolbar')) toolbar.hidden = false
  element('go').onclick = async () => {
    // Printing waits for the images, because a card without its code is worse than a wait.
    await Promise.all([...document.images].map(image => image.decode().catch(() => {})))
    print()
  }
  fill(element('sheet'), ...printed.map(card))
}

const card = (code: Code) =>
  make(
    'figure',
    {},
    make('img', {
      src: `/media/qr_codes/${code.uuid}.svg`,
      alt: `QR code: ${code.target_name}`,
      width: 190,
      height: 190,
    }),
    make(
      'figcaption',
      {},
      make('strong', {}, code.target_name),
      make('span', {}, KINDS[code.type] ?? ''),
      make(
        'span',
        {},
        code.expires_at
          ? `Until ${code.expires_at.slice(0, 16).replace('T', ' ')} UTC`
          : 'Scan with your phone’s camera',
      ),
    ),
  )

function problem(text: string): void {
  element('problem').textContent = text
  show('problem', text !== '')
}

whenSignedIn(load)
