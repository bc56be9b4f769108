import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: './src/db/schema/*.ts',
  // Another folder for `npm run migrations:check`, which looks what would be written.
  out: process.env['MIGRATIONS_FOLDER'] ?? './migrations',
  casing: 'snake_case',
})
