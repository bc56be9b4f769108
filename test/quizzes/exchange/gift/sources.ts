import { essay, number, oneOf, pairs, type Sample, short, someOf, truth } from '../expected.ts'

const gift = String.raw
const TITLE = 'Titles are not kept: a question is known by its text.'
const HTML = 'HTML is kept as it is written.'
const MARKDOWN = 'Markdown is kept as it is written.'
const CATEGORY = 'Categories are not kept.'
const HALVES = 'Right halves without a left one are left out.'

/** Formulas, programs and pictures, with all that must be escaped in them. */
export const FORMULAS_AND_CODE: Sample[] = [
  [gift`Is $$x^2$$ even? {T}`, truth('Is $$x^2$$ even?', true)],
  [
    gift`Simplify \(\\frac\{1\}\{2\} + \\frac\{1\}\{2\}\) {=1 ~\(\\frac\{2\}\{4\}\)}`,
    oneOf('Simplify \\(\\frac{1}{2} + \\frac{1}{2}\\)', ['+1', '-\\(\\frac{2}{4}\\)']),
  ],
  [
    gift`$$\\frac\{\\frac\{a\}\{b\}\}\{c\}$$ \= ? {=$$\\frac\{a\}\{bc\}$$ ~$$\\frac\{ac\}\{b\}$$}`,
    oneOf('$$\\frac{\\frac{a}{b}}{c}$$ = ?', ['+$$\\frac{a}{bc}$$', '-$$\\frac{ac}{b}$$']),
  ],
  [gift`\\[ \\sum_\{i\=1\}^n i \\] for 4 {#10}`, number('\\[ \\sum_{i=1}^n i \\] for 4', 10)],
  [gift`$a \\neq b$ and $b \\neq c$, so $a \\neq c$ {F}`, truth('$a \\neq b$ and $b \\neq c$, so $a \\neq c$', false)],
  [gift`\\nabla \\cdot B \= 0 {T}`, truth('\\nabla \\cdot B = 0', true)],
  [gift`$\\nu \= c / \\lambda$ {T}`, truth('$\\nu = c / \\lambda$', true)],
  [gift`\(\\notin\) is no \(\\in\) {T}`, truth('\\(\\notin\\) is no \\(\\in\\)', true)],
  [
    gift`\begin\{matrix\} 1 & 0 \\\\ 0 & 1 \end\{matrix\} {T}`,
    truth('\\begin{matrix} 1 & 0 \\\\ 0 & 1 \\end{matrix}', true),
  ],
  [gift`$$\{a \\choose b\}$$ {=binomial ~trinomial}`, oneOf('$$\u007ba \\choose b}$$', ['+binomial', '-trinomial'])],
  [gift`Costs $5 or $6? {T}`, truth('Costs $5 or $6?', true)],
  [gift`Three lines\: one,\ntwo,\nthree {T}`, truth('Three lines: one,\ntwo,\nthree', true)],
  [
    gift`What does it print?\n\nfor (int i \= 0; i < 2; i++) \{\n  if (i) \{ puts("x"); \}\n\} {=x ~xx}`,
    oneOf('What does it print?\n\nfor (int i = 0; i < 2; i++) {\n  if (i) { puts("x"); }\n}', ['+x', '-xx']),
  ],
  [
    gift`Which sorts? {
	=function f(a) \{
	  return a.sort((x, y) \=> \{ return x - y; \});
	\}
	~function f(a) \{ return a; \}
}`,
    oneOf('Which sorts?', [
      '+function f(a) {\n\t  return a.sort((x, y) => { return x - y; });\n\t}',
      '-function f(a) { return a; }',
    ]),
  ],
  [
    gift`Which is valid JSON? {=\{"a"\: \{"b"\: [1, 2]\}\} ~\{'a'\: \{b\: 1\}\}}`,
    oneOf('Which is valid JSON?', ['+{"a": {"b": [1, 2]}}', "-{'a': {b: 1}}"]),
  ],
  [gift`A Python dict in a dict? {=\{1\: \{\}\}}`, short('A Python dict in a dict?', ['{1: {}}'])],
  [
    gift`[html]<pre>if (a \=\= b) \{<br>  c();<br>\}</pre>{=runs c ~does not}`,
    oneOf('<pre>if (a == b) {<br>  c();<br>}</pre>', ['+runs c', '-does not']),
    [HTML],
  ],
  [
    gift`[html]<p style\="color\:\#f00">Red?</p>{T#<b style\="color\:\#000">No</b>#Yes}`,
    truth('<p style="color:#f00">Red?</p>', true, {
      incorrect_feedback: '<b style="color:#000">No</b>',
      correct_feedback: 'Yes',
    }),
    [HTML],
  ],
  [
    gift`[html]<img src\="https\://example.org/a.png?w\=3&h\=4\#top" alt\="">{=cat ~dog}`,
    oneOf('<img src="https://example.org/a.png?w=3&h=4#top" alt="">', ['+cat', '-dog']),
    [HTML],
  ],
  [
    gift`[html]<img src\="data\:image/png;base64,iVBORw0KGgo\=" />{=a dot ~a line}`,
    oneOf('<img src="data:image/png;base64,iVBORw0KGgo=" />', ['+a dot', '-a line']),
    [HTML],
  ],
  [
    gift`Which picture? {=[html]<img src\="a.svg"> ~[html]<img src\="b.svg">}`,
    oneOf('Which picture?', ['+<img src="a.svg">', '-<img src="b.svg">']),
    [HTML],
  ],
  [
    gift`[markdown]**Which** of\:\n\n1. a\n2. b\n\n![c](c.png) {=a ~b}`,
    oneOf('**Which** of:\n\n1. a\n2. b\n\n![c](c.png)', ['+a', '-b']),
    [MARKDOWN],
  ],
  [
    gift`Regular expression of three digits? {=\\d\{3\} =[0-9]\{3\}}`,
    short('Regular expression of three digits?', ['\\d{3}', '[0-9]{3}']),
  ],
  [gift`C:\\new\\table is a path {T}`, truth('C:\\new\\table is a path', true)],
  [
    gift`Operator and name {=\:\: -> scope =\~\~ -> twice =\# -> hash}`,
    pairs('Operator and name', [':: = scope', '~~ = twice', '# = hash']),
  ],
  [gift`Shell\: echo $\{\#HOME\} {=8}`, short('Shell: echo $\u007b#HOME}', ['8'])],
  [gift`Set notation\: \{x \: x > 0\} {}`, essay('Set notation: {x : x > 0}')],
  [gift`H_2O \\rightarrow \\mathrm\{H^+\} {#7}`, number('H_2O \\rightarrow \\mathrm{H^+}', 7)],
  [gift`Tick the tags {~%50%<b> ~%50%<i> ~%-50%<c>}`, someOf('Tick the tags', ['+<b>', '+<i>', '-<c>'])],
  [gift`[plain]<b> is a tag {T}`, truth('<b> is a tag', true)],
  [gift`Ampersand\: R&D, &amp; and &\#38; {T}`, truth('Ampersand: R&D, &amp; and &#38;', true)],
  [gift`50 %\n100 % {T}`, truth('50 %\n100 %', true)],
]

/** Lines, blanks, comments and marks as editors and other systems leave them. */
export const LAYOUT: Sample[] = [
  ['Mixed ends {\r\n=a\n~b\r~c\r\n}\n', oneOf('Mixed ends', ['+a', '-b', '-c'])],
  ['// CR alone\rOld {\r=a#yes\r~b\r}\r\r', oneOf('Old', ['+a // yes', '-b'])],
  ['\uFEFF\r\n::T::Marked\r\n{T}\r\n', truth('Marked', true), [TITLE]],
  ['\uFEFF$CATEGORY: x\n\n\uFEFFTwice marked {T}', truth('Twice marked', true), [CATEGORY]],
  ['Tabs\t{\t=a\t~b\t}\t', oneOf('Tabs', ['+a', '-b'])],
  ['\u00a0Hard spaces\u00a0{\u00a0=\u00a0a\u00a0~\u00a0b\u00a0}\u00a0', oneOf('Hard spaces', ['+a', '-b'])],
  ['Hard\u00a0spaces within {=a\u00a0b ~c\u00a0d}', oneOf('Hard\u00a0spaces within', ['+a\u00a0b', '-c\u00a0d'])],
  ['\u00a0\n \t\nBlank lines that are not empty {T}\n\t\n', truth('Blank lines that are not empty', true)],
  [
    gift`Comments between {
// the right one
	=a#yes
	// a wrong one
	~b
//the last
}`,
    oneOf('Comments between', ['+a // yes', '-b']),
  ],
  [
    gift`Answers on
several lines {
	=one
	two
	~three
	four#because
	five
}`,
    oneOf('Answers on\nseveral lines', ['+one\n\ttwo', '-three\n\tfour // because\n\tfive']),
  ],
  [
    gift`The key
{
T
#wrong
#right
####in general
}`,
    truth('The key', true, { incorrect_feedback: 'wrong', correct_feedback: 'right', explanation: 'in general' }),
  ],
  [gift`::a\:\:b\:c::A title of colons {T}`, truth('A title of colons', true), [TITLE]],
  [gift`::12:30 – when?::At noon? {F}`, truth('At noon?', false), [TITLE]],
  [gift`::std\:\:vector::Is std\:\:vector contiguous? {T}`, truth('Is std::vector contiguous?', true), [TITLE]],
  [gift`::Title with \{braces\} and \=::Fine {T}`, truth('Fine', true), [TITLE]],
  [gift`In C++ a::b is fine {T}`, truth('In C++ a::b is fine', true)],
  [
    gift`::Titel
::[html]<p>Eine Zeile</p>
{TRUE}`,
    truth('<p>Eine Zeile</p>', true),
    [TITLE, HTML],
  ],
  [
    gift`$CATEGORY: $course$/Top/A
$CATEGORY: $course$/Top/A/B

Two at once {T}`,
    truth('Two at once', true),
    [CATEGORY],
  ],
  [
    gift`Before a category {T}
$CATEGORY: next`,
    truth('Before a category', true),
    [CATEGORY],
  ],
  [
    gift`// one
$CATEGORY: a
// two
$CATEGORY: b
// three
Comments and categories {T}`,
    truth('Comments and categories', true),
    [CATEGORY],
  ],
  [
    gift`Feedback of several lines {
	=a #Yes,
	well done.
	~b #No,
	look again.
	####First,
	then.
}`,
    oneOf('Feedback of several lines', ['+a // Yes,\n\twell done.', '-b // No,\n\tlook again.'], {
      explanation: 'First,\n\tthen.',
    }),
  ],
  [gift`Four marks {=a#\#\#\#\# ~b####g}`, oneOf('Four marks', ['+a // ####', '-b'], { explanation: 'g' })],
  [gift`Halves {=a -> 1 =b -> 2 = -> 3 = -> }`, pairs('Halves', ['a = 1', 'b = 2']), [HALVES]],
  [gift`Halves {=a->1 =b->2 =->}`, pairs('Halves', ['a = 1', 'b = 2'])],
  [
    gift`Pairs {
	=Wien -> Österreich
// Schweiz
	=Bern -> Schweiz
}`,
    pairs('Pairs', ['Wien = Österreich', 'Bern = Schweiz']),
  ],
  [gift`A range {#-0.5..0.5}`, number('A range', 0, { tolerance: 0.5 })],
  [
    gift`Ranges with feedback {#=1..3#Fine. =%50%0..4#Nearly. ~#Far off.}`,
    number('Ranges with feedback', 2, { tolerance: 1, correct_feedback: 'Fine.', incorrect_feedback: 'Far off.' }),
    ['Answers that are worth less than 100 % are left out.'],
  ],
  [gift`  Indented  { = a ~ b }  `, oneOf('Indented', ['+a', '-b'])],
  ['Zero width\u200b {=a\u200b ~b}', oneOf('Zero width\u200b', ['+a\u200b', '-b'])],
  ['\n\n\r\n\r\rMany blank lines {T}\r\n\n\r\r\n', truth('Many blank lines', true)],
]
