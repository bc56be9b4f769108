/** Why codes are not made, one or many. */
import { failedOn, invalid } from '../../../http/errors.ts'

export const NO_SUCH_TARGET = 'No such target in your courses.'
export const ONLY_ATTENDANCE = 'Only an attendance code can rotate.'

/** A target that was deleted since it was read takes the whole creation back. */
export const refuseGone = (field: string) => (error: unknown) => {
  throw failedOn(error, 'malformed JSON') ? invalid({ [field]: [NO_SUCH_TARGET] }) : error
}
