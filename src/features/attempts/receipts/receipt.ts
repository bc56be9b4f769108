/** placeholder until the receipts branch is merged */
export type Receipt = {
  attempt: number
  learner: number
  quiz: number
  endedAt: number
  scoreHundredths: number | null
  answersHash: string
}
export const signReceipt = async (_env: unknown, receipt: Receipt): Promise<string> => JSON.stringify(receipt)
