/** What is planted where only some may find it, and who may. */
import type { Role } from './world.ts'

const AUTHORS: Role[] = ['owner', 'staff']
const ENROLLED: Role[] = ['learner', 'classmate', ...AUTHORS]

/** A secret that is in none of these lists may be seen by nobody at all. */
export const MAY_SEE = {
  /** Google ids, access codes of quizzes. Password hashes are known by their form. */
  googleid: [],
  accesscode: [],
  /** A draft course, and all of a deleted one. */
  draft: AUTHORS,
  deleted: [],
  /** An unpublished module or quiz of a published course. */
  unpublished: AUTHORS,
  /** What a module holds: for those enrolled. */
  content: ENROLLED,
  quiz: ENROLLED,
  /** Keys, feedback and explanations where feedback is never given, and where it is given. */
  key: AUTHORS,
  told: ENROLLED,
  /** A learner's own: name, address, profile, answers, what a grader wrote, where they scanned. */
  name: ['learner', ...AUTHORS],
  address: ['learner', 'staff'],
  profile: ['learner', 'staff'],
  answer: ['learner', ...AUTHORS],
  graded: ['learner', ...AUTHORS],
  location: ['learner', ...AUTHORS],
  theirname: ['classmate', ...AUTHORS],
  theiranswer: ['classmate', ...AUTHORS],
  owneraddress: AUTHORS,
  /** What a batch is called: also for whoever teaches a course of which staff put a code into it. */
  batch: [...AUTHORS, 'rival'],
  /** What signs a webhook's messages, and where they go. */
  hooksecret: [],
  hook: AUTHORS,
  /** Another instructor's draft, and keys. */
  rivaldraft: ['rival', 'staff'],
  rivalkey: ['rival', 'staff'],
  rivaladdress: ['rival', 'staff'],
} satisfies Record<string, Role[]>
export type Secret = keyof typeof MAY_SEE

/** Letters and digits alone, so that it stays what it is in slugs, keys, JSON and CSV. */
export const planted = (world: number, secret: Secret) => `mk${world}q${secret}q`
const PLANTED = /mk(\d+)q([a-z]+)q/gi

export const isSecret = (text: string) => text.search(PLANTED) >= 0
export const secretsIn = (text: string) => [...text.matchAll(PLANTED)].map(([, , secret = '']) => secret.toLowerCase())

/** The secrets in an answer that its reader may not see, but for those that the request itself named. */
export function leaks(world: number, role: Role, request: string, answer: string): string[] {
  const found = [...answer.matchAll(PLANTED)].filter(([marker]) => !request.includes(marker))
  // Staff may put a code of anybody's course into anybody's batch.
  const isForeign = (made: string, secret: string) =>
    Number(made) !== world && role !== 'staff' && secret.toLowerCase() !== 'batch'
  return [
    ...new Set(
      found
        .filter(([, made = '', secret = '']) => isForeign(made, secret) || !mayAll(secret.toLowerCase()).includes(role))
        .map(([marker]) => marker),
    ),
  ]
}
const mayAll = (secret: string): readonly Role[] => MAY_SEE[secret as Secret] ?? []
