import { essay, number, oneOf, pairs, type Sample, short, someOf, truth } from '../expected.ts'

const gift = String.raw
const HTML = 'HTML is kept as it is written.'
const MARKDOWN = 'Markdown is kept as it is written.'
const TITLE = 'Titles are not kept: a question is known by its text.'
const CATEGORY = 'Categories are not kept.'
const TAGS = 'Tags and ids in comments are not kept.'
const DESCRIPTION = 'A text without { } is a description, no question, and was left out.'

/** A format's name before a text. */
export const FORMATS: Sample[] = [
  [
    gift`[html]<p>Is <b>ice</b> lighter than water?</p>{T}`,
    truth('<p>Is <b>ice</b> lighter than water?</p>', true),
    [HTML],
  ],
  [gift`[markdown]Is **ice** lighter than water?{T}`, truth('Is **ice** lighter than water?', true), [MARKDOWN]],
  [gift`[plain]Is <b> a tag?{T}`, truth('Is <b> a tag?', true)],
  [gift`[moodle]Is ice lighter than water?{T}`, truth('Is ice lighter than water?', true)],
  [gift`::Ice::[html]<p>Ice floats.</p>{TRUE}`, truth('<p>Ice floats.</p>', true), [TITLE, HTML]],
  [gift`::Ice:: [html]<p>Ice floats.</p> {TRUE}`, truth('<p>Ice floats.</p>', true), [TITLE, HTML]],
  [
    gift`[html]<img src\="cat.png" alt\="a cat"> What is it? {=cat ~dog}`,
    oneOf('<img src="cat.png" alt="a cat"> What is it?', ['+cat', '-dog']),
    [HTML],
  ],
  [
    gift`[html]<a href\="https\://example.org">here</a>{F}`,
    truth('<a href="https://example.org">here</a>', false),
    [HTML],
  ],
  [gift`Bold is {=[html]<b>x</b> ~[html]<i>x</i>}`, oneOf('Bold is', ['+<b>x</b>', '-<i>x</i>']), [HTML]],
  [gift`Bold is {=[markdown]**x** ~[markdown]*x*}`, oneOf('Bold is', ['+**x**', '-*x*']), [MARKDOWN]],
  [
    gift`Bold is {=<b>x</b>#[html]<em>Yes</em> ~<i>x</i>}`,
    oneOf('Bold is', ['+<b>x</b> // <em>Yes</em>', '-<i>x</i>']),
    [HTML],
  ],
  [
    gift`Both {~%50%[html]<u>a</u> ~%50%[html]<u>b</u> ~%-50%c}`,
    someOf('Both', ['+<u>a</u>', '+<u>b</u>', '-c']),
    [HTML],
  ],
  [gift`Why? {####[html]<p>Because.</p>}`, essay('Why?', { explanation: '<p>Because.</p>' }), [HTML]],
  [gift`Why? {####[plain]Because.}`, essay('Why?', { explanation: 'Because.' })],
  [
    gift`True? {T#[html]<b>No</b>#[html]<b>Yes</b>}`,
    truth('True?', true, { incorrect_feedback: '<b>No</b>', correct_feedback: '<b>Yes</b>' }),
    [HTML],
  ],
  [gift`True? {T#[plain]No#[plain]Yes}`, truth('True?', true, { incorrect_feedback: 'No', correct_feedback: 'Yes' })],
  [gift`Pairs {=[html]<b>a</b> -> 1 =[html]<b>b</b> -> 2}`, pairs('Pairs', ['<b>a</b> = 1', '<b>b</b> = 2']), [HTML]],
  [gift`[html]How many? {#5:0#[html]<p>Five</p>}`, number('How many?', 5, { correct_feedback: '<p>Five</p>' }), [HTML]],
  [
    gift`[html]How many? {#5#[markdown]**Five**}`,
    number('How many?', 5, { correct_feedback: '**Five**' }),
    [HTML, MARKDOWN],
  ],
  [gift`[HTML]is no format's name {T}`, truth("[HTML]is no format's name", true)],
  [gift`[sic] is no format {T}`, truth('[sic] is no format', true)],
  [gift`[html] <p>With a space</p> {T}`, truth('<p>With a space</p>', true), [HTML]],
  [gift`[plain][plain] is a format {T}`, truth('[plain] is a format', true)],
  [gift`[plain]%50% of it {T}`, truth('%50% of it', true)],
  [gift`[plain]::no title:: {T}`, truth('::no title::', true)],
  [gift`[plain]// no comment {T}`, truth('// no comment', true)],
  [gift`[plain]$CATEGORY\: none {T}`, truth('$CATEGORY: none', true)],
  [gift`Weight {=[plain]%5% ~[plain]%6%}`, oneOf('Weight', ['+%5%', '-%6%'])],
  [
    gift`[markdown]| a | b |
|---|---|
| 1 | 2 |
{T}`,
    truth('| a | b |\n|---|---|\n| 1 | 2 |', true),
    [MARKDOWN],
  ],
  [
    gift`[markdown]What does it print?
    for i in range(2)\:
        print(i)
{=0 1 ~1 2}`,
    oneOf('What does it print?\n    for i in range(2):\n        print(i)', ['+0 1', '-1 2']),
    [MARKDOWN],
  ],
  [
    gift`[html]<table><tr><td>日本</td></tr></table>{=はい =hai}`,
    short('<table><tr><td>日本</td></tr></table>', ['はい', 'hai']),
    [HTML],
  ],
  [gift`Keys {=[a] ~[b]}`, oneOf('Keys', ['+[a]', '-[b]'])],
]

/** What may stand around a question, and inside it, without being one: titles, comments, categories, descriptions. */
export const SURROUNDINGS: Sample[] = [
  [
    gift`// a comment
A {T}`,
    truth('A', true),
  ],
  [
    gift`//no space
A {T}`,
    truth('A', true),
  ],
  [
    gift`// one

// two
A {T}`,
    truth('A', true),
  ],
  [
    gift`A {T}
// behind it`,
    truth('A', true),
  ],
  [
    gift`A {T}

// at the end of the file`,
    truth('A', true),
  ],
  [
    gift`A {
// the right one
=b
// the wrong one
~c
}`,
    oneOf('A', ['+b', '-c']),
  ],
  [gift`A is // no comment {T}`, truth('A is // no comment', true)],
  [gift`A {=b //no comment ~c}`, oneOf('A', ['+b //no comment', '-c'])],
  [
    gift`    // indented
    A {T}`,
    truth('A', true),
  ],
  [
    gift`A line,
// a comment in it,
another {T}`,
    truth('A line,\nanother', true),
  ],
  [
    gift`//----------//
//  Chapter 1  //
//----------//

A {T}`,
    truth('A', true),
  ],
  [
    gift`// [id:ch1-q3] [tag:ice] [tag:water]
::Ice::A {T}`,
    truth('A', true),
    [TAGS, TITLE],
  ],
  [
    gift`// question: 3  name: Ice
// [tag:ice]
::Ice::A {T}`,
    truth('A', true),
    [TAGS, TITLE],
  ],
  [gift`::Title::A {T}`, truth('A', true), [TITLE]],
  [
    gift`::Title
on two lines::A {T}`,
    truth('A', true),
    [TITLE],
  ],
  [gift`::Title\: with a colon::A {T}`, truth('A', true), [TITLE]],
  [gift`::Title: with a bare one::A {T}`, truth('A', true), [TITLE]],
  [
    gift`::Title::
A {T}`,
    truth('A', true),
    [TITLE],
  ],
  [gift`  ::Title::  A {T}`, truth('A', true), [TITLE]],
  [gift`::What is 2 + 2?::{#4}`, number('What is 2 + 2?', 4), [TITLE]],
  [gift`::題::本は本ですか。{T}`, truth('本は本ですか。', true), [TITLE]],
  [gift`::::A {T}`, truth('A', true)],
  [
    gift`$CATEGORY: $course$/top/Physics

A {T}`,
    truth('A', true),
    [CATEGORY],
  ],
  [
    gift`$CATEGORY: Biology/Cells
A {T}`,
    truth('A', true),
    [CATEGORY],
  ],
  [
    gift`// question: 0  name: Switch category to $course$/top/Default for X
$CATEGORY: $course$/top/Default for X


// question: 17  name: A
::A::A {T}`,
    truth('A', true),
    [CATEGORY, TITLE],
  ],
  [
    gift`$CATEGORY: one

$CATEGORY: two

A {T}`,
    truth('A', true),
    [CATEGORY],
  ],
  [
    gift`$CATEGORY:Números/Fracciones

¿½ \= 0,5? {T}`,
    truth('¿½ = 0,5?', true),
    [CATEGORY],
  ],
  [
    gift`Read the text on page 12 first.

A {T}`,
    truth('A', true),
    [DESCRIPTION],
  ],
  [
    gift`::Intro::Read this.

A {T}`,
    truth('A', true),
    [TITLE, DESCRIPTION],
  ],
  ['\uFEFFA {T}', truth('A', true)],
  ['\uFEFF// a comment first\r\nA {T}\r\n', truth('A', true)],
  ['\r\n\r\nA\r\n{\r\n=b\r\n~c\r\n}\r\n\r\n', oneOf('A', ['+b', '-c'])],
  ['A {\r=b\r~c\r}\r', oneOf('A', ['+b', '-c'])],
  ['// apart by blanks\n \t \nA {T}\n\u00a0\n', truth('A', true)],
  ['A {T}', truth('A', true)],
  ['\n\n\n\nA {T}\n\n\n\n', truth('A', true)],
]
