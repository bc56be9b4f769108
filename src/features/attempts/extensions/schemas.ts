import * as z from 'zod'
import { id, object } from '../../../http/fields.ts'
import { running, runningOf, secondsLeft } from '../schemas.ts'
import type { Extended } from '../session/messages.ts'

export const ExtensionInput = object(() => ({
  additional_minutes: z
    .int()
    .min(1)
    .max(1_440)
    .meta({ examples: [15] }),
}))
export const ExtendedAttempt = object(() => ({
  ...running(),
  extended_minutes: z.int().meta({ description: 'All extensions together', examples: [15] }),
})).meta({ id: 'ExtendedAttempt' })
export const ExtendedAttempts = object(() => ({
  results: z.array(
    object(() => ({
      id: id().meta({ examples: [10] }),
      user: id().meta({ examples: [5] }),
      status: z.enum(['extended', 'over', 'untimed', 'failed']).meta({
        description: '`failed`: not known to have come through; look at the attempt before granting it again',
      }),
      time_remaining_seconds: secondsLeft(),
      extended_minutes: z
        .int()
        .nullable()
        .meta({ examples: [15] }),
    })),
  ),
})).meta({ id: 'ExtendedAttempts' })

export const toExtended = (attempt: Extended): z.input<typeof ExtendedAttempt> => ({
  ...runningOf(attempt),
  extended_minutes: attempt.extendedMinutes,
})
