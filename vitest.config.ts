import { availableParallelism } from 'node:os'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { unstable_readConfig } from 'wrangler'

const DEPLOYING = ['test/deploy/deploy.test.ts', 'test/deploy/backup.test.ts']

export default defineConfig(async () => ({
  test: {
    // Left to itself vitest keeps one core free, which of two is half of them; and many tests wait more than they compute.
    maxWorkers: availableParallelism() + 1,
    // Failures with the console output of their tests, and nothing of what passed.
    reporters: ['minimal', './test/helpers/summary-reporter.ts'],
    projects: [
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.toml' },
            // Without the runtime's own lines about the errors that tests bring about.
            verbose: false,
            miniflare: {
              // No test reaches the network: a receiver of webhooks that a test has left is down.
              outboundService: () => new Response(null, { status: 503 }) as never,
              bindings: {
                // As deployed, whatever .dev.vars says.
                ...unstable_readConfig({ config: './wrangler.toml' }).vars,
                MIGRATIONS: await readD1Migrations('./migrations'),
                JWT_SECRET: 'a secret of the tests that is long enough',
                RECEIPT_SECRET: 'a secret of the receipts that is long enough',
                INSTRUCTOR_SIGNUP: 'open',
                LOG: 'failures',
                // To repeat a run of test/system/fuzz.test.ts, or to make it longer.
                FUZZ_SEED: process.env['FUZZ_SEED'] ?? '',
                FUZZ_ROUNDS: process.env['FUZZ_ROUNDS'] ?? '',
                FUZZ_CASES: process.env['FUZZ_CASES'] ?? '',
              },
            },
          }),
        ],
        test: {
          name: 'worker',
          include: ['test/**/*.test.ts'],
          exclude: ['test/local/**', 'test/browser/**', 'test/commands/**', 'test/deploy/**', 'test/structure/**'],
          setupFiles: ['./test/helpers/setup.ts'],
          // A worker takes two seconds to start, so files share it; each finds storage as the migrations leave it.
          isolate: false,
          testTimeout: 30_000,
        },
      },
      {
        // Rules beside their source: they need nothing of the runtime, so they run in plain Node.
        test: { name: 'rules', include: ['src/**/*.test.ts'], isolate: false, testTimeout: 30_000 },
      },
      {
        // Against `npm start`, as a newcomer runs it.
        test: { name: 'local', include: ['test/local/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 180_000 },
      },
      {
        // Deployments against a stand-in for the platform's API, migrations and backups against SQLite.
        test: {
          name: 'deploy',
          include: ['test/deploy/**/*.test.ts', 'test/structure/**/*.test.ts'],
          // They run wrangler again and again, a minute and a half of two cores: with the commands.
          exclude: DEPLOYING,
          testTimeout: 400_000,
          hookTimeout: 400_000,
          // Each starts wrangler again and again, which computes more than it waits.
          maxConcurrency: 2,
        },
      },
      {
        // What the documentation names beside it; `npm run test:commands`, which `.ci/run` does too.
        test: {
          name: 'commands',
          // Each serves and loads a Worker of its own; five at a time starve each other.
          maxConcurrency: 3,
          include: ['test/commands/**/*.test.ts', ...DEPLOYING],
          testTimeout: 400_000,
          hookTimeout: 400_000,
        },
      },
      {
        // The pages, in a browser on a phone's screen.
        test: { name: 'browser', include: ['test/browser/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 180_000 },
      },
    ],
  },
}))
