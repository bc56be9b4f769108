import * as z from 'zod'
import { id, object } from '../../../http/fields.ts'
import type { RegradeRow } from './queries.ts'

export const RegradeInput = object(() => ({
  dry_run: z
    .boolean()
    .optional()
    .meta({ description: 'Only count what would change', examples: [true] }),
}))

export const Regrade = object(() => ({
  id: id(),
  status: z.enum(['running', 'completed']),
  done: z.int().meta({ description: 'Responses graded so far', examples: [500] }),
  total: z.int().meta({ examples: [1200] }),
  raised: z.int().meta({ description: 'Scores that went up', examples: [37] }),
  lowered: z.int().meta({ description: 'Scores that went down', examples: [0] }),
})).meta({ id: 'Regrade' })

export const toRegrade = ({ id, status, done, total, raised, lowered }: RegradeRow): z.input<typeof Regrade> => ({
  id,
  status,
  done,
  total,
  raised,
  lowered,
})
