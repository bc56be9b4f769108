import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { runCron } from '../../src/cron/run.ts'
import { SEARCH_VERSION } from '../../src/features/courses/catalog/search-text.ts'
import { makeCourse } from '../factories/courses.ts'
import { makeInstructor } from '../factories/users.ts'
import { call } from '../helpers/client.ts'

const find = async (q: string): Promise<string[]> => {
  const { status, body } = await call('GET', `/api/courses/catalog/search/?page_size=100&q=${encodeURIComponent(q)}`)
  expect(status, JSON.stringify(body)).toBe(200)
  return body.results.map(({ title }: { title: string }) => title)
}

describe('found', () => {
  test.each([
    ['数据结构与算法', ['算法', '结构', '数据结构', '与'], ['法算', '据数']],
    ['ทดสอบภาษาไทย', ['ภาษาไทย', 'ทดสอบ', 'ไทย'], ['ไทยภาษา']],
    ['プログラミング入門', ['入門', 'ログラ', 'ﾌﾟﾛｸﾞﾗﾐﾝｸﾞ'], ['門入']],
    ['Die Straße', ['strasse', 'STRASSE', 'straße', 'STRAẞE'], ['strase']],
    ['Learn C++ well', ['C++', 'c++', 'cplusplus'], ['C#', 'D++']],
    ['Learn C# well', ['C#', 'csharp'], ['C++', 'F#']],
    ['The .NET platform', ['.NET', 'net', 'dotnet'], ['.NOT']],
    ['ASP.NET Core in depth', ['.NET', 'asp.net', 'net core'], ['.ASP']],
    ['Élan vital naïveté', ['elan', 'naivete', 'ÉLAN'], ['elen']],
    ['Ελληνικά', ['ελληνικα', 'ΕΛΛΗΝΙΚΆ'], ['ελληνικο']],
    ['Русский ёж', ['еж', 'ЁЖ'], ['уж']],
    ['Đại số tuyến tính', ['dai so', 'đại', 'tuyen'], ['dau']],
    ['Łódź i Wrocław', ['lodz', 'wroclaw', 'łódź'], ['lodzz']],
    ['العَرَبِيَّة للمبتدئين', ['العربية'], ['العربيه']],
  ])('%s', async (title, found, notFound) => {
    await makeCourse(await makeInstructor(), { title })
    for (const q of found) expect(await find(q), q).toContain(title)
    for (const q of notFound) expect(await find(q), q).not.toContain(title)
  })

  test('C++ is not everything with a c', async () => {
    const owner = await makeInstructor()
    for (const title of ['Cellos', 'Chemistry C', 'Vitamin C and D']) await makeCourse(owner, { title })
    const found = await find('C++')
    for (const title of ['Cellos', 'Chemistry C', 'Vitamin C and D']) expect(found).not.toContain(title)
  })

  test('in a description too, and no more once it has changed', async () => {
    const owner = await makeInstructor()
    const course = await makeCourse(owner, { title: 'Lesekurs', description: '从零开始学习阅读' })
    expect(await find('阅读')).toEqual(['Lesekurs'])
    await call('PATCH', `/api/courses/${course.id}/`, { as: owner, body: { description: 'C# only' } })
    expect(await find('阅读')).toEqual([])
    expect(await find('C#')).toContain('Lesekurs')
  })
})

describe('what an older version wrote', () => {
  const stateOf = (id: number) =>
    env.DB.prepare('SELECT search_title, search_description, search_version FROM courses WHERE id = ?').bind(id).first()

  test('cron remakes, and leaves alone what is new', async () => {
    const owner = await makeInstructor()
    const [old, fresh] = [
      await makeCourse(owner, { title: '古い講座 Straße', description: 'F#' }),
      await makeCourse(owner, { title: 'Fresh' }),
    ]
    await env.DB.batch([
      env.DB.prepare(
        `UPDATE courses SET search_title = 'x', search_description = '', search_version = 0 WHERE id = ?`,
      ).bind(old.id),
      env.DB.prepare(`UPDATE courses SET search_title = 'by hand' WHERE id = ?`).bind(fresh.id),
    ])
    expect(await find('講座')).not.toContain(old.title)
    await runCron(env, Date.now())
    expect(await stateOf(old.id)).toEqual({
      search_title: '古 い 講 座 strasse',
      search_description: 'fsharp',
      search_version: SEARCH_VERSION,
    })
    expect(await find('講座')).toContain(old.title)
    expect(await stateOf(fresh.id)).toMatchObject({ search_title: 'by hand' })
  })

  test('more than a trip holds', async () => {
    const owner = await makeInstructor()
    await env.DB.prepare(
      `INSERT INTO courses (title, slug, status, instructor_id, created_at, updated_at)
       WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 95)
       SELECT '批量课程 ' || i, 'bulk-' || i, 'published', ?, 0, 0 FROM n`,
    )
      .bind(owner.id)
      .run()
    await runCron(env, Date.now())
    expect(await env.DB.prepare('SELECT count(*) AS n FROM courses WHERE search_version = 0').first('n')).toBe(0)
    const { body } = await call('GET', `/api/courses/catalog/search/?q=${encodeURIComponent('量课')}`)
    expect(body.count).toBe(95)
  })
})
