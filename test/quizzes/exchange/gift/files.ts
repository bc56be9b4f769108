import { essay, type FileSample, oneOf, short, truth } from '../expected.ts'

const gift = String.raw
const CLOZE = 'This is a Cloze question (embedded answers), which GIFT has no form for.'
const SUM = 'choices: The positive weights must add up to 100.'
const broken = (command: string) =>
  `\\${command} is read as a line break and "${command.slice(1)}". For LaTeX write \\\\${command}.`
const lost = (name: string, kind = 'image') => `The ${kind} ${name} is not in the file: @@PLUGINFILE@@ leads nowhere.`

/** Files of several questions, or of none that can be kept, with the line of everything that is told. */
export const FILES: FileSample[] = [
  ['A {T}\r\n\r\nB {F}\r\rC {T}\n\nD {F}', [truth('A', true), truth('B', false), truth('C', true), truth('D', false)]],
  [
    'A {T}\n$CATEGORY: x\nB {T}\n$CATEGORY: y\n$CATEGORY: z\n\nC {T}',
    [truth('A', true), truth('B', true), truth('C', true)],
    { warnings: [[2, 'Categories are not kept.']] },
  ],
  [
    '// head\n\n::1::A {T}\n\n\n\nRead this.\n\n::2::B {}\n',
    [truth('A', true), essay('B')],
    {
      warnings: [
        [3, 'Titles are not kept: a question is known by its text.'],
        [7, 'A text without { } is a description, no question, and was left out.'],
      ],
    },
  ],
  [gift`She {1:MC:=is~are} home.`, [], { errors: [[1, CLOZE]] }],
  ['A {T}\n\nN {1:NUMERICAL:=5:1}\n', [], { errors: [[3, CLOZE]], kept: [truth('A', true)] }],
  [
    'A {:SHORTANSWER:=a} B {1:SA:=b}\n\nC {2:MULTICHOICE_VS:~x~=y}\n\nD {3:mcv:=x~y}\n\nE {1:MRH:=x~y}\n\nF {T}',
    [],
    {
      errors: [
        [1, CLOZE],
        [3, CLOZE],
        [5, CLOZE],
        [7, CLOZE],
      ],
      kept: [truth('F', true)],
    },
  ],
  [gift`Ratio \{1:MC:2\} {=1\:2}`, [short('Ratio {1:MC:2}', ['1:2'])]],
  [gift`Is $a \neq b$? {T}`, [truth('Is $a \neq b$?', true)], { warnings: [[1, broken('neq')]] }],
  [
    'A {T}\n\n\\(\\nabla f\\) {T}\n\nB \\notin C {=y ~x}\n\n$\\nu$ {T}',
    [truth('A', true), truth('\\(\nabla f\\)', true), oneOf('B \notin C', ['+y', '-x']), truth('$\nu$', true)],
    {
      warnings: [
        [3, broken('nabla')],
        [5, broken('notin')],
        [7, broken('nu')],
      ],
    },
  ],
  [gift`One\ne due\ni tre\nu \nText {T}`, [truth('One\ne due\ni tre\nu \nText', true)]],
  [
    gift`[html]<img src\="@@PLUGINFILE@@/c.png"> {=a ~b}`,
    [oneOf('<img src="@@PLUGINFILE@@/c.png">', ['+a', '-b'])],
    {
      warnings: [
        [1, 'HTML is kept as it is written.'],
        [1, lost('c.png')],
      ],
    },
  ],
  [
    gift`A {T}

B {=<img src\="@@PLUGINFILE@@/Bild%201.JPG"> ~<img src\="@@PLUGINFILE@@/b/2.svg?x\=1">#<a href\="@@PLUGINFILE@@/notes.pdf">notes</a>}

C <img src\="@@PLUGINFILE@@/b/2.svg"> {T}`,
    [
      truth('A', true),
      oneOf('B', [
        '+<img src="@@PLUGINFILE@@/Bild%201.JPG">',
        '-<img src="@@PLUGINFILE@@/b/2.svg?x=1"> // <a href="@@PLUGINFILE@@/notes.pdf">notes</a>',
      ]),
      truth('C <img src="@@PLUGINFILE@@/b/2.svg">', true),
    ],
    {
      warnings: [
        [3, lost('Bild 1.JPG')],
        [3, lost('b/2.svg')],
        [3, lost('notes.pdf', 'attachment')],
      ],
    },
  ],
  ['A {~%50%a ~%25%b ~c}', [], { errors: [[1, SUM]] }],
  ['A {~%100%a ~%100%b ~c}', [], { errors: [[1, SUM]] }],
  ['A {~%-100%a ~b}', [], { errors: [[1, 'choices: The positive weights must add up to 100.']] }],
  ['A {~%150%a ~b}', [], { errors: [[1, 'choices.0.weight: Ensure this value is less than or equal to 100.']] }],
  ['A {=%90%a ~b}', [], { errors: [[1, 'choices: At least one choice must be correct.']] }],
  ['A {= ~a ~b}', [], { errors: [[1, 'choices: At least one choice must be correct.']] }],
  ['A {=a ~}', [], { errors: [[1, 'choices: Ensure this list has at least 2 entries.']] }],
  ['A {=}', [], { errors: [[1, 'accepted_answers: This field is required.']] }],
  ['A {=a -> 1 =b ->}', [], { errors: [[1, 'pairs.1.right: This field may not be blank.']] }],
  [
    gift`$\frac{1}{2}$ {T}`,
    [],
    { errors: [[1, 'A question has one { }. Write \\{ and \\} for the characters themselves.']] },
  ],
  [
    'A {=a\n\n~b}\n\nC {T}',
    [],
    {
      errors: [
        [1, 'A { needs its }, without a blank line between them.'],
        [3, 'A { needs its }, without a blank line between them.'],
      ],
      kept: [truth('C', true)],
    },
  ],
]
