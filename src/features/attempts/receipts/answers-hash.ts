/** What a receipt says of the answers. */

type Answered = { questionId: number; responseData: string }

/** SHA-256 in hexadecimal over the questions and what was answered to each, in the attempt's order. */
export async function answersHash(responses: readonly Answered[]): Promise<string> {
  const told = JSON.stringify(responses.map(({ questionId, responseData }) => [questionId, responseData]))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(told))
  return [...new Uint8Array(digest)].map(byte => byte.toString(16).padStart(2, '0')).join('')
}
