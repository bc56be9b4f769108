/** Finds LaTeX that its author forgot to escape: GIFT takes the `\n` of `\neq` for a line break. */

/**
 * Commands that count even outside formulas. `\ne`, `\ni` and `\nu` count within formulas only, because a line may begin with
 * "e", "i" or "u", which are words of several languages.
 */
const COMMANDS = new Set(
  (
    'nabla natural ncong nearrow neg neq newcommand newline newpage nexists ngeq ngtr nicefrac nleftarrow nLeftarrow ' +
    'nleftrightarrow nLeftrightarrow nleq nless nmid nobreak noindent nolimits nonumber normalfont normalsize not notag ' +
    'notin nparallel nprec npreceq nrightarrow nRightarrow nsim nsubset nsubseteq nsucc nsucceq nsupset nsupseteq ' +
    'ntriangleleft ntriangleright nvdash nvDash nVdash nwarrow'
  ).split(' '),
)

// Escaped backslashes come before commands, because their author escaped correctly. GIFT does not escape `\(`, so it stays.
const TOKEN = /\\{1,2}(?<open>[([])|\\{1,2}(?<close>[)\]])|\\\\|\\(?<command>n[A-Za-z]{1,20})|\$\$?/g

/** The commands in a question whose `\n` GIFT reads as a line break. */
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
