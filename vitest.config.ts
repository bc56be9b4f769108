import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

export default defineConfig(async () => ({
  test: {
    reporters: ['default', './test/helpers/summary-reporter.ts'],
    projects: [
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: {
                MIGRATIONS: await readD1Migrations('./migrations'),
                JWT_SECRET: 'a secret of the tests that is long enough',
                RECEIPT_SECRET: 'a secret of the receipts that is long enough',
                INSTRUCTOR_SIGNUP: 'open',
              },
            },
          }),
        ],
        test: {
          name: 'worker',
          include: ['test/**/*.test.ts'],
          exclude: ['test/local/**'],
          setupFiles: ['./test/helpers/setup.ts'],
          testTimeout: 30_000,
        },
      },
      {
        // Against `npm start`, as a newcomer runs it.
        test: { name: 'local', include: ['test/local/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
      },
    ],
  },
}))
