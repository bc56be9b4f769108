/** Calls the desk of a quiz. */
import { objectNamed } from '../../../http/objects.ts'
import type { QuizDesk } from './desk.ts'

export const deskOf = (env: Env, quizId: number): DurableObjectStub<QuizDesk> =>
  objectNamed(env, env.DESKS, String(quizId), { nearDatabase: true })
