import { number, oneOf, type Sample, short, someOf } from '../expected.ts'

const gift = String.raw
const TITLE = 'Titles are not kept: a question is known by its text.'
const HTML = 'HTML is kept as it is written.'
const ROUNDED = 'Weights that do not add up to 100 % are taken for the fractions they round, as 33 % for 33.33333 %.'
const PARTLY = 'Answers that are worth less than 100 % are left out.'
const NO_TEXT = 'An answer without a text is left out, and its feedback with it.'

/** Marks as banks of questions hold them: unequal, in thirds and sevenths, taken away, several times all. */
export const WEIGHTS: Sample[] = [
  [
    gift`Which two are vowels? {~%50%a ~%50%e ~%-100%b}`,
    someOf('Which two are vowels?', ['+a', '+e', '-b'], { weights: [50, 50, -100] }),
  ],
  [
    gift`Which three are even? {~%33.33333%2 ~%33.33333%4 ~%33.33333%6 ~%-50%7}`,
    someOf('Which three are even?', ['+2', '+4', '+6', '-7'], { weights: [33.33333, 33.33333, 33.33333, -50] }),
  ],
  [
    gift`Which three are odd? {~%33.33333%1 ~%33.33333%3 ~%33.33333%5 ~%-33.33333%8 ~%-33.33333%10}`,
    someOf('Which three are odd?', ['+1', '+3', '+5', '-8', '-10']),
  ],
  [
    gift`Rainbow? {~%14.28571%red ~%14.28571%orange ~%14.28571%yellow ~%14.28571%green ~%14.28571%blue ~%14.28571%indigo ~%14.28571%violet ~%-100%brown}`,
    someOf('Rainbow?', ['+red', '+orange', '+yellow', '+green', '+blue', '+indigo', '+violet', '-brown'], {
      weights: [14.28571, 14.28571, 14.28571, 14.28571, 14.28571, 14.28571, 14.28571, -100],
    }),
  ],
  [
    gift`Days with a t? {~%14.28571%Mo ~%14.28571%Tu ~%14.28571%We ~%14.28571%Th ~%14.28571%Fr ~%14.28571%Sa ~%14.28571%Su ~%-14.28571%none}`,
    someOf('Days with a t?', ['+Mo', '+Tu', '+We', '+Th', '+Fr', '+Sa', '+Su', '-none']),
  ],
  [
    gift`Best and second best? {~%60%plan ~%40%try ~%-10%guess ~%-90%give up}`,
    someOf('Best and second best?', ['+plan', '+try', '-guess', '-give up'], { weights: [60, 40, -10, -90] }),
  ],
  [
    gift`Nothing is taken away {~%50%a ~%50%b ~c ~d}`,
    someOf('Nothing is taken away', ['+a', '+b', '-c', '-d'], { weights: [50, 50, 0, 0] }),
  ],
  [
    gift`Nothing, and said so {~%50%a ~%50%b ~%0%c}`,
    someOf('Nothing, and said so', ['+a', '+b', '-c'], { weights: [50, 50, 0] }),
  ],
  [
    gift`Two thirds, one third {~%66.66667%a ~%33.33333%b ~%-66.66667%c}`,
    someOf('Two thirds, one third', ['+a', '+b', '-c'], { weights: [66.66667, 33.33333, -66.66667] }),
  ],
  [
    gift`Sixths {~%83.33333%a ~%16.66667%b ~%-16.66667%c}`,
    someOf('Sixths', ['+a', '+b', '-c'], { weights: [83.33333, 16.66667, -16.66667] }),
  ],
  [
    gift`Eighths {~%12.5%1 ~%12.5%2 ~%12.5%3 ~%12.5%4 ~%12.5%5 ~%12.5%6 ~%12.5%7 ~%12.5%8 ~%-25%9}`,
    someOf('Eighths', ['+1', '+2', '+3', '+4', '+5', '+6', '+7', '+8', '-9'], {
      weights: [12.5, 12.5, 12.5, 12.5, 12.5, 12.5, 12.5, 12.5, -25],
    }),
  ],
  [
    gift`Ninths {~%11.11111%1 ~%11.11111%2 ~%11.11111%3 ~%11.11111%4 ~%11.11111%5 ~%11.11111%6 ~%11.11111%7 ~%11.11111%8 ~%11.11111%9 ~%-5%0}`,
    someOf('Ninths', ['+1', '+2', '+3', '+4', '+5', '+6', '+7', '+8', '+9', '-0'], {
      weights: [11.11111, 11.11111, 11.11111, 11.11111, 11.11111, 11.11111, 11.11111, 11.11111, 11.11111, -5],
    }),
  ],
  [
    gift`Seven decimals {~%33.3333333%a ~%33.3333333%b ~%33.3333333%c ~%-14.2857143%d}`,
    someOf('Seven decimals', ['+a', '+b', '+c', '-d'], { weights: [33.33333, 33.33333, 33.33333, -14.28571] }),
  ],
  [
    gift`Decimal commas {~%33,33333%a ~%66,66667%b ~%-33,33333%c}`,
    someOf('Decimal commas', ['+a', '+b', '-c'], { weights: [33.33333, 66.66667, -33.33333] }),
  ],
  [
    gift`Rounded by hand {~%33%a ~%33%b ~%33%c ~%-33%d}`,
    someOf('Rounded by hand', ['+a', '+b', '+c', '-d']),
    [ROUNDED],
  ],
  [
    gift`Rounded, unequal {~%67%a ~%33%b ~%-50%c}`,
    someOf('Rounded, unequal', ['+a', '+b', '-c'], { weights: [67, 33, -50] }),
  ],
  [
    gift`Rounded to one decimal {~%16.7%a ~%16.7%b ~%16.7%c ~%16.7%d ~%16.7%e ~%16.7%f ~g}`,
    someOf('Rounded to one decimal', ['+a', '+b', '+c', '+d', '+e', '+f', '-g'], {
      weights: [16.66667, 16.66667, 16.66667, 16.66667, 16.66667, 16.66667, 0],
    }),
    [ROUNDED],
  ],
  [
    gift`Half right is {=right ~%50%nearly ~wrong}`,
    oneOf('Half right is', ['+right', '-nearly', '-wrong'], { weights: [100, 50, 0] }),
  ],
  [
    gift`Thirds for one {=a ~%66.66667%b ~%33.33333%c ~d}`,
    oneOf('Thirds for one', ['+a', '-b', '-c', '-d'], { weights: [100, 66.66667, 33.33333, 0] }),
  ],
  [
    gift`Guessing costs {=a ~%-33.33333%b ~%-33.33333%c ~%-33.33333%d}`,
    oneOf('Guessing costs', ['+a', '-b', '-c', '-d'], { weights: [100, -33.33333, -33.33333, -33.33333] }),
  ],
  [gift`Two are best {=a =b ~c}`, oneOf('Two are best', ['+a', '+b', '-c'])],
  [gift`All are best {=a =b =c ~d ~e}`, oneOf('All are best', ['+a', '+b', '+c', '-d', '-e'])],
  [
    gift`Two are best, one is fair {=a#1 =b#2 ~%50%c#3 ~d#4}`,
    oneOf('Two are best, one is fair', ['+a // 1', '+b // 2', '-c // 3', '-d // 4'], { weights: [100, 100, 50, 0] }),
  ],
  [gift`Best by its weight {=a ~%100%b ~c}`, oneOf('Best by its weight', ['+a', '+b', '-c'])],
  [
    gift`An equals sign that is not all {=%100%a =%25%b ~c}`,
    oneOf('An equals sign that is not all', ['+a', '-b', '-c'], { weights: [100, 25, 0] }),
  ],
  [gift`A mark too many {~=a ~b}`, oneOf('A mark too many', ['+a', '-b'])],
  [gift`A mark at the end {=a ~b ~}`, oneOf('A mark at the end', ['+a', '-b'])],
  [
    gift`Marks alone on their lines {
~
=a
~b
=
}`,
    oneOf('Marks alone on their lines', ['+a', '-b']),
  ],
  [gift`Empty, with a weight {~%50%a ~%50%b ~%-50%c ~%-50%}`, someOf('Empty, with a weight', ['+a', '+b', '-c'])],
  [gift`Empty, with feedback {=a ~b ~#so?}`, oneOf('Empty, with feedback', ['+a', '-b']), [NO_TEXT]],
  [gift`An empty short answer {=a =}`, short('An empty short answer', ['a'])],
  [gift`An empty number {#=5:1 =}`, number('An empty number', 5, { tolerance: 1 })],
  [gift`Numbers by weight {#=%100%5:0 =%50%4..6 =%25%0..10}`, number('Numbers by weight', 5), [PARTLY]],
  [gift`Words by weight {=%100%cat =%90%cats =%33.33333%kitten}`, short('Words by weight', ['cat']), [PARTLY]],
  [
    gift`// question: 412  name: Säuren
::Säuren::[html]<p>Welche sind Säuren?</p>{
	~%33.33333%<p>HCl</p>#<p>Ja.</p>
	~%33.33333%<p>HNO<sub>3</sub></p>
	~%33.33333%<p>H<sub>2</sub>SO<sub>4</sub></p>
	~%-100%<p>NaOH</p>#<p>Eine Base.</p>
	####<p>Siehe Kap. 4.</p>
}`,
    someOf(
      '<p>Welche sind Säuren?</p>',
      [
        '+<p>HCl</p> // <p>Ja.</p>',
        '+<p>HNO<sub>3</sub></p>',
        '+<p>H<sub>2</sub>SO<sub>4</sub></p>',
        '-<p>NaOH</p> // <p>Eine Base.</p>',
      ],
      { weights: [33.33333, 33.33333, 33.33333, -100], explanation: '<p>Siehe Kap. 4.</p>' },
    ),
    [TITLE, HTML],
  ],
]
