// Runs src/dev/<name>.ts. It is JavaScript, so that a Node too old for TypeScript prints a sentence instead of a stack trace.
if (!process.features.typescript) {
  console.error(
    `Node 22.18 or newer is needed; this is ${process.versions.node}. \`npm ci\` brings one for the npm scripts, unless ` +
      'install scripts were switched off: then `npm rebuild node`.',
  )
  process.exit(1)
}
// Hides the warning that Node's SQLite is experimental, which does not help the user of a command.
const [warn] = process.listeners('warning')
process
  .removeAllListeners('warning')
  .on('warning', warning => warning.name === 'ExperimentalWarning' || warn?.(warning))
const [name] = process.argv.splice(2, 1)
await import(`./${name}.ts`)
