import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { answersHash } from './answers-hash.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const first = { questionId: 7, responseData: '{"text":"5 “quoted” \\u00e9"}' }
const second = { questionId: 3, responseData: 'null' }

test('is over the JSON list of questions and answers, in the order of the attempt', async () => {
  expect(await answersHash([])).toBe(sha256('[]'))
  expect(await answersHash([first, second])).toBe(
    sha256(String.raw`[[7,"{\"text\":\"5 “quoted” \\u00e9\"}"],[3,"null"]]`),
  )
  expect(await answersHash([second, first])).not.toBe(await answersHash([first, second]))
})

test('keeps the zero in front of a small byte', async () => {
  const bytes = Array.from({ length: 20 }, (_, id) => answersHash([{ questionId: id, responseData: '{}' }]))
  const expected = Array.from({ length: 20 }, (_, id) => sha256(`[[${id},"{}"]]`))
  expect(await Promise.all(bytes)).toEqual(expected)
})
