/** An answer to any question of an attempt, by its type: it compiles only where generators see the union and its discriminator. */

type Part = { id: number }
type Question =
  | { type: 'multiple_choice' | 'multiple_select'; choices: Part[] }
  | { type: 'true_false' | 'short_answer' | 'numeric' | 'essay' }
  | { type: 'matching'; left: Part[]; right: Part[] }
  | { type: 'ordering'; items: Part[] }
  | { type: 'fill_in_blank'; blanks: string[] }

export function answerTo(question: Question) {
  switch (question.type) {
    case 'multiple_choice':
      return { selected_choice: question.choices[0]?.id ?? 0 }
    case 'multiple_select':
      return { selected_choices: question.choices.slice(0, 1).map(({ id }) => id) }
    case 'true_false':
      return { selected_answer: true }
    case 'short_answer':
      return { text: 'an answer' }
    case 'numeric':
      return { value: 3 }
    case 'matching':
      return { matches: Object.fromEntries(question.left.map(({ id }, place) => [id, question.right[place]?.id ?? 0])) }
    case 'ordering':
      return { order: question.items.map(({ id }) => id) }
    case 'fill_in_blank':
      return { blanks: Object.fromEntries(question.blanks.map(blank => [blank, 'an answer'])) }
    case 'essay':
      return { essay_text: 'An essay.' }
  }
}

export function must(condition: unknown, what: unknown): asserts condition {
  if (!condition) throw new Error(`not as described: ${JSON.stringify(what)}`)
}
