/** What was measured and what it comes to, as docs/operate/cost.md. */
import { D1_BATCH_MS, d1Time, type Span } from '../first-minute/arithmetic.ts'
import { table } from '../page.ts'
import { type Bill, bill, type Measured, objectBytesPerLearner, perLearner, timesOf } from './bill.ts'
import {
  D1_ACCOUNT_BYTES,
  D1_BYTES,
  D1_READ_MS,
  type Limits,
  learnersPerSchool,
  limitsOf,
  OBJECT_CLASSES,
  OUR_CLASSES,
} from './limits.ts'
import { PLAN, PRICES, type Use } from './prices.ts'
import {
  ACTIVE_DAYS,
  COURSE_SIZE,
  COURSES,
  ISOLATES,
  LECTURES,
  LOG_LINE_BYTES,
  MODULES,
  MONTHS,
  OBJECT_REQUEST_MS,
  PINGS_PER_CLOCK,
  PREFLIGHTS_PER_CALL,
  QUESTIONS,
  QUIZZES,
  TIMED_OUT_SHARE,
  WEEKS,
} from './term.ts'

const SIZES = [1_000, 100_000, 1_000_000]

export function costPage(measured: Measured): string {
  const bills = SIZES.map(learners => bill(measured, learners))
  const limits = SIZES.map(learners => limitsOf(measured, learners))
  return [
    '# What a term costs',
    about(measured),
    '## In short',
    inShort(measured, bills, limits),
    examRun(measured),
    '## A term',
    term(measured),
    '## The bill',
    theBill(measured, bills),
    '## Bytes',
    bytes(measured),
    '## Limits',
    theLimits(measured, limits),
  ]
    .join('\n\n')
    .concat('\n')
}

function about({ about: { date, commit, machine, runtime, learners } }: Measured): string {
  return `Written by \`npm run bench:cost\`: to be read, not edited. On ${date}, at commit ${commit}, ${learners} learners and their teacher did every
action of a term against the real runtime with every binding counted, then against the built Worker for the processor's time
(${runtime}; ${machine}). The rest is arithmetic over
[what was measured](cost.json): the assumptions of a term are in \`test/bench/cost/term.ts\`, the prices in \`prices.ts\`, the sums in \`bill.ts\`.
Change any and run \`npm run bench:cost -- --again\`, which measures nothing anew.`
}

function inShort(measured: Measured, bills: Bill[], limits: Limits[]): string {
  const perSize = (name: string, cell: (one: { bill: Bill; limits: Limits }) => string) => [
    name,
    ...bills.map((bill, place) => cell({ bill, limits: limits[place] as Limits })),
  ]
  return table(
    ['learners', ...SIZES.map(whole)],
    [
      perSize('**dollars a month**', ({ bill }) => `**${dollars(bill.month)}**`),
      perSize(`dollars a term of ${MONTHS} months`, ({ bill }) => dollars(bill.term)),
      perSize('cents a learner and term', ({ bill }) => ((bill.term / bill.learners) * 100).toFixed(1)),
      perSize('D1 grows by, a term', ({ bill }) => gigabytes(measured.size.learner * bill.learners)),
      perSize(`a database of ${D1_BYTES / 1e9} GB holds`, ({ limits }) =>
        limits.fullInWeek === null ? terms(limits) : `to week ${limits.fullInWeek}`,
      ),
      perSize('D1 round trips a second, busiest hour', ({ limits }) => count(limits.busiest)),
      perSize('D1 works, of that hour', ({ limits }) => percent(limits.busyShare)),
      perSize('one exam for all at once: all have begun after', ({ limits }) => duration(limits.startSeconds)),
      perSize('its results are in D1 after', ({ limits }) => duration(limits.endSeconds)),
      perSize('first limit', ({ limits }) => firstLimit(limits)),
      perSize('schools, each with a database of its own', ({ limits }) => whole(limits.schools)),
    ],
  )
}

const terms = ({ terms }: Limits) => (terms === 1 ? '1 term' : `${terms} terms`)
const whenFull = (limits: Limits) =>
  limits.fullInWeek === null ? `after ${terms(limits)}` : `in week ${limits.fullInWeek} of the first term`

/** Two years. */
const MANY_TERMS = 6

function firstLimit({ fullInWeek, terms, busyShare }: Limits): string {
  if (fullInWeek === null && terms >= MANY_TERMS) return 'none for years'
  return busyShare > 1 ? "D1's size, then its pace" : "D1's size"
}

function term(measured: Measured): string {
  const rows = timesOf().map(([action, times]) => {
    const used = measured.usage[action]
    const cells = [used.d1Trips, used.rowsRead, used.rowsWritten, used.kvReads + used.kvWrites, used.objectRequests]
    return [action, count(times), ...[...cells, used.objectRowsWritten, measured.cpuMs[action]].map(count)]
  })
  const all = perLearner(measured)
  const head = ['once', 'times', 'D1 trips', 'rows read', 'written', 'KV', 'objects', 'their rows', 'CPU ms']
  return [
    `Of one learner: ${WEEKS} weeks, ${ACTIVE_DAYS} days signed in, ${COURSES} courses of ${COURSE_SIZE} learners with ${MODULES} modules, ${QUIZZES} quizzes of ${QUESTIONS} questions and
${LECTURES} lectures with a code at the door. The teachers' work is shared out among the learners. What an action costs was counted;
how often it is done is assumed. "Objects" are requests to Durable Objects, "their rows" those they write, an alarm set among
them. A CPU time is the local runtime's whole processor time, SQLite included, less that of a route that does nothing.`,
    table(head, rows),
    `Beside these: ${measured.aftermath.gates.objects + measured.aftermath.attempts.objects} objects were let live a day longer, to count the alarm that clears each; an alarm for the ${TIMED_OUT_SHARE * 100} % of attempts
that end by the clock; a ping a minute for ${PINGS_PER_CLOCK} minutes on each live clock (20 pings are a request); ${PREFLIGHTS_PER_CALL} preflights a call,
for a client on another origin; a KV read a day in each of ${ISOLATES} isolates, and what the daily quota writes
(${measured.quota.kvWrites} a counted call); ${OBJECT_REQUEST_MS} ms of an object's time for each request to it, which cannot be measured here; cron, every ten
minutes ${count(measured.cron.rowsRead)} rows read. All together, of one learner in a term:`,
    table(
      Object.keys(all).map(kind => PRICES[kind as keyof Use]?.what ?? 'D1 round trips'),
      [Object.values(all).map(count)],
    ),
  ].join('\n\n')
}

function theBill(measured: Measured, bills: Bill[]): string {
  const kinds = Object.keys(PRICES) as (keyof Use)[]
  const rows = kinds.map(kind => {
    const { what, included, perUnit, unit } = PRICES[kind]
    const price = `${perUnit}${unit === 1 ? '' : ' a million'}`
    return [what, short(included), price, ...bills.flatMap(one => [short(one.use[kind]), dollars(one.dollars[kind])])]
  })
  const total = ['**all, with the plan**', '', String(PLAN), ...bills.flatMap(one => ['', `**${dollars(one.month)}**`])]
  const sources = [...new Set(kinds.map(kind => PRICES[kind].source))].map(url => `<${url}>`)
  return [
    `A month of the term, in dollars: (used − included) × price, and ${PLAN} for the plan. What is stored is what there is at the end of
a first term; each term kept adds as much. Prices as public in November 2026:
${sources.join(',\n')}.`,
    table(['', 'included', 'price', ...SIZES.flatMap(size => [`${short(size)} use`, '$'])], [...rows, total]),
    `The log is a line a request, assumed to be ${whole(LOG_LINE_BYTES)} bytes with what Cloudflare adds (its prices are those from December 2026 on);
\`LOG=failures\`, or a smaller \`head_sampling_rate\` in \`wrangler.toml\`, saves nearly all of it.
A term's exams come in two of its months, so that one of them costs more and another less; the sum is the same, but for what is
included. Objects keep ${kilobytes(objectBytesPerLearner(measured))} for a learner on average: a gate's store is ${kilobytes(measured.aftermath.gates.bytes / measured.aftermath.gates.objects)}, an attempt's ${kilobytes(measured.aftermath.attempts.bytes / measured.aftermath.attempts.objects)}.`,
    `An exam room costs an attempt a request at its begin and, while somebody watches, one at its end and every ten seconds with
an answer, and two rows written in all. To open it D1 reads some ten rows an attempt and one for each of its
responses, once for all who watch, and each running attempt is asked once. While it is watched, D1 reads two rows for each
learner of the course once a minute, an alarm is a row written a minute, and the room is awake while reports come: 450 GB-s an hour
at most. To watch 3,000 learners for an hour, in which each answers 30 questions, costs below 5 cents.`,
  ].join('\n\n')
}

function bytes({ size }: Measured): string {
  return [
    `The rows that one learner's calls wrote, laid into SQLite for ${size.learners} learners and a whole term, day by day, by the project's own
migrations and triggers: **${whole(size.learner)} bytes a learner and term, ${whole(size.attempt)} bytes an attempt** of ${QUESTIONS} responses, indexes included
(pages as \`dbstat\` counts them). So ${D1_BYTES / 1e9} GB hold **${whole(D1_BYTES / size.learner)} learners × terms**, or ${short(D1_BYTES / size.attempt)} attempts alone.`,
    table(
      ['table, its indexes included', 'bytes a learner and term'],
      Object.entries(size.tables)
        .filter(([, bytes]) => bytes >= 1)
        .map(([name, bytes]) => [`\`${name}\``, whole(bytes)]),
    ),
  ].join('\n\n')
}

/** Nobody has measured an exam on Cloudflare's network, so this says what its figures are. */
function examRun({ exam: run }: Measured): string {
  return `D1's work and the exam's times are arithmetic, at ${D1_READ_MS} ms a read and ${D1_BATCH_MS} ms a batch that writes (a durable one takes 5 to 20 ms).
Measured are the batches: ${whole(run.learners)} learners started and ended at once on one machine, before a D1 whose batches were made to
take ${run.d1_ms} ms longer ([how](../../test/bench/exam-results.md)). Their starts were ${whole(run.start_d1_batches)} batches with ${whole(run.start_sql_ms)} ms of SQL, their ends
${whole(run.end_d1_batches)} with ${whole(run.end_sql_ms)} ms. The table counts as many for each learner, all of them as batches that write.`
}

function theLimits(measured: Measured, limits: Limits[]): string {
  const [small, middle, large] = limits as [Limits, Limits, Limits]
  const perSchool = learnersPerSchool(measured)
  const exam = d1Time(measured.exam, 100_000)
  return `**1,000 learners.** None in sight: a database is full after ${terms(small)}. Nothing to do.

**100,000 learners.** D1's ${D1_BYTES / 1e9} GB, ${whenFull(middle)}. Its pace is enough: ${count(middle.busiest)} round trips in a second of the busiest hour
are ${percent(middle.busyShare)} of D1's time. Begin with ${middle.schools} schools of at most ${whole(perSchool)} learners, by faculty or campus, and
delete last term's courses before the next one, or have as many more schools as terms are kept: learners × terms kept ≤ ${whole(perSchool)}
in each. [How](schools.md). An exam that all ${whole(100_000)} begin at one moment takes one database ${duration(middle.startSeconds)} to begin
(${sum(exam.starts)}): those who come too soon are told to try again in 1 to 5 seconds.
Answers and the clock ask no database; the end is on time in each object, which answers for it until D1 has the last result,
${duration(middle.endSeconds)} later (${sum(exam.ends)}). More time for a whole quiz is one request per running attempt, 10,000 at
most in a call: give an exam for more than that as several quizzes.

**1,000,000 learners.** D1's ${D1_BYTES / 1e9} GB, ${whenFull(large)}; and ${count(large.busiest)} round trips a second would be ${percent(large.busyShare)} of one database's time. ${large.schools} schools
cure both: ${count(large.busiest / large.schools)} a second each, ${percent(large.busyShare / large.schools)}. Of an account's own limits, ${D1_ACCOUNT_BYTES / 1e12} TB in D1 is ${D1_ACCOUNT_BYTES / D1_BYTES} full databases, and ${OBJECT_CLASSES} classes of
Durable Objects are ${Math.floor(OBJECT_CLASSES / OUR_CLASSES)} schools of ${OUR_CLASSES} (Workers: 500, cron triggers: 250): beyond that, a second account. What is included is included once
an account, so ${large.schools} schools cost what one of their size would. At this size ask Cloudflare for a contract.

**Not reached before these**, at any size here: KV's one write a second and key (a key is one learner's or one address's day), its
1,000 operations a request; ${D1_BYTES / 1e9} GB and about 1,000 requests a second of one object (an attempt takes 10 a second); the 30 s of CPU (a login takes ${count(measured.cpuMs['log in'])} ms).
**Reached sooner by a campus behind one address:** 500 registrations a day, and 100 logins under way at a time. Register ahead of
the first day, or raise them in \`src/features/users/limits.ts\`.

**What grows, and how long it is kept.** Attempts with their responses, events (\`activities\`, \`activity_days\`), scans, time and progress
stay as long as their course, an account and its logins for ever ([why](../contribute/decisions/rows-and-bytes.md)). A deleted course goes with all of them after 30 days, at most
300,000 rows an hour, and its pages are used again: export scans and questions, then delete it. Deleting is charged like writing. An attempt's object
lives a day after D1 has its result, a gate a day or 30, a logout until its token would have expired.`
}

const whole = (value: number) => Math.round(value).toLocaleString('en-US')
const count = (value: number) =>
  value < 10 && !Number.isInteger(value) ? value.toFixed(value < 0.1 ? 3 : 1) : whole(value)
const dollars = (value: number) => (value < 100 ? value.toFixed(2) : whole(value))
const gigabytes = (value: number) => `${(value / 1e9).toFixed(value < 1e9 ? 2 : 0)} GB`
const kilobytes = (value: number) => `${Math.round(value / 1000)} KB`

function short(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)} G`
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} M`
  return value < 100 ? count(value) : whole(value)
}

const percent = (share: number) => `${share < 0.1 ? (share * 100).toFixed(1) : whole(share * 100)} %`
const sum = ({ batches, sqlMs }: Span) =>
  `${whole(batches)} batches of ${D1_BATCH_MS} ms and ${duration(sqlMs / 1000)} of SQL`

function duration(seconds: number): string {
  if (seconds < 120) return `${count(seconds)} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}
