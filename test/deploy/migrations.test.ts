/** Migrations as the service runs them: split into statements by rules that do not know SQL. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { lacking, migratedDatabase, migrationFiles, migrationText, schemaOf } from '../../src/dev/schema.ts'
import { bareCases, normalized } from '../../src/dev/sql.ts'
import { SPLITTERS, type SplitterName, split } from './splitters.ts'

const BARE = `CREATE TABLE t (a INTEGER, b INTEGER);
CREATE TRIGGER t_kept AFTER INSERT ON t BEGIN
  UPDATE t SET b = CASE WHEN a > 1 THEN 2 ELSE 3 END
  WHERE a = NEW.a;
END;`
const IN_PARENTHESES = BARE.replace('CASE', '(CASE').replace('3 END', '3 END)')

function runSplit(files: string[], splitter: SplitterName): DatabaseSync {
  const database = new DatabaseSync(':memory:')
  for (const statement of files.flatMap(file => split(file, splitter))) database.exec(statement)
  return database
}
const comparable = (database: DatabaseSync) =>
  schemaOf(database).map(object => ({ ...object, sql: normalized(object.sql) }))

test.each(SPLITTERS)('all migrations come through a splitter: %s', splitter => {
  const whole = comparable(migratedDatabase())
  const files = migrationFiles().map(migrationText)
  expect(comparable(runSplit(files, splitter))).toEqual(whole)
  expect(whole.filter(({ type }) => type === 'trigger').length).toBeGreaterThan(50)
  // Every statement of every trigger is in a statement of its own kind: none was cut.
  const created = files.flatMap(file => split(file, splitter)).filter(sql => /^\s*(--.*\s+)*CREATE TRIGGER/.test(sql))
  expect(created).toHaveLength(whole.filter(({ type }) => type === 'trigger').length)
})

test('a bare CASE would not: the splitter that knows no CASE breaks it', () => {
  const [first, second, third] = SPLITTERS
  if (!first || !second || !third) throw new Error('three splitters')
  expect(() => runSplit([BARE], first)).toThrow('incomplete input')
  for (const splitter of [second, third]) expect(comparable(runSplit([BARE], splitter))).toHaveLength(2)
  for (const splitter of SPLITTERS) expect(comparable(runSplit([IN_PARENTHESES], splitter))).toHaveLength(2)
})

test.each([
  ['SELECT (CASE a WHEN 1 THEN 2 END)', []],
  ['SELECT sum(CASE WHEN a THEN 1 ELSE 0 END), 1', []],
  ['SELECT CASE a WHEN 1 THEN 2 END', [7]],
  ['SELECT (1 + CASE a WHEN 1 THEN 2 END)', [12]],
  ['SELECT (CASE a WHEN 1 THEN 2 END + 1)', [8]],
  ['SELECT (CASE a WHEN 1 THEN CASE b WHEN 1 THEN 2 END ELSE 3 END)', [27]],
  ['SELECT \'CASE a\', /* CASE */ "case" -- CASE', []],
  ['CREATE TRIGGER t AFTER INSERT ON t BEGIN SELECT (case a when 1 then 2 end); END', []],
])('bare CASEs of %s', (sql, places) => {
  expect(bareCases(sql)).toEqual(places)
})

test('migrations:check names file and line of a bare CASE, and of CR LF', () => {
  mkdirSync('.wrangler', { recursive: true })
  const folder = mkdtempSync('.wrangler/migrations-test-')
  try {
    cpSync('migrations', folder, { recursive: true })
    writeFileSync(join(folder, '0001_triggers.sql'), `${migrationText('0001_triggers.sql')}\n${BARE}\n`)
    writeFileSync(join(folder, '0002_attempts.sql'), migrationText('0002_attempts.sql').replace('\n', '\r\n'))
    const { status, stderr } = check(folder)
    const line =
      readFileSync(join(folder, '0001_triggers.sql'), 'utf8')
        .split('\n')
        .indexOf('  UPDATE t SET b = CASE WHEN a > 1 THEN 2 ELSE 3 END') + 1
    expect(stderr).toContain(
      `0001_triggers.sql:${line}: CASE without parentheses of its own. D1 needs them: (CASE … END).`,
    )
    expect(stderr).toContain('0001_triggers.sql: not STRICT: CREATE TABLE t (a INTEGER, b INTEGER);')
    expect(stderr).toContain('0001_triggers.sql: not WITHOUT ROWID: CREATE TABLE t (a INTEGER, b INTEGER);')
    expect(stderr).toContain('0002_attempts.sql:1: ends in CR LF.')
    expect(status).toBe(1)
  } finally {
    rmSync(folder, { recursive: true })
  }
  const real = check('migrations')
  expect([real.stderr, real.status]).toEqual(['', 0])
})

test('what a database lacks is named', () => {
  const database = migratedDatabase()
  expect(lacking(schemaOf(database))).toEqual({ missing: [], different: [] })
  database.exec('DROP TRIGGER users_counted_on_insert; ALTER TABLE totals ADD COLUMN more INTEGER')
  expect(lacking(schemaOf(database))).toEqual({
    missing: ['trigger users_counted_on_insert'],
    different: ['table totals'],
  })
})

const check = (folder: string) =>
  spawnSync('npm', ['run', '--silent', 'migrations:check'], {
    encoding: 'utf8',
    env: { ...process.env, MIGRATIONS_FOLDER: folder },
  })
