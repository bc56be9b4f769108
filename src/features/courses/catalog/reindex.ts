/** A task of cron: rebuilds the search text of courses that an older version of the code wrote, or a load by hand left out. */
import { lt, sql } from 'drizzle-orm'
import { batch } from '../../../db/batch.ts'
import { backgroundDatabase } from '../../../db/client.ts'
import { repeated } from '../../../db/faults.ts'
import { courses } from '../../../db/schema/courses.ts'
import { type Names, statement } from '../../../db/statement.ts'
import { SEARCH_VERSION, searchText } from './search-text.ts'

/** A course with 5,000 characters of description and their words takes some 50 KB; D1 accepts 2 MB in one parameter. */
const COURSES_PER_TRIP = 30
/** A run ends after this many trips; the next one goes on where it stopped. */
const TRIPS_PER_RUN = 50

/**
 * May be repeated, and may be cut short: a course that changes meanwhile keeps its old version and is taken again.
 * @returns how many courses it rebuilt
 */
export async function reindexCourses(env: Env): Promise<number> {
  const db = backgroundDatabase(env)
  let rebuilt = 0
  for (let trip = 0; trip < TRIPS_PER_RUN; trip += 1) {
    const [rows] = await repeated(() => batch(db, outdatedCourses({})))
    if (rows.length === 0) return rebuilt
    const texts = rows.map(({ id, title, description }) => ({
      id,
      title,
      description,
      searchTitle: searchText(title),
      searchDescription: searchText(description),
    }))
    await repeated(() => batch(db, writeSearchTexts({ texts })))
    rebuilt += rows.length
  }
  return rebuilt
}

const outdatedCourses = statement((db, _: Names<object>) =>
  db
    .select({ id: courses.id, title: courses.title, description: courses.description })
    .from(courses)
    .where(lt(courses.searchVersion, SEARCH_VERSION))
    .limit(COURSES_PER_TRIP),
)

type SearchTexts = { id: number; title: string; description: string; searchTitle: string; searchDescription: string }

const writeSearchTexts = statement((db, { texts }: Names<{ texts: readonly SearchTexts[] }>) =>
  db
    .update(courses)
    .set({
      searchTitle: sql`j.value->>'searchTitle'`,
      searchDescription: sql`j.value->>'searchDescription'`,
      searchVersion: SEARCH_VERSION,
    })
    .from(sql`json_each(${texts}) j`)
    .where(
      sql`${courses.id} = j.value->>'id' AND ${courses.title} = j.value->>'title' AND ${courses.description} = j.value->>'description'`,
    ),
)
