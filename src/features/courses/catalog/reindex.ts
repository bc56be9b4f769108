/** Cron's work: the search's words of courses that an older version of the code wrote, or none (a load by hand), are remade. */
import { lt, sql } from 'drizzle-orm'
import { batch } from '../../../db/batch.ts'
import { backgroundDatabase } from '../../../db/client.ts'
import { repeated } from '../../../db/faults.ts'
import { courses } from '../../../db/schema/courses.ts'
import { type Names, statement } from '../../../db/statement.ts'
import { SEARCH_VERSION, searchText } from './search-text.ts'

/** With 5,000 characters of description each, and their words, some 50 KB; D1 takes 2 MB in one parameter. */
const COURSES_PER_TRIP = 30
/** A run ends after this many; the next one goes on where it stopped. */
const TRIPS_PER_RUN = 50

/**
 * Safe to repeat, safe to be cut short: a course that was changed meanwhile keeps its version and comes again.
 * @returns how many courses were remade
 */
export async function reindexCourses(env: Env): Promise<number> {
  const db = backgroundDatabase(env)
  let remade = 0
  for (let trip = 0; trip < TRIPS_PER_RUN; trip += 1) {
    const [rows] = await repeated(() => batch(db, outdatedCourses({})))
    if (rows.length === 0) return remade
    const made = rows.map(({ id, title, description }) => ({
      id,
      title,
      description,
      searchTitle: searchText(title),
      searchDescription: searchText(description),
    }))
    await repeated(() => batch(db, remake({ made })))
    remade += rows.length
  }
  return remade
}

const outdatedCourses = statement((db, _: Names<object>) =>
  db
    .select({ id: courses.id, title: courses.title, description: courses.description })
    .from(courses)
    .where(lt(courses.searchVersion, SEARCH_VERSION))
    .limit(COURSES_PER_TRIP),
)

type Remade = { id: number; title: string; description: string; searchTitle: string; searchDescription: string }

const remake = statement((db, { made }: Names<{ made: readonly Remade[] }>) =>
  db
    .update(courses)
    .set({
      searchTitle: sql`j.value->>'searchTitle'`,
      searchDescription: sql`j.value->>'searchDescription'`,
      searchVersion: SEARCH_VERSION,
    })
    .from(sql`json_each(${made}) j`)
    .where(
      sql`${courses.id} = j.value->>'id' AND ${courses.title} = j.value->>'title' AND ${courses.description} = j.value->>'description'`,
    ),
)
