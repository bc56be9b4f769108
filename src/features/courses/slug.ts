/** The name of a course in a URL. */

const MAX_LENGTH = 80

/**
 * Lower case, ASCII, transliterated where the library can; `course` where nothing is left (emoji, Chinese). The library
 * builds its tables when it is loaded, so only a request that sets a title loads it.
 */
export async function slugFrom(title: string): Promise<string> {
  const { default: slugify } = await import('@sindresorhus/slugify')
  const slug = slugify(title, { decamelize: false }).slice(0, MAX_LENGTH).replace(/-+$/, '')
  return slug || 'course'
}
