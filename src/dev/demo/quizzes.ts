/** The demo's quizzes: every type of question, a survey and an exam. Titles of course and module say where each belongs. */
import type { quizzes } from '../../db/schema/quizzes.ts'
import type { QuestionInput } from '../../features/quizzes/questions/input.ts'

type Quiz = typeof quizzes.$inferInsert

export type DemoQuiz = Pick<Quiz, 'title' | 'description' | 'instructions'> &
  Partial<Omit<Quiz, 'id' | 'moduleId' | 'createdAt' | 'updatedAt'>> & {
    course: string
    module: string
    questions: readonly QuestionInput[]
  }

export const DEMO_ACCESS_CODE = 'hashing'

const PROGRAMMING = 'Introduction to Programming'

export const QUIZZES: readonly DemoQuiz[] = [
  {
    course: PROGRAMMING,
    module: 'Getting Started',
    title: 'How Was Your First Week?',
    description: 'Five minutes that make the course better',
    instructions: 'There are no right answers. You can change yours until you are done.',
    isSurvey: true,
    isPublished: true,
    maxAttempts: 1,
    questions: [
      {
        type: 'multiple_choice',
        text: 'Had you programmed before?',
        choices: [{ text: 'Never' }, { text: 'A little' }, { text: 'For years' }],
      },
      {
        type: 'multiple_select',
        text: 'What helped you?',
        choices: [{ text: 'The text' }, { text: 'The examples' }, { text: 'Other learners' }],
      },
      { type: 'numeric', text: 'How many hours did you spend?' },
      { type: 'essay', text: 'What should we explain better?', max_words: 200 },
    ],
  },
  {
    course: PROGRAMMING,
    module: 'Values and Names',
    title: 'Python Basics Quiz',
    description: 'Test your understanding of fundamental Python concepts',
    instructions: 'Answer all questions. You need 70% to pass.',
    timeLimitMinutes: 30,
    isPublished: true,
    randomizeQuestions: true,
    questions: [
      {
        type: 'multiple_choice',
        text: 'What is the correct way to create a function in Python?',
        explanation: 'A function is defined by `def`, a name, and parameters in parentheses.',
        choices: [
          { text: 'function myFunc():', is_correct: false, feedback: 'That is how JavaScript writes it.' },
          { text: 'def myFunc():', is_correct: true },
          { text: 'create myFunc():', is_correct: false },
        ],
      },
      {
        type: 'true_false',
        text: "`'2' + '3'` is `5`.",
        correct_answer: false,
        incorrect_feedback: "Texts are joined: the result is `'23'`.",
      },
      { type: 'numeric', text: 'What does `print(7 // 2)` show?', correct_value: 3 },
      { type: 'short_answer', text: 'Which word ends a loop at once?', accepted_answers: ['break', '`break`'] },
    ],
  },
  {
    course: PROGRAMMING,
    module: 'Functions',
    title: 'The Whole Tour',
    description: 'One question of every kind',
    instructions: 'You see what was right once you are done. The essay is read by a person.',
    isPublished: true,
    randomizeChoices: true,
    maxAttempts: 0,
    showFeedback: 'after_completion',
    questions: [
      {
        type: 'multiple_choice',
        text: 'What does a function without `return` give back?',
        choices: [
          { text: '0', is_correct: false },
          { text: 'None', is_correct: true, feedback: 'Nothing, which in Python has a name.' },
          { text: 'An error', is_correct: false },
        ],
      },
      {
        type: 'multiple_select',
        text: 'Which of these are collections?',
        points: 2,
        partial_credit: true,
        choices: [
          { text: 'list', is_correct: true },
          { text: 'int', is_correct: false },
          { text: 'dict', is_correct: true },
          { text: 'bool', is_correct: false },
        ],
      },
      { type: 'true_false', text: 'A function may call itself.', correct_answer: true },
      {
        type: 'short_answer',
        text: 'What is the value of `type(True).__name__`?',
        accepted_answers: ['bool'],
        case_sensitive: true,
      },
      {
        type: 'numeric',
        text: 'What is a third of ten, to two decimals?',
        correct_value: 3.33,
        tolerance: 0.005,
        tolerance_type: 'absolute',
      },
      {
        type: 'matching',
        text: 'What is each of them for?',
        points: 3,
        pairs: [
          { left: 'if', right: 'Deciding' },
          { left: 'for', right: 'Repeating' },
          { left: 'def', right: 'Naming a piece of work' },
        ],
      },
      {
        type: 'ordering',
        text: 'Put the steps of a call in their order.',
        points: 2,
        partial_credit: true,
        items: [
          'The arguments are computed',
          'The parameters get their values',
          'The body runs',
          'The value comes back',
        ],
      },
      {
        type: 'fill_in_blank',
        text: 'A loop over a list begins with {{1}}, one with a condition with {{2}}.',
        points: 2,
        blanks: { 1: ['for', '`for`'], 2: ['while', '`while`'] },
      },
      {
        type: 'essay',
        text: 'Describe a piece of your own day as a program.',
        points: 10,
        min_words: 50,
        max_words: 300,
        rubric: [
          { criterion: 'Clear steps', max_points: 6 },
          { criterion: 'Right use of the terms', max_points: 4 },
        ],
      },
    ],
  },
  {
    course: 'Data Structures and Algorithms',
    module: 'Hash Tables',
    title: 'Mid-Term Exam',
    description: 'Lists, arrays and hash tables',
    instructions: `Three questions of five, drawn for each of you. 45 minutes. The access code of the demo is "${DEMO_ACCESS_CODE}".`,
    timeLimitMinutes: 45,
    passingScore: 60,
    isPublished: true,
    randomizeQuestions: true,
    randomizeChoices: true,
    questionCount: 3,
    allowMultipleAttempts: false,
    maxAttempts: 1,
    accessCode: DEMO_ACCESS_CODE,
    allowTimeExtension: true,
    showFeedback: 'after_completion',
    questions: [
      {
        type: 'multiple_choice',
        text: 'How long does it take to find a key in a hash table, on average?',
        choices: [
          { text: 'O(1)', is_correct: true },
          { text: 'O(log n)', is_correct: false },
          { text: 'O(n)', is_correct: false },
        ],
      },
      { type: 'true_false', text: 'Two different keys can have the same hash.', correct_answer: true },
      {
        type: 'ordering',
        text: 'Sort from the slowest to the fastest growth.',
        items: ['log n', 'n', 'n log n', 'n²'],
      },
      {
        type: 'short_answer',
        text: 'What is it called when two keys meet in one bucket?',
        accepted_answers: ['collision'],
      },
      {
        type: 'numeric',
        text: 'A table with 48 entries has 64 buckets. What is its load factor?',
        correct_value: 0.75,
      },
    ],
  },
  {
    course: 'Databases and SQL',
    module: 'Joins',
    title: 'Joins, First Draft',
    description: 'Not yet for anybody to see',
    instructions: '',
    questions: [
      {
        type: 'matching',
        text: 'Which rows does each join keep?',
        pairs: [
          { left: 'INNER', right: 'Those with a partner' },
          { left: 'LEFT', right: 'All of the first table' },
          { left: 'CROSS', right: 'Every pair there is' },
        ],
      },
    ],
  },
  {
    course: 'Littérature comparée : légendes et contes',
    module: 'Le loup et la forêt',
    title: 'Où est le loup ?',
    description: 'Trois contes, trois loups',
    instructions: 'Les accents ne manquent jamais.',
    isPublished: true,
    questions: [
      {
        type: 'fill_in_blank',
        text: 'Tire la chevillette, la {{1}} cherra.',
        blanks: { 1: ['bobinette'] },
      },
      { type: 'true_false', text: 'Chez Perrault, le Petit Chaperon rouge est sauvé.', correct_answer: false },
    ],
  },
]
