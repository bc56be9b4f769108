import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { hashCheaply } from './hash-cost.ts'

hashCheaply()
await applyD1Migrations(env.DB, env.MIGRATIONS)
