/** LaTeX that its author forgot to escape: GIFT takes the `\n` of `\neq` for a line break. */

/**
 * Known wherever they stand. `\ne`, `\ni` and `\nu` are taken for commands within formulas only: "e", "i" and "u" are
 * words of several languages, with which a line may begin.
 */
const COMMANDS = new Set(
  (
    'nabla natural ncong nearrow neg neq newcommand newline newpage nexists ngeq ngtr nicefrac nleftarrow nLeftarrow ' +
    'nleftrightarrow nLeftrightarrow nleq nless nmid nobreak noindent nolimits nonumber normalfont normalsize not notag ' +
    'notin nparallel nprec npreceq nrightarrow nRightarrow nsim nsubset nsubseteq nsucc nsucceq nsupset nsupseteq ' +
    'ntriangleleft ntriangleright nvdash nvDash nVdash nwarrow'
  ).split(' '),
)

// Escaped backslashes first: what follows them is as its author meant it. `\(` is no escape of GIFT's, and stays.
const TOKEN = /\\{1,2}(?<open>[([])|\\{1,2}(?<close>[)\]])|\\\\|\\(?<command>n[A-Za-z]{1,20})|\$\$?/g

/** The commands of a question whose first letters are read as a line break. */
export function brokenCommands(block: string): Set<string> {
  const broken = new Set<string>()
  let [isBetweenDollars, isBetweenBrackets] = [false, false]
  for (const { 0: token, groups: { open, close, command } = {} } of block.matchAll(TOKEN)) {
    if (command) {
      if (isBetweenDollars || isBetweenBrackets || COMMANDS.has(command)) broken.add(command)
    } else if (open || close) isBetweenBrackets = open !== undefined
    else if (token.startsWith('$')) isBetweenDollars = !isBetweenDollars
  }
  return broken
}
