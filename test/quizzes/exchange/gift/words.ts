import { type Sample, short, truth } from '../expected.ts'

const gift = String.raw
const TITLE = 'Titles are not kept: a question is known by its text.'
const PARTLY = 'Answers that are worth less than 100 % are left out.'
const ASTERISK = 'An asterisk stands for itself, not for any text.'
const NO_TRUTH = 'Only T, TRUE, F and FALSE in capitals make a true/false question: others are a short answer.'
const FEEDBACKS = 'Feedback that differs between right answers is not kept.'

export const TRUE_FALSE: Sample[] = [
  [gift`Light travels faster than sound.{T}`, truth('Light travels faster than sound.', true)],
  [gift`Spiders are insects.{F}`, truth('Spiders are insects.', false)],
  [gift`The Danube flows into the Black Sea. {TRUE}`, truth('The Danube flows into the Black Sea.', true)],
  [gift`The Great Wall is visible from the Moon. {FALSE}`, truth('The Great Wall is visible from the Moon.', false)],
  [
    gift`::Q7::Zero is a natural number in ISO 80000-2. {  T  }`,
    truth('Zero is a natural number in ISO 80000-2.', true),
    [TITLE],
  ],
  [
    gift`A whale is a fish.{F#It breathes air.}`,
    truth('A whale is a fish.', false, { incorrect_feedback: 'It breathes air.' }),
  ],
  [
    gift`Sodium is a metal.{T#Look at its place in the table.#Right, an alkali metal.}`,
    truth('Sodium is a metal.', true, {
      incorrect_feedback: 'Look at its place in the table.',
      correct_feedback: 'Right, an alkali metal.',
    }),
  ],
  [gift`1 is prime.{F##Well seen.}`, truth('1 is prime.', false, { correct_feedback: 'Well seen.' })],
  [
    gift`Mount Everest grows every year.{TRUE####The plates still collide.}`,
    truth('Mount Everest grows every year.', true, { explanation: 'The plates still collide.' }),
  ],
  [
    gift`Python lists are immutable.{FALSE#Tuples are.#Yes.####See the tutorial, chapter 5.}`,
    truth('Python lists are immutable.', false, {
      incorrect_feedback: 'Tuples are.',
      correct_feedback: 'Yes.',
      explanation: 'See the tutorial, chapter 5.',
    }),
  ],
  [
    gift`// question: 12  name: Wasser
::Wasser::Wasser ist bei 20 °C flüssig.{TRUE}`,
    truth('Wasser ist bei 20 °C flüssig.', true),
    [TITLE],
  ],
  [gift`La Tierra es plana. {F}`, truth('La Tierra es plana.', false)],
  [gift`Victor Hugo a écrit « Les Misérables ». {T}`, truth('Victor Hugo a écrit « Les Misérables ».', true)],
  [gift`太陽は東から昇る。{T}`, truth('太陽は東から昇る。', true)],
  [gift`地球是太阳系最大的行星。{F}`, truth('地球是太阳系最大的行星。', false)],
  [gift`Волга впадает в Каспийское море. {T}`, truth('Волга впадает в Каспийское море.', true)],
  [gift`الشمس كوكب. {F}`, truth('الشمس كوكب.', false)],
  [gift`גוף האדם מורכב ברובו ממים. {T}`, truth('גוף האדם מורכב ברובו ממים.', true)],
  [gift`पृथ्वी सूर्य का चक्कर लगाती है। {T}`, truth('पृथ्वी सूर्य का चक्कर लगाती है।', true)],
  [gift`고래는 물고기이다. {F}`, truth('고래는 물고기이다.', false)],
  [gift`2 + 2 \= 5{F}`, truth('2 + 2 = 5', false)],
  [gift`5 > 3 {T}`, truth('5 > 3', true)],
  [gift`In C, \{ and \} enclose a block. {T}`, truth('In C, { and } enclose a block.', true)],
  [gift`The ratio 3\:4 equals 6\:8. {T}`, truth('The ratio 3:4 equals 6:8.', true)],
  [gift`The ratio 3:4 equals 4:3. {F}`, truth('The ratio 3:4 equals 4:3.', false)],
  [
    gift`An acid turns
litmus red.
{T}`,
    truth('An acid turns\nlitmus red.', true),
  ],
  [gift`🐧 can fly. {F#They swim.}`, truth('🐧 can fly.', false, { incorrect_feedback: 'They swim.' })],
  [gift`She said "I ain't". {F#"Isn't".}`, truth('She said "I ain\'t".', false, { incorrect_feedback: '"Isn\'t".' })],
  [gift`It is {T} that ice floats.`, truth('It is _____ that ice floats.', true)],
  [
    gift`An atom has more electrons
    than protons when it is an anion.{
      TRUE
      #Anions are negative.
      #Exactly.
    }`,
    truth('An atom has more electrons\n    than protons when it is an anion.', true, {
      incorrect_feedback: 'Anions are negative.',
      correct_feedback: 'Exactly.',
    }),
  ],
  [
    gift`::Sarı::Muz sarıdır.{T#Yanlış#Doğru}`,
    truth('Muz sarıdır.', true, { incorrect_feedback: 'Yanlış', correct_feedback: 'Doğru' }),
    [TITLE],
  ],
]

export const SHORT_ANSWER: Sample[] = [
  [gift`Chemical symbol of iron? {=Fe}`, short('Chemical symbol of iron?', ['Fe'])],
  [
    gift`Who discovered penicillin? {=Fleming =Alexander Fleming =Sir Alexander Fleming}`,
    short('Who discovered penicillin?', ['Fleming', 'Alexander Fleming', 'Sir Alexander Fleming']),
  ],
  [
    gift`Name the largest ocean.{
	=Pacific
	=the Pacific
	=Pacific Ocean
	=the Pacific Ocean
}`,
    short('Name the largest ocean.', ['Pacific', 'the Pacific', 'Pacific Ocean', 'the Pacific Ocean']),
  ],
  [gift`Plural of "mouse"? {mice}`, short('Plural of "mouse"?', ['mice'])],
  [
    gift`Plural of "ox"? {=oxen#Old English lives on.}`,
    short('Plural of "ox"?', ['oxen'], { correct_feedback: 'Old English lives on.' }),
  ],
  [
    gift`Capital of Turkey? {=Ankara#Right. =%0%*#Not Istanbul!}`,
    short('Capital of Turkey?', ['Ankara'], { correct_feedback: 'Right.', incorrect_feedback: 'Not Istanbul!' }),
  ],
  [
    gift`Capital of Brazil? {=%100%Brasília =%100%Brasilia =%50%Brazilia}`,
    short('Capital of Brazil?', ['Brasília', 'Brasilia']),
    [PARTLY],
  ],
  [
    gift`// question: 31  name: Gold
::Gold::What metal is Au?{
	=%100%gold#
	=%100%Gold#
}`,
    short('What metal is Au?', ['gold', 'Gold']),
    [TITLE],
  ],
  [
    gift`Author of "Emma"? {=Austen#Jane, yes. =Jane Austen#In full, even.}`,
    short('Author of "Emma"?', ['Austen', 'Jane Austen']),
    [FEEDBACKS],
  ],
  [gift`A search for all files ends in {=*.*}`, short('A search for all files ends in', ['*.*']), [ASTERISK]],
  [gift`Which sign multiplies in C? {=\\*}`, short('Which sign multiplies in C?', ['*'])],
  [gift`Hauptstadt von Österreich? {=Wien}`, short('Hauptstadt von Österreich?', ['Wien'])],
  [gift`Féminin de « beau » ? {=belle}`, short('Féminin de « beau » ?', ['belle'])],
  [gift`¿Cómo se dice «water»? {=agua =el agua}`, short('¿Cómo se dice «water»?', ['agua', 'el agua'])],
  [gift`「犬」の読み方は？{=いぬ =イヌ}`, short('「犬」の読み方は？', ['いぬ', 'イヌ'])],
  [gift`“谢谢”用拼音怎么写？{=xièxie =xiexie}`, short('“谢谢”用拼音怎么写？', ['xièxie', 'xiexie'])],
  [gift`Как по-русски «bread»? {=хлеб}`, short('Как по-русски «bread»?', ['хлеб'])],
  [gift`ما جمع كتاب؟ {=كتب}`, short('ما جمع كتاب؟', ['كتب'])],
  [gift`מה ההפך של "גדול"? {=קטן}`, short('מה ההפך של "גדול"?', ['קטן'])],
  [gift`"한국"을 로마자로 쓰면? {=Hanguk =hanguk}`, short('"한국"을 로마자로 쓰면?', ['Hanguk', 'hanguk'])],
  [gift`Πώς λέγεται το γράμμα Ω; {=ωμέγα}`, short('Πώς λέγεται το γράμμα Ω;', ['ωμέγα'])],
  [
    gift`Which command lists files? {=ls =ls -l =ls -la}`,
    short('Which command lists files?', ['ls', 'ls -l', 'ls -la']),
  ],
  [gift`Write "x equals 5" as a term. {=x\=5 =x \= 5}`, short('Write "x equals 5" as a term.', ['x=5', 'x = 5'])],
  [gift`CSS for red text? {=color\: red; =color\:red}`, short('CSS for red text?', ['color: red;', 'color:red'])],
  [gift`An empty set in braces? {=\{\} =\{ \}}`, short('An empty set in braces?', ['{}', '{ }'])],
  [gift`Home directory in a shell? {=\~ =$HOME}`, short('Home directory in a shell?', ['~', '$HOME'])],
  [gift`A heading in Markdown starts with {=\#}`, short('A heading in Markdown starts with', ['#'])],
  [
    gift`Formula of water? {=H2O =H₂O####Two hydrogens, one oxygen.}`,
    short('Formula of water?', ['H2O', 'H₂O'], { explanation: 'Two hydrogens, one oxygen.' }),
  ],
  [
    gift`"To be, or not to be": who? {=Hamlet#Act III =Prince Hamlet#Act III =%0%*#Think of Denmark. ####A soliloquy.}`,
    short('"To be, or not to be": who?', ['Hamlet', 'Prince Hamlet'], {
      correct_feedback: 'Act III',
      incorrect_feedback: 'Think of Denmark.',
      explanation: 'A soliloquy.',
    }),
  ],
  [
    gift`True or not: which word stands in C's stdbool.h for 1? {=true}`,
    short("True or not: which word stands in C's stdbool.h for 1?", ['true']),
  ],
  [gift`Ice floats. {true}`, short('Ice floats.', ['true']), [NO_TRUTH]],
  [gift`Ice sinks. {False}`, short('Ice sinks.', ['False']), [NO_TRUTH]],
  [gift`What comes after C, D, E? {=F}`, short('What comes after C, D, E?', ['F'])],
  [gift`Percent sign alone? {=%}`, short('Percent sign alone?', ['%'])],
]
