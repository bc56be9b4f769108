type Answered = { questionId: number; responseData: string }

/** For receipts: SHA-256 in hexadecimal over the JSON list of [question id, `responseData`], in the attempt's order. */
export async function answersHash(responses: readonly Answered[]): Promise<string> {
  const text = JSON.stringify(responses.map(({ questionId, responseData }) => [questionId, responseData]))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return [...new Uint8Array(digest)].map(byte => byte.toString(16).padStart(2, '0')).join('')
}
