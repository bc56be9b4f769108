import { vi } from 'vitest'
import { freshStorage } from './fresh-storage.ts'
import { hashCheaply } from './hash-cost.ts'

// Nothing of the file before, which may have failed half-way.
vi.useRealTimers()
vi.restoreAllMocks()
hashCheaply()
await freshStorage()
