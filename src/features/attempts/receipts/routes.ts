import * as z from 'zod'
import type { Api } from '../../../http/api.ts'
import { dateTime, id, object, text } from '../../../http/fields.ts'
import { type ReceiptClaims, readReceipt } from './receipt.ts'

const RECEIPT_LENGTH = 4_096

const Statement = object(() => ({
  valid: z.literal(true),
  attempt: id().meta({ examples: [10] }),
  learner: id().meta({ description: "The learner's user id", examples: [5] }),
  quiz: id(),
  ended_at: dateTime(),
  score: z
    .number()
    .nullable()
    .meta({ description: 'When it ended, percent; no later grading is in it', examples: [85.5] }),
  answers_sha256: z.string().meta({
    description:
      'SHA-256, in hexadecimal, over the JSON list of [question id, response_data as JSON text] in the order of the attempt',
    examples: ['e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  }),
  kid: z.string().meta({ description: 'Which secret signed it', examples: ['0123456789abcdef'] }),
})).meta({ id: 'ValidReceipt' })
const Invalid = object(() => ({ valid: z.literal(false) })).meta({ id: 'InvalidReceipt' })
const Verification = z.discriminatedUnion('valid', [Statement, Invalid]).meta({ id: 'ReceiptVerification' })

export function receiptRoutes(api: Api): void {
  api.route(
    {
      method: 'post',
      path: '/api/receipts/verify/',
      tag: 'Quiz System',
      summary: 'Verify a receipt',
      description: 'Whether this service signed it, and what it states. Anybody may ask.',
      access: 'public',
      quota: 'free',
      body: object(() => ({ receipt: text(RECEIPT_LENGTH).meta({ examples: ['eyJhbGciOi…'] }) })),
      responses: { 200: Verification },
    },
    async ({ body, env, json }) => {
      const claims = await readReceipt(env, body.receipt)
      return json(200, claims === null ? { valid: false } : statement(claims))
    },
  )
}

const statement = ({ typ: _typ, ...claims }: ReceiptClaims): z.input<typeof Statement> => ({ valid: true, ...claims })
