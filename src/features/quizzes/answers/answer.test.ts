import { expect, test } from 'vitest'
import { type Answer, isBlank } from './answer.ts'

test.each<[Answer, boolean]>([
  [{ selected_choice: 0 }, false],
  [{ selected_choices: [] }, true],
  [{ selected_choices: [2] }, false],
  [{ selected_answer: false }, false],
  [{ text: ' \n' }, true],
  [{ text: 'a' }, false],
  [{ value: 0 }, false],
  [{ matches: {} }, true],
  [{ matches: { 1: 11 } }, false],
  [{ order: [1, 2] }, false],
  [{ blanks: {} }, true],
  [{ blanks: { 1: '', 2: ' ' } }, true],
  [{ blanks: { 1: '', 2: 'a' } }, false],
  [{ essay_text: '\t' }, true],
  [{ essay_text: 'a' }, false],
])('%j is blank: %j', (answer, expected) => {
  expect(isBlank(answer)).toBe(expected)
})
