/** The demo's courses in every state, with their modules and their numbers of learners by status. */
import type { courses } from '../../db/schema/courses.ts'

type Course = typeof courses.$inferInsert

export type DemoModule = {
  title: string
  description: string
  /** Markdown. */
  content: string
  /** Published by default. */
  isPublished?: false
}

export type DemoCourse = Pick<Course, 'title' | 'status'> &
  Partial<Pick<Course, 'description' | 'enrollmentType' | 'courseType' | 'maxStudents'>> & {
    /** The index in the list of instructors. */
    instructor: 0 | 1 | 2
    /** The first and last day, in days from today. */
    days?: readonly [from: number | null, to: number | null]
    isDeleted?: true
    learners?: { active?: number; completed?: number; dropped?: number }
    modules?: readonly DemoModule[]
  }

export const COURSES: readonly DemoCourse[] = [
  {
    title: 'Introduction to Programming',
    description: 'Learn the basics of programming: values and names, decisions, loops and functions, in Python.',
    status: 'published',
    maxStudents: 50,
    instructor: 0,
    days: [-60, 90],
    learners: { active: 20, completed: 5, dropped: 3 },
    modules: [
      {
        title: 'Getting Started',
        description: 'Install Python and run your first program',
        content:
          "# Welcome to the course\n\nThis module introduces you to the basics. By its end you have run a program of your own.\n\n1. Install Python 3 from [python.org](https://www.python.org/).\n2. Open a terminal and type `python3`.\n3. Type the line below and press Enter.\n\n```python\nprint('Hello, world')\n```\n\nWhat you just wrote is a *call*: a name, and in parentheses what it is given.",
      },
      {
        title: 'Values and Names',
        description: 'Numbers, text, and how to remember them',
        content:
          "# Values and names\n\nA value is a thing a program works with: `42`, `3.14`, `'tea'`. A name remembers one.\n\n```python\nprice = 3.5\ncups = 2\nprint(price * cups)\n```\n\n**Try it:** what is `'2' + '3'`? Why is it not 5?",
      },
      {
        title: 'Decisions',
        description: 'if, elif and else',
        content:
          "# Decisions\n\n```python\nif temperature < 0:\n    print('ice')\nelif temperature < 100:\n    print('water')\nelse:\n    print('steam')\n```\n\nThe first condition that holds wins; the others are not even looked at.",
      },
      {
        title: 'Loops',
        description: 'Doing things again, and knowing when to stop',
        content:
          "# Loops\n\nA `for` loop runs once for each thing in a collection, a `while` loop as long as a condition holds.\n\n```python\nfor name in ['Ada', 'Grace', 'Edsger']:\n    print('Hello,', name)\n```\n\nA loop whose condition never becomes false never ends. Ctrl+C helps.",
      },
      {
        title: 'Functions',
        description: 'Giving a piece of work a name',
        content:
          '# Functions\n\n```python\ndef area(width, height):\n    return width * height\n```\n\nA good function does one thing, and its name says which.',
      },
      {
        title: 'Final Project',
        description: 'A small game, from an empty file',
        content: '# Final project\n\nWrite *Guess the number*. The brief follows in the last week.',
        isPublished: false,
      },
    ],
  },
  {
    title: 'Data Structures and Algorithms',
    description: 'Lists, trees, hash tables and graphs, and how to tell which algorithm will still be fast tomorrow.',
    status: 'published',
    instructor: 0,
    days: [-30, 120],
    learners: { active: 18, completed: 2, dropped: 2 },
    modules: [
      {
        title: 'What Fast Means',
        description: 'Growth, and the big O notation',
        content:
          '# What fast means\n\nCount steps, not seconds. If doubling the input doubles the steps, the algorithm is *linear*: O(n).\n\n| n | O(log n) | O(n) | O(n²) |\n| --- | --- | --- | --- |\n| 1,000 | 10 | 1,000 | 1,000,000 |',
      },
      {
        title: 'Lists and Arrays',
        description: 'Order, and what it costs to keep it',
        content:
          '# Lists and arrays\n\nAn array finds the hundredth element at once but must move everything to insert in front. A linked list is the other way round.',
      },
      {
        title: 'Hash Tables',
        description: 'Finding a needle without searching',
        content:
          '# Hash tables\n\nA hash function turns a key into a place. Two keys may share one: that is a *collision*, and handling it well is the whole art.',
      },
      {
        title: 'Trees and Graphs',
        description: 'Hierarchies and networks',
        content:
          '# Trees and graphs\n\nA tree is a graph without a way round. Breadth-first search finds the shortest way, depth-first search needs less memory.',
      },
    ],
  },
  {
    title: 'Web Development with TypeScript',
    description: 'From an empty page to a typed application in the browser and on the server.',
    status: 'published',
    maxStudents: 30,
    instructor: 1,
    days: [-14, 60],
    learners: { active: 16, dropped: 4 },
    modules: [
      {
        title: 'The Web in an Hour',
        description: 'HTTP, HTML and what a browser does with them',
        content:
          '# The web in an hour\n\nA browser asks, a server answers. Look at one exchange yourself:\n\n```sh\ncurl -v https://example.com/\n```',
      },
      {
        title: 'Types That Help',
        description: 'Narrowing, unions and generics',
        content:
          "# Types that help\n\n```ts\ntype State = { kind: 'loading' } | { kind: 'done'; data: string[] }\n```\n\nA union that names its cases makes impossible states impossible to write.",
      },
      {
        title: 'Shipping It',
        description: 'Tests, builds and deployments',
        content: '# Shipping it\n\nIf it hurts, do it more often, until a script does it for you.',
      },
    ],
  },
  {
    title: 'Machine Learning Foundations',
    description: 'Regression, classification and the honest evaluation of a model. By invitation of the instructor.',
    status: 'published',
    enrollmentType: 'restricted',
    maxStudents: 25,
    instructor: 2,
    days: [-45, 45],
    learners: { active: 12, completed: 3, dropped: 1 },
    modules: [
      {
        title: 'Learning from Data',
        description: 'Training, validation and test sets',
        content:
          '# Learning from data\n\nNever measure a model on what it was trained with. Split first, look later.\n\n- 60 % to train\n- 20 % to choose\n- 20 % to judge, **once**',
      },
      {
        title: 'Linear Models',
        description: 'Lines, planes and their limits',
        content: '# Linear models\n\nThe best line is the one with the smallest squared distance to the points.',
      },
      {
        title: 'Overfitting',
        description: 'When a model remembers instead of learning',
        content: '# Overfitting\n\nA model that knows the past by heart knows nothing of the future.',
      },
    ],
  },
  {
    title: 'Statistics for the Social Sciences',
    description: 'Samples, uncertainty and the difference between a correlation and a cause.',
    status: 'published',
    maxStudents: 12,
    instructor: 1,
    days: [-20, 70],
    learners: { active: 10, completed: 2 },
    modules: [
      {
        title: 'Samples and Populations',
        description: 'Whom did you ask, and whom not',
        content: '# Samples and populations\n\nA thousand well-chosen people tell more than a million volunteers.',
      },
      {
        title: 'Correlation Is Not Cause',
        description: 'Ice cream and drowning',
        content: '# Correlation is not cause\n\nBoth rise in summer. Find the third thing before you forbid ice cream.',
      },
    ],
  },
  {
    title: 'Academic Writing Workshop',
    description: 'Three weekends on structure, argument and style. Bring a text of your own.',
    status: 'published',
    courseType: 'workshop',
    maxStudents: 20,
    instructor: 2,
    days: [21, 35],
    learners: { active: 7 },
    modules: [
      {
        title: 'One Idea per Paragraph',
        description: 'Structure that carries the reader',
        content: '# One idea per paragraph\n\nRead only the first sentences. Do they tell the story?',
      },
    ],
  },
  {
    title: 'Databases and SQL',
    description: 'Tables, joins, indexes and transactions. This run has ended.',
    status: 'published',
    instructor: 0,
    days: [-150, -30],
    learners: { active: 3, completed: 14, dropped: 2 },
    modules: [
      {
        title: 'Tables and Keys',
        description: 'Facts, each in one place',
        content: '# Tables and keys\n\nStore every fact once; point at it everywhere else.',
      },
      {
        title: 'Joins',
        description: 'Bringing facts together',
        content: '# Joins\n\n```sql\nSELECT * FROM loans JOIN books ON books.id = loans.book_id\n```',
      },
      {
        title: 'Transactions',
        description: 'All or nothing',
        content: '# Transactions\n\nEither the money left one account **and** reached the other, or nothing happened.',
      },
    ],
  },
  {
    title: 'Cloud Architecture',
    description: 'Queues, caches and failure. Still being written.',
    status: 'draft',
    instructor: 0,
    modules: [
      {
        title: 'Everything Fails',
        description: 'Designing for the bad day',
        content: '# Everything fails\n\nDraft.',
        isPublished: false,
      },
    ],
  },
  {
    title: 'Human-Computer Interaction',
    description: 'A seminar on how people really use machines. Applications go to the instructor.',
    status: 'published',
    enrollmentType: 'restricted',
    courseType: 'seminar',
    instructor: 1,
    learners: { active: 6, dropped: 1 },
    modules: [
      {
        title: 'Watching People',
        description: 'Observation before opinion',
        content: '# Watching people\n\nFive users find most of the problems. Watch them, and say nothing.',
      },
    ],
  },
  {
    title: 'History of Computing',
    description: 'From looms to clouds. No longer taught, still open to those who took it.',
    status: 'archived',
    instructor: 2,
    days: [-500, -380],
    learners: { active: 2, completed: 9, dropped: 3 },
    modules: [
      {
        title: 'Looms and Engines',
        description: 'Jacquard, Babbage, Lovelace',
        content: '# Looms and engines\n\nThe first programs were punched for silk.',
      },
    ],
  },
  {
    title: 'Software Engineering: First Year',
    description: 'The programme of the first year: four courses, two projects, one team.',
    status: 'published',
    courseType: 'program',
    instructor: 0,
    days: [-75, null],
    learners: { active: 15, completed: 1, dropped: 2 },
    modules: [
      {
        title: 'Orientation',
        description: 'How the year is organised',
        content: '# Orientation\n\nWhere things are, whom to ask, and what is due when.',
      },
      {
        title: 'Working in a Team',
        description: 'Reviews, branches and kindness',
        content: '# Working in a team\n\nReview the code, never the person.',
      },
    ],
  },
  {
    title: 'Littérature comparée : légendes et contes',
    description: 'Une histoire, dix pays : ce qui voyage avec un conte, et ce qui reste. En français.',
    status: 'published',
    courseType: 'seminar',
    maxStudents: 15,
    instructor: 1,
    learners: { active: 8, completed: 1 },
    modules: [
      {
        title: 'Le loup et la forêt',
        description: 'Perrault, Grimm et les autres',
        content: '# Le loup et la forêt\n\nLisez les deux versions. Laquelle finit bien, et pour qui ?',
      },
    ],
  },
  {
    title: 'Ethics of Artificial Intelligence',
    description: 'Questions before answers. In preparation for next term.',
    status: 'draft',
    courseType: 'seminar',
    instructor: 2,
    days: [100, 190],
  },
  {
    title: 'Introduction to Programming (old edition)',
    description: 'Replaced by the new edition.',
    status: 'archived',
    instructor: 0,
    days: [-400, -300],
    isDeleted: true,
    learners: { completed: 6 },
    modules: [
      {
        title: 'Getting Started',
        description: 'The old way',
        content: '# Getting started\n\nThis edition used Python 2.',
      },
    ],
  },
]
