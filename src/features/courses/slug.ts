/** What a course is called in a URL. */
import slugify from '@sindresorhus/slugify'

const MAX_LENGTH = 80

/** Lower case, ASCII, transliterated where the library can; `course` where nothing is left (emoji, Chinese). */
export function slugFrom(title: string): string {
  const slug = slugify(title, { decamelize: false }).slice(0, MAX_LENGTH).replace(/-+$/, '')
  return slug || 'course'
}
