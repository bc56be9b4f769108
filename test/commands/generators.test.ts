/**
 * What people make from the OpenAPI document: two linters find nothing, and the clients of four generators are type-checked
 * and take a quiz. The tools are installed into a folder of their own, because nothing else needs their 250 MB.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildSync } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Server, startServer } from '../helpers/server.ts'

const NPM_TOOLS = [
  '@stoplight/spectral-cli@6.16.3',
  '@redocly/cli@2.77.0',
  'openapi-typescript@7.13.0',
  'openapi-fetch@0.17.0',
  '@hey-api/openapi-ts@0.99.0',
  'orval@8.38.0',
  'typescript@5.9.3',
  '@types/node@22.20.5',
]
const PYTHON_TOOLS = ['openapi-python-client==0.29.1', 'mypy==2.4.1']

const folder = mkdtempSync(join(tmpdir(), 'learnmore-generators-'))
const generated = join(folder, 'generated')
let server: Server

/** Runs a program in the folder; nothing is sent of what it does. */
async function run(program: string, ...args: string[]): Promise<string> {
  const env = {
    ...process.env,
    REDOCLY_TELEMETRY: 'off',
    DO_NOT_TRACK: '1',
    PATH: `${folder}/venv/bin:${process.env['PATH']}`,
  }
  const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: folder, env, maxBuffer: 1 << 26 }).catch(
    ({ stdout, stderr, message }) => {
      throw new Error([message, stdout, stderr].join('\n'))
    },
  )
  return stdout + stderr
}
const tool = (name: string, ...args: string[]) => run('node', join('node_modules', '.bin', name), ...args)

const installNode = () =>
  run('npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', ...NPM_TOOLS)
async function installPython(): Promise<void> {
  await run('python3', '-m', 'venv', 'venv')
  await run('venv/bin/pip', 'install', '--quiet', '--disable-pip-version-check', ...PYTHON_TOOLS)
}

beforeAll(async () => {
  const write = (name: string, content: unknown) =>
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  cpSync(new URL('stories', import.meta.url), folder, { recursive: true })
  cpSync('public/api/docs/openapi.json', join(folder, 'openapi.json'))
  write('package.json', { private: true, type: 'module' })
  write('spectral.yaml', 'extends: ["spectral:oas"]\nrules:\n  path-keys-no-trailing-slash: off\n')
  // The documentation itself has the trailing slashes, and words where others have ids, which are digits. The licence is the
  // operator's to choose. Health refuses nobody.
  const off = ['no-path-trailing-slash', 'no-ambiguous-paths', 'info-license', 'operation-4xx-response']
  write('redocly.yaml', `extends: [recommended]\nrules:\n${off.map(rule => `  ${rule}: off\n`).join('')}`)
  const orval = {
    input: './openapi.json',
    output: { target: './generated/orval/client.ts', schemas: './generated/orval/model', client: 'fetch' },
  }
  write('orval.config.mjs', `export default ${JSON.stringify({ orval })}`)
  write('python.yaml', 'package_name_override: learnmore\nproject_name_override: learnmore\npost_hooks: []\n')
  write('tsconfig.json', {
    compilerOptions: {
      strict: true,
      module: 'esnext',
      moduleResolution: 'bundler',
      target: 'es2022',
      lib: ['es2022', 'dom', 'dom.iterable'],
      types: ['node'],
      skipLibCheck: true,
      noEmit: true,
    },
    include: ['*.ts', 'generated'],
  })
  ;[server] = await Promise.all([startServer([], 120_000), installNode(), installPython()])
})
afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('Spectral and Redocly find nothing', async () => {
  const spectral = tool('spectral', 'lint', 'openapi.json', '--ruleset', 'spectral.yaml', '--fail-severity', 'hint')
  const redocly = tool('redocly', 'lint', 'openapi.json', '--config', 'redocly.yaml', '--max-problems', '100')
  expect(await spectral).toContain('No results')
  expect(await redocly).not.toMatch(/\d+ warning/)
})

test('the clients of the TypeScript generators compile, and take a quiz', async () => {
  await Promise.all([
    tool('openapi-typescript', 'openapi.json', '--output', 'generated/openapi-typescript/schema.ts'),
    tool('openapi-ts', '--input', 'openapi.json', '--output', 'generated/hey-api', '--client', '@hey-api/client-fetch'),
    tool('orval', '--config', 'orval.config.mjs'),
  ])
  await tool('tsc', '--project', '.')
  const clients = ['openapi-typescript', 'hey-api', 'orval']
  for (const [place, client] of clients.entries()) {
    const outfile = join(folder, `${client}.mjs`)
    buildSync({ entryPoints: [join(folder, `${client}.ts`)], outfile, bundle: true, format: 'esm', platform: 'node' })
    expect(await run('node', outfile, server.origin, `student${30 + place}`), client).toMatch(/^score [\d.]+\n$/)
  }
})

test('the client of the Python generator is type-checked, and takes a quiz', async () => {
  const args = [
    'generate',
    '--path',
    'openapi.json',
    '--output-path',
    join(generated, 'python'),
    '--config',
    'python.yaml',
  ]
  await run('venv/bin/openapi-python-client', ...args)
  cpSync(join(generated, 'python', 'learnmore'), join(folder, 'learnmore'), { recursive: true })
  await run('venv/bin/mypy', 'learnmore', 'story.py')
  expect(await run('venv/bin/python', 'story.py', server.origin, 'student33')).toMatch(/^score [\d.]+\n$/)
})
