/** A small school, of which every request has something to ask for: an instructor's, a rival's, and what was deleted. */
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { issueToken } from '../../../src/http/authentication.ts'
import { toDate } from '../../../src/http/fields.ts'
import { endedAttempt } from '../../factories/attempts.ts'
import { makeCourse } from '../../factories/courses.ts'
import { makeCode } from '../../factories/qr-codes.ts'
import { answers } from '../../factories/question-arbitraries.ts'
import { oneOfEach, QUESTIONS, rightAnswer } from '../../factories/questions.ts'
import { insertQuizWithQuestions, type MadeQuiz } from '../../factories/quizzes.ts'
import { insertEnrollment, insertModule, insertProgress } from '../../factories/rows.ts'
import { makeInstructor, makeStaff, makeToken, makeUser } from '../../factories/users.ts'
import { insertDelivery, makeWebhook } from '../../factories/webhooks.ts'
import { end, startAttempt } from '../../helpers/attempts.ts'
import { call } from '../../helpers/client.ts'
import { scan } from '../../helpers/qr-codes.ts'
import { planted, type Secret } from './secrets.ts'
import { add, type Entry, type World } from './world.ts'

/** Of `PASSWORD`; made beforehand, because making it takes long. */
const KNOWN_HASH = 'scrypt$16384$8$5$YSBzYWx0IG9mIDE2IGJ5dA==$xBF9MA26XU5i5A1Cl37uYSlB3cOtwf0m8mgyjj7NMOo='

const set = (table: string, id: number, column: string, value: string) =>
  env.DB.prepare(`UPDATE ${table} SET "${column}" = ? WHERE id = ?`).bind(value, id).run()

export async function makeWorld(number: number): Promise<World> {
  const secret = (name: Secret) => planted(number, name)
  const users = {
    outsider: await makeUser({ username: `w${number}outsider` }),
    learner: await makeUser({ username: `${secret('name')}learner` }),
    classmate: await makeUser({ username: `${secret('theirname')}mate` }),
    rival: await makeInstructor({ username: `w${number}rival` }),
    owner: await makeInstructor({ username: `w${number}owner` }),
    staff: await makeStaff({ username: `w${number}staff` }),
  }
  const programs = Object.fromEntries(
    await Promise.all(
      Object.entries(users).map(async ([role, user]) => [
        role,
        await makeToken(user, { access: 'write', lastUsedOn: toDate(Date.now() / 1000) }),
      ]),
    ),
  )
  const world: World = { number, users, programs, pools: new Map() }
  const { owner, rival, learner } = users
  const known = env.DB.prepare('UPDATE users SET password_hash = ?, google_id = ? WHERE id = ?')
  const about = env.DB.prepare(
    'UPDATE users SET email = ?1, email_key = ?1, bio = ?2, student_id = ?2, department = ?2 WHERE id = ?3',
  )
  await env.DB.batch([
    ...Object.values(users).map(({ id }) => known.bind(KNOWN_HASH, `${id}${secret('googleid')}`, id)),
    about.bind(`${secret('address')}@example.com`, secret('profile'), learner.id),
    about.bind(`${secret('owneraddress')}@example.com`, '', owner.id),
    about.bind(`${secret('rivaladdress')}@example.com`, '', rival.id),
  ])
  for (const { id } of Object.values(users)) add(world, 'user', id, 'owner')
  await marked(world)
  await ofRival(world)
  await clay(world)
  for (const kind of ['course', 'module', 'enrollment']) {
    for (const { value, marked } of world.pools.get(kind) ?? []) add(world, 'target', value, marked)
  }
  // Of every enrollment and every module, though they be of different courses.
  for (const { value: enrollment } of world.pools.get('enrollment') ?? []) {
    for (const { value: module, marked } of world.pools.get('module') ?? [])
      add(world, 'progress', Number(enrollment) * 10_000_000 + Number(module), marked)
  }
  const now = Math.floor(Date.now() / 1000)
  for (const name of ['recruit', 'newcomer']) {
    const { id, username } = await makeUser({ username: `w${number}${name}` })
    add(world, 'user', id)
    await known.bind(KNOWN_HASH, null, id).run()
    add(world, 'username', username)
    add(world, 'refresh', await issueToken(env, 'refresh', { userId: id, sessionVersion: 1 }, now))
  }
  return world
}

/** The owner's course that holds the secrets: nobody enrolls alone, a learner and a classmate are in it. */
async function marked(world: World): Promise<void> {
  const secret = (name: Secret) => planted(world.number, name)
  const { owner, learner, classmate } = world.users
  const keep = (kind: string, value: unknown) => add(world, kind, value, 'owner')
  const course = await makeCourse(owner, { title: `World ${world.number}`, enrollment_type: 'restricted' })
  const draft = await makeCourse(owner, { title: secret('draft'), description: secret('draft'), status: 'draft' })
  const gone = await makeCourse(owner, { title: secret('deleted') })
  const module = await insertModule(course.id, { content: secret('content') })
  const hidden = await insertModule(course.id, { title: secret('unpublished'), is_published: 0, order: 2 })
  const inDraft = await insertModule(draft.id, { title: secret('draft') })
  const inGone = await insertModule(gone.id, { title: secret('deleted') })
  const enrollments = [
    await insertEnrollment(learner.id, course.id, { source: 'instructor' }),
    await insertEnrollment(classmate.id, course.id, { source: 'instructor' }),
  ]
  const access = { access_code: secret('accesscode'), description: secret('quiz'), instructions: secret('quiz') }
  const silent = await insertQuizWithQuestions(
    module,
    { ...access, show_feedback: 'never', max_attempts: 0 },
    oneOfEach(secret('key')),
  )
  const telling = await insertQuizWithQuestions(
    module,
    { max_attempts: 0, time_limit_minutes: 60 },
    oneOfEach(secret('told')),
  )
  const unpublished = await insertQuizWithQuestions(
    module,
    { title: secret('unpublished'), is_published: 0 },
    oneOfEach(secret('key')),
  )
  const inHidden = await insertQuizWithQuestions(hidden, { title: secret('unpublished') })
  const removed = await insertQuizWithQuestions(
    module,
    { title: secret('deleted'), deleted_at: 1 },
    oneOfEach(secret('deleted')),
  )
  await call('DELETE', `/api/courses/${gone.id}/`, { as: owner })
  for (const { id, slug } of [course, draft, gone]) {
    keep('course', id)
    keep('slug', slug)
  }
  for (const id of [module, hidden, inDraft, inGone]) keep('module', id)
  for (const quiz of [silent, telling, unpublished, inHidden, removed]) keepQuiz(world, module, quiz, 'owner')
  for (const id of enrollments) keep('enrollment', id)
  for (const [quiz, who, name, place] of [
    [silent, learner, 'answer', 0],
    [telling, learner, 'answer', 0],
    [silent, classmate, 'theiranswer', 1],
  ] as const) {
    const id = await endedAttempt(
      quiz.id,
      who,
      quiz.questions.map(question =>
        question.question.type === 'essay'
          ? { question, pending: true, responseData: { essay_text: secret(name) } }
          : { question },
      ),
      { enrollmentId: enrollments[place] ?? 0 },
    )
    add(world, 'attempt', id, 'owner', quiz.id)
    for (let response = 0; response < quiz.questions.length; response += 1) keep('response', id * 1000 + response)
    if (who === learner) await set('responses', id * 1000, 'feedback', secret('graded'))
  }
  const regrade = await call('POST', `/api/questions/${silent.questions[0]?.id}/regrade/`, {
    as: owner,
    body: { dry_run: true },
  })
  keep('regrade', regrade.body.id)
  const { body: batch } = await call('POST', '/api/qr-codes/batches/', {
    as: owner,
    body: { name: secret('batch'), description: secret('batch'), type: 'attendance', target_ids: [module] },
  })
  keep('batch', batch.id)
  for (const type of ['attendance', 'module']) {
    const code = await makeCode(owner, { type, target_id: module, batch: type === 'attendance' ? batch.id : null })
    const scanned = await scan(learner, code, { location: secret('location'), device_info: secret('location') })
    keep('code', code.id)
    keep('uuid', code.uuid)
    keep('shown', code.uuid)
    keep('scan', scanned.body.id)
  }
  const hook = { description: secret('hook'), url: `https://receiver.school.edu/${secret('hook')}/` }
  await keepWebhook(world, await makeWebhook(owner, { course: course.id, ...hook }), 'owner')
}

/** With a delivery, and a secret of which nobody must learn. */
async function keepWebhook(world: World, { id }: { id: number }, marked?: Entry['marked']): Promise<void> {
  await set('webhooks', id, 'previous_secret', planted(world.number, 'hooksecret'))
  add(world, 'webhook', id, marked)
  add(world, 'delivery_id', await insertDelivery(id), marked, id)
}

async function ofRival(world: World): Promise<void> {
  const { rival } = world.users
  const secret = (name: Secret) => planted(world.number, name)
  const course = await makeCourse(rival, { title: secret('rivaldraft'), status: 'draft' })
  const module = await insertModule(course.id, { title: secret('rivaldraft') })
  const quiz = await insertQuizWithQuestions(module, {}, [{ ...QUESTIONS.multiple_choice, text: secret('rivalkey') }])
  const code = await makeCode(rival, { type: 'module', target_id: module })
  add(world, 'course', course.id, 'rival')
  add(world, 'slug', course.slug, 'rival')
  add(world, 'module', module, 'rival')
  keepQuiz(world, module, quiz, 'rival')
  add(world, 'code', code.id, 'rival')
  await keepWebhook(world, await makeWebhook(rival, { course: course.id }), 'rival')
  // Who scans it tells its maker the name: it is shown, and not for scanning.
  add(world, 'shown', code.uuid, 'rival')
}

/** The owner's open course, without secrets: to be changed by anybody who can. */
async function clay(world: World): Promise<void> {
  const { owner, learner, classmate } = world.users
  const [course, second] = [await makeCourse(owner), await makeCourse(owner, { max_students: 2 })]
  const modules = [
    await insertModule(course.id, { completion_criteria: 'quiz' }),
    await insertModule(course.id, { order: 2 }),
    await insertModule(second.id),
  ]
  const enrollment = await insertEnrollment(learner.id, course.id)
  await insertEnrollment(classmate.id, course.id)
  // A certificate tells everybody whose it is.
  const graduate = await makeUser()
  const completed = await insertEnrollment(graduate.id, course.id, {
    status: 'completed',
    completed_at: 1_772_000_000,
  })
  await insertProgress(enrollment, modules[1] ?? 0)
  const open = { max_attempts: 0, time_limit_minutes: 30, allow_time_extension: 1 }
  const quizzes = [
    await insertQuizWithQuestions(modules[0] ?? 0, open, oneOfEach('clay')),
    await insertQuizWithQuestions(
      modules[0] ?? 0,
      { ...open, show_feedback: 'after_completion', question_count: 2 },
      oneOfEach('clay'),
    ),
    await insertQuizWithQuestions(modules[1] ?? 0, { is_survey: 1 }, [QUESTIONS.true_false, QUESTIONS.essay]),
  ]
  for (const { id, slug } of [course, second]) {
    add(world, 'course', id)
    add(world, 'slug', slug)
  }
  for (const [place, id] of modules.entries()) {
    add(world, 'module', id)
    add(world, 'its course', place === 2 ? second.id : course.id, undefined, id)
  }
  add(world, 'enrollment', enrollment)
  add(world, 'enrollment', completed)
  // The learner's own, among the many that are nobody's: asked for more often.
  for (let times = 0; times < 12; times += 1)
    add(world, 'progress', enrollment * 10_000_000 + (modules[times % 2] ?? 0))
  for (const quiz of quizzes) {
    keepQuiz(world, quiz === quizzes[2] ? (modules[1] ?? 0) : (modules[0] ?? 0), quiz)
    for (const who of [learner, classmate]) {
      const { body } = await startAttempt(quiz, who)
      add(world, 'attempt', body.id, undefined, quiz.id)
    }
  }
  await keepWebhook(world, await makeWebhook(owner, { course: course.id }))
  const [first, , survey] = quizzes
  if (!first || !survey) throw new Error('no quizzes')
  const { body: over } = await startAttempt(first, owner)
  await end(over, owner)
  add(world, 'attempt', over.id, undefined, first.id)
  const left = first.questions.map(question => ({ question, pending: question.question.type === 'essay' }))
  const ended = await endedAttempt(first.id, learner, left, { enrollmentId: enrollment })
  add(world, 'attempt', ended, undefined, first.id)
  // The last one is the essay, the only one to be graded: asked for more often.
  for (let place = 0; place < left.length + 6; place += 1)
    add(world, 'response', ended * 1000 + Math.min(place, left.length - 1))
  for (const type of ['attendance', 'module', 'access', 'certificate'] as const) {
    const target_id = { attendance: modules[0], module: modules[0], access: second.id, certificate: completed }[type]
    const code = await makeCode(owner, { type, target_id, max_scans: 3 })
    add(world, 'code', code.id)
    add(world, 'uuid', code.uuid)
    add(world, 'shown', code.uuid)
    add(world, 'file', `${code.uuid}.svg`)
  }
}

function keepQuiz(world: World, module: number, { id, questions }: MadeQuiz, marked?: Entry['marked']): void {
  add(world, 'its module', module, marked, id)
  add(world, 'order', questions.map(question => question.id).reverse(), marked, id)
  add(world, 'quiz', id, marked)
  for (const question of questions) {
    add(world, 'question', question.id, marked)
    for (const response_data of [
      rightAnswer(question),
      ...fc.sample(answers(question.question), { seed: id, numRuns: 2 }),
    ])
      add(world, 'answer', { question: question.id, response_data }, marked, id)
  }
}
