import { freshStorage } from './fresh-storage.ts'
import { hashCheaply } from './hash-cost.ts'

hashCheaply()
await freshStorage()
