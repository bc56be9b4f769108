import { objectNamed } from '../../../http/objects.ts'

/** The exam room of a quiz. Its class is not named here, because the room imports the attempts that call it. */
export const examRoom = (env: Env, quizId: number) => objectNamed(env, env.ROOMS, String(quizId))
