import { describe, expect, test } from 'vitest'
import { makeCourse, makeModule } from '../factories/courses.ts'
import { makeQuiz } from '../factories/quizzes.ts'
import { makeInstructor, type TestUser } from '../factories/users.ts'
import { call } from '../helpers/client.ts'
import type { Expected, Sample } from './exchange/expected.ts'
import { CSV, FORMATS, type Format, GIFT, withoutIds } from './exchange/samples.ts'

// Files as teachers write them, 30 and more of every construct: each is understood as meant, with what it loses told, goes
// out and comes in again unchanged.

describe('over HTTP, all samples of a construct in one quiz', () => {
  const send = (as: TestUser, quiz: { id: number }, format: Format, body: string) =>
    call('POST', `/api/quizzes/${quiz.id}/questions/import/?format=${format}`, {
      as,
      body,
      headers: { 'Content-Type': FORMATS[format].type },
    })
  const exported = async (as: TestUser, quiz: { id: number }, format: Format) =>
    (await call('GET', `/api/quizzes/${quiz.id}/questions/export/?format=${format}`, { as })).text
  /** The questions of a quiz as its author reads them, without what an id or a place is. */
  const stored = async (as: TestUser, quiz: { id: number }): Promise<Expected[]> => {
    const { results } = (await call('GET', `/api/quizzes/${quiz.id}/questions/?page_size=100`, { as })).body
    return results.map(({ quiz: _, order: __, ...question }: Record<string, unknown>) => withoutIds(question))
  }

  test.each([
    ['gift', GIFT],
    ['csv', CSV],
  ] as const)('%s', async (format, constructs) => {
    const owner = await makeInstructor()
    const module = await makeModule(owner, (await makeCourse(owner)).id)
    for (const [construct, samples] of constructs) {
      const [quiz, copy] = [await makeQuiz(owner, module.id), await makeQuiz(owner, module.id)]
      for (const [body, count] of filesOf(format, samples)) {
        const answer = await send(owner, quiz, format, body)
        expect([answer.status, answer.body.imported], `${construct} ${answer.text}`).toEqual([201, count])
      }
      const expected = inOrder(format, samples).map(([, question]) => question)
      expect(await stored(owner, quiz), construct).toEqual(expected)
      const file = await exported(owner, quiz, format)
      const answer = await send(owner, copy, format, file)
      expect([answer.status, answer.body], construct).toEqual([
        201,
        { imported: samples.length, warnings: [], skipped: [] },
      ])
      expect(await stored(owner, copy), construct).toEqual(expected)
      expect(await exported(owner, copy, format)).toBe(file)
    }
  })
})

/** GIFT's samples are one file; those of CSV are one for every header. */
function filesOf(format: Format, samples: Sample[]): [body: string, questions: number][] {
  if (format === 'gift') return [[samples.map(([file]) => file.replace(/^\uFEFF/, '')).join('\n\n'), samples.length]]
  return [...byHeader(samples)].map(([header, alike]) => [
    header + alike.map(([file]) => file.slice(header.length).replace(/(?<![\r\n])$/, '\r\n')).join(''),
    alike.length,
  ])
}

const inOrder = (format: Format, samples: Sample[]) =>
  format === 'gift' ? samples : [...byHeader(samples).values()].flat()

function byHeader(samples: Sample[]): Map<string, Sample[]> {
  const groups = new Map<string, Sample[]>()
  for (const sample of samples) {
    const header = /^(\uFEFF?"?sep=."?(\r\n|\r|\n))?[^\r\n]*(\r\n|\r|\n)/i.exec(sample[0])?.[0] ?? ''
    groups.set(header, [...(groups.get(header) ?? []), sample])
  }
  return groups
}
