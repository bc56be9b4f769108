/** The samples by construct, and what reads and writes each format. */
import { exportCsv } from '../../../src/features/quizzes/exchange/csv/export.ts'
import { importCsv } from '../../../src/features/quizzes/exchange/csv/import.ts'
import { exportGift } from '../../../src/features/quizzes/exchange/gift/export.ts'
import { importGift } from '../../../src/features/quizzes/exchange/gift/import.ts'
import * as csvCells from './csv/cells.ts'
import * as csvChoices from './csv/choices.ts'
import * as csvLists from './csv/lists.ts'
import * as csvSpreadsheets from './csv/spreadsheets.ts'
import * as csvTexts from './csv/texts.ts'
import * as csvWords from './csv/words.ts'
import type { Expected, Sample } from './expected.ts'
import * as giftMarks from './gift/marks.ts'
import * as giftChoice from './gift/multiple-choice.ts'
import * as giftSelect from './gift/multiple-select.ts'
import * as giftNumbersAndPairs from './gift/numbers-and-pairs.ts'
import * as giftSources from './gift/sources.ts'
import * as giftSurroundings from './gift/surroundings.ts'
import * as giftTexts from './gift/texts.ts'
import * as giftWeights from './gift/weights.ts'
import * as giftWords from './gift/words.ts'

export const GIFT: [construct: string, samples: Sample[]][] = [
  ...Object.entries(giftChoice),
  ...Object.entries(giftSelect),
  ...Object.entries(giftWords),
  ...Object.entries(giftNumbersAndPairs),
  ...Object.entries(giftTexts),
  ...Object.entries(giftMarks),
  ...Object.entries(giftSurroundings),
  ...Object.entries(giftWeights),
  ...Object.entries(giftSources),
]
export const CSV: [construct: string, samples: Sample[]][] = [
  ...Object.entries(csvChoices),
  ...Object.entries(csvWords),
  ...Object.entries(csvLists),
  ...Object.entries(csvTexts),
  ...Object.entries(csvCells),
  ...Object.entries(csvSpreadsheets),
]
export const FORMATS = {
  gift: { read: importGift, write: exportGift, type: 'text/plain' },
  csv: { read: importCsv, write: exportCsv, type: 'text/csv' },
} as const
export type Format = keyof typeof FORMATS

export const withoutIds = (question: object): Expected =>
  JSON.parse(JSON.stringify(question, (name, value) => (/^(left_|right_)?id$/.test(name) ? undefined : value)))
