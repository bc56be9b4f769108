/**
 * One password hash at a time in an isolate. A hash keeps the thread for some 150 ms, and hashes that begin together keep it
 * until the last one ends, so between two of them the isolate answers everything else.
 */
import { unavailable } from '../../../http/errors.ts'

/** A place in the line is renewed this often, and given up when it has not been for the lease: its request has died. */
const RENEWAL_MS = 500
/** Longer than a pause and a hash together. */
const LEASE_MS = 1_500

/** The thread counts as idle once this many timers in a row come on time. A call to an object returns meanwhile. */
const PROBES = 3
const PROBE_MS = 10
const ON_TIME_MS = 3
/** A hash needs no pause when the one before it began this long ago. Not measured from its end: the clock stands still in it. */
const CALM_MS = 1_000

/** Whoever would wait longer is refused, well before the gates count a try that never ends. */
const MAX_WAIT_MS = 60_000

type Place = { renewedAt: number; call: () => void }

/** In order of arrival; the first one has the turn. */
const line: Place[] = []
let lastBeganAt = 0

/**
 * Runs a hash after those that came before it.
 * @throws 503 when too many did
 * @param durationMs about what it takes; the pause before it is no longer, so that a busy isolate hashes half of the time
 */
export async function inTurn<T>(hash: () => Promise<T>, durationMs: number, maxWaitMs = MAX_WAIT_MS): Promise<T> {
  const place: Place = { renewedAt: 0, call: () => {} }
  line.push(place)
  try {
    const since = Date.now()
    while (isBehindOthers(place)) {
      if (Date.now() - since > maxWaitMs) throw unavailable()
      await calledOrDue(place)
    }
    if (Date.now() < lastBeganAt + CALM_MS) await untilIdle(durationMs)
    lastBeganAt = Date.now()
    return await hash()
  } finally {
    leave(place)
  }
}

/** Also gives up the abandoned places at the head of the line. */
function isBehindOthers(place: Place): boolean {
  const now = Date.now()
  place.renewedAt = now
  while (line[0] && !isHeld(line[0], now)) line.shift()
  return line.indexOf(place) > 0
}

const isHeld = ({ renewedAt }: Place, now: number) => renewedAt > now - LEASE_MS

/** Each place has a timer of its own, because a request that has died calls nobody. */
const calledOrDue = (place: Place) =>
  Promise.race([
    new Promise<void>(resolve => {
      place.call = resolve
    }),
    scheduler.wait(RENEWAL_MS),
  ])

function leave(place: Place): void {
  const index = line.indexOf(place)
  if (index >= 0) line.splice(index, 1)
  const now = Date.now()
  line.find(next => isHeld(next, now))?.call()
}

async function untilIdle(atMostMs: number): Promise<void> {
  const startedAt = Date.now()
  let onTime = 0
  for (let before = startedAt; onTime < PROBES && before + PROBE_MS <= startedAt + atMostMs; ) {
    await scheduler.wait(PROBE_MS)
    const now = Date.now()
    onTime = now - before <= PROBE_MS + ON_TIME_MS ? onTime + 1 : 0
    before = now
  }
}
