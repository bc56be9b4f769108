import { globSync, readFileSync } from 'node:fs'

/** Installed, built or local: not the project's own. */
const FOREIGN = /^(node_modules|\.wrangler|public|dist)(\/|$)/

/** Every Markdown file of the project by its path from the root, which is where the tests run. */
export const documents = (): Map<string, string> =>
  new Map(
    globSync('**/*.md', { exclude: path => FOREIGN.test(path) })
      .sort()
      .map(path => [path, readFileSync(path, 'utf8')]),
  )
