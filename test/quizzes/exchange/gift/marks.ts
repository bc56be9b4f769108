import { blanks, essay, number, oneOf, pairs, type Sample, short, someOf, truth } from '../expected.ts'

const gift = String.raw
const FEEDBACKS = 'Feedback that differs between right answers is not kept.'

/** Characters that mean something, meaning themselves. */
export const ESCAPES: Sample[] = [
  [gift`Solve x \= 3 + 4 {=x \= 7 ~x \= 1}`, oneOf('Solve x = 3 + 4', ['+x = 7', '-x = 1'])],
  [gift`Which is a set? {=\{1, 2\} ~(1, 2) ~[1, 2]}`, oneOf('Which is a set?', ['+{1, 2}', '-(1, 2)', '-[1, 2]'])],
  [
    gift`Which starts a comment in Python? {=\# ~// ~--}`,
    oneOf('Which starts a comment in Python?', ['+#', '-//', '---']),
  ],
  [gift`About\: a colon {T}`, truth('About: a colon', true)],
  [gift`A colon needs no escape: see? {T}`, truth('A colon needs no escape: see?', true)],
  [gift`Roughly \~ 5 km? {F}`, truth('Roughly ~ 5 km?', false)],
  [gift`A path is C\:\\Users\\me {T}`, truth('A path is C:\\Users\\me', true)],
  [gift`A path is C:\Users\me {T}`, truth('A path is C:\\Users\\me', true)],
  [gift`One\nTwo {T}`, truth('One\nTwo', true)],
  [gift`Written \\n, not broken {T}`, truth('Written \\n, not broken', true)],
  [gift`\\\\server\\share {T}`, truth('\\\\server\\share', true)],
  [gift`Five \\= five {T}`, truth('Five \\= five', true)],
  [
    gift`Simplify $$\\frac\{6\}\{4\}$$ {=$$\\frac\{3\}\{2\}$$ ~$$1$$}`,
    oneOf('Simplify $$\\frac{6}{4}$$', ['+$$\\frac{3}{2}$$', '-$$1$$']),
  ],
  [gift`\(\\int_0^1 x\\,dx \= ?\) {#0.5}`, number('\\(\\int_0^1 x\\,dx = ?\\)', 0.5)],
  [gift`\\nabla f is a vector {T}`, truth('\\nabla f is a vector', true)],
  [gift`x \\neq y {F}`, truth('x \\neq y', false)],
  [gift`JSON\: \{"a"\: 1\} has how many keys? {#1}`, number('JSON: {"a": 1} has how many keys?', 1)],
  [
    gift`What prints \{\}? {=print("\{\}")#\{\} it is}`,
    short('What prints {}?', ['print("{}")'], { correct_feedback: '{} it is' }),
  ],
  [gift`A C program ends with {=\}}`, short('A C program ends with', ['}'])],
  [
    gift`Operators {=\=\= -> equal =!\= -> not equal =\~ -> complement}`,
    pairs('Operators', ['== = equal', '!= = not equal', '~ = complement']),
  ],
  [gift`URL? {=http\://example.org/?a\=1\#top ~example}`, oneOf('URL?', ['+http://example.org/?a=1#top', '-example'])],
  [gift`Time now\: 12\:30 {T}`, truth('Time now: 12:30', true)],
  [gift`50 % of 10 is five {T}`, truth('50 % of 10 is five', true)],
  [gift`An arrow -> here {T}`, truth('An arrow -> here', true)],
  [gift`2 < 3 > 1 & "so" {T}`, truth('2 < 3 > 1 & "so"', true)],
  [gift`Use \= in {=x\=1} code.`, blanks('Use = in {{1}} code.', { 1: ['x=1'] })],
  [gift`Tick {~%50%\#1 ~%50%\#2 ~%-50%\~3}`, someOf('Tick', ['+#1', '+#2', '-~3'])],
  [gift`Regex \\d+ {=\\d+ ~\\w}`, oneOf('Regex \\d+', ['+\\d+', '-\\w'])],
  [gift`A backslash at its end\\ {T}`, truth('A backslash at its end\\', true)],
  [gift`Say so\: \{why\}? {}`, essay('Say so: {why}?')],
  [gift`\$5 or $5? {T}`, truth('\\$5 or $5?', true)],
  [gift`A star \* and a dash \- keep theirs {T}`, truth('A star \\* and a dash \\- keep theirs', true)],
  [gift`A bracket [1] is no format {T}`, truth('A bracket [1] is no format', true)],
]

/** What is told afterwards. */
export const FEEDBACK: Sample[] = [
  [gift`A {=b#yes ~c#no}`, oneOf('A', ['+b // yes', '-c // no'])],
  [gift`A {=b # yes ~c # no }`, oneOf('A', ['+b // yes', '-c // no'])],
  [
    gift`A {
=b
#yes, it is
~c
#no, it is not
}`,
    oneOf('A', ['+b // yes, it is', '-c // no, it is not']),
  ],
  [gift`A {=b ~c#only here}`, oneOf('A', ['+b', '-c // only here'])],
  [gift`A {=b# ~c#}`, oneOf('A', ['+b', '-c'])],
  [gift`A {=b#b is #1 ~c}`, oneOf('A', ['+b // b is #1', '-c'])],
  [gift`A {=b#b \= 1\: sure ~c}`, oneOf('A', ['+b // b = 1: sure', '-c'])],
  [
    gift`A {=b#line one
line two ~c}`,
    oneOf('A', ['+b // line one\nline two', '-c']),
  ],
  [gift`A {=b#one\n\nthree ~c}`, oneOf('A', ['+b // one\n\nthree', '-c'])],
  [gift`A {=b#Muy bien ✅ ~c#Lo siento ❌}`, oneOf('A', ['+b // Muy bien ✅', '-c // Lo siento ❌'])],
  [gift`A {=b ~c####In general.}`, oneOf('A', ['+b', '-c'], { explanation: 'In general.' })],
  [gift`A {=b#y ~c#n ####In general.}`, oneOf('A', ['+b // y', '-c // n'], { explanation: 'In general.' })],
  [
    gift`A {
	=b
	~c
	####In general,
on two lines.
}`,
    oneOf('A', ['+b', '-c'], { explanation: 'In general,\non two lines.' }),
  ],
  [gift`A {=b ~c####}`, oneOf('A', ['+b', '-c'])],
  [
    gift`A {~%50%b#one ~%50%c#two ~%-50%d#none####all}`,
    someOf('A', ['+b // one', '+c // two', '-d // none'], { explanation: 'all' }),
  ],
  [gift`A {T#w}`, truth('A', true, { incorrect_feedback: 'w' })],
  [gift`A {T#w#r}`, truth('A', true, { incorrect_feedback: 'w', correct_feedback: 'r' })],
  [gift`A {F # w # r}`, truth('A', false, { incorrect_feedback: 'w', correct_feedback: 'r' })],
  [gift`A {TRUE##r}`, truth('A', true, { correct_feedback: 'r' })],
  [gift`A {FALSE#w##2 r}`, truth('A', false, { incorrect_feedback: 'w', correct_feedback: '#2 r' })],
  [gift`A {T####g}`, truth('A', true, { explanation: 'g' })],
  [gift`A {T#w#r####g}`, truth('A', true, { incorrect_feedback: 'w', correct_feedback: 'r', explanation: 'g' })],
  [gift`A {=b#r}`, short('A', ['b'], { correct_feedback: 'r' })],
  [gift`A {=b#r =c#r}`, short('A', ['b', 'c'], { correct_feedback: 'r' })],
  [gift`A {=b#r =c}`, short('A', ['b', 'c']), [FEEDBACKS]],
  [gift`A {=b =%0%*#w}`, short('A', ['b'], { incorrect_feedback: 'w' })],
  [gift`A {#5#r}`, number('A', 5, { correct_feedback: 'r' })],
  [gift`A {#5:1#r ~#w}`, number('A', 5, { tolerance: 1, correct_feedback: 'r', incorrect_feedback: 'w' })],
  [
    gift`A {#=4..6#r
~#w
####g
}`,
    number('A', 5, { tolerance: 1, correct_feedback: 'r', incorrect_feedback: 'w', explanation: 'g' }),
  ],
  [gift`A {=b -> c =d -> e####g}`, pairs('A', ['b = c', 'd = e'], { explanation: 'g' })],
  [gift`A {####g}`, essay('A', { explanation: 'g' })],
  [
    gift`A {=b#r =%0%*#w####g} C`,
    blanks('A {{1}} C', { 1: ['b'] }, { correct_feedback: 'r', incorrect_feedback: 'w', explanation: 'g' }),
  ],
  [
    gift`A {=b ~c####"Quoted", they said\: 1 \= 1}`,
    oneOf('A', ['+b', '-c'], { explanation: '"Quoted", they said: 1 = 1' }),
  ],
]
