/** Reasons to refuse the creation of one code or many. */
import { failedOn, invalid } from '../../../http/errors.ts'

export const NO_SUCH_TARGET = 'No such target in your courses.'
export const ONLY_ATTENDANCE = 'Only an attendance code can rotate.'

/** Turns the failure of `allOrNothing`, for a target deleted since the handler read it, into a 400 on the field. */
export const refuseGone = (field: string) => (error: unknown) => {
  throw failedOn(error, 'malformed JSON') ? invalid({ [field]: [NO_SUCH_TARGET] }) : error
}
