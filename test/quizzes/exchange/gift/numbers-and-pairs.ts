import { number, pairs, type Sample } from '../expected.ts'

const gift = String.raw
const TITLE = 'Titles are not kept: a question is known by its text.'
const PARTLY = 'Answers that are worth less than 100 % are left out.'

export const NUMERIC: Sample[] = [
  [gift`How many legs has a spider? {#8}`, number('How many legs has a spider?', 8)],
  [gift`When did the Berlin Wall fall? {#1989:0}`, number('When did the Berlin Wall fall?', 1989)],
  [
    gift`Distance to the Sun in million km? {#149.6:0.5}`,
    number('Distance to the Sun in million km?', 149.6, { tolerance: 0.5 }),
  ],
  [gift`π to two decimals? {#3.14:0.005}`, number('π to two decimals?', 3.14, { tolerance: 0.005 })],
  [gift`Body temperature in °C? {#36.1..37.2}`, number('Body temperature in °C?', 36.65, { tolerance: 0.55 })],
  [gift`Pick a number from 1 to 5. {#1..5}`, number('Pick a number from 1 to 5.', 3, { tolerance: 2 })],
  [gift`Between −2 and 3? {#-2..3}`, number('Between −2 and 3?', 0.5, { tolerance: 2.5 })],
  [
    gift`Freezing point of mercury in °C? {#-38.83:0.01}`,
    number('Freezing point of mercury in °C?', -38.83, { tolerance: 0.01 }),
  ],
  [
    gift`Speed of light in m/s? {#2.998e8:1e6}`,
    number('Speed of light in m/s?', 299_800_000, { tolerance: 1_000_000 }),
  ],
  [
    gift`Planck's constant in J·s? {#6.62607015e-34:1e-38}`,
    number("Planck's constant in J·s?", 6.62607015e-34, { tolerance: 1e-38 }),
  ],
  [gift`Half? {#.5}`, number('Half?', 0.5)],
  [gift`Nothing? {#0}`, number('Nothing?', 0)],
  [gift`5 % of 10? {#=0.5}`, number('5 % of 10?', 0.5)],
  [
    gift`When was the French Revolution? {#
	=1789:0#Exactly.
	=%50%1789:5#Near.
}`,
    number('When was the French Revolution?', 1789, { correct_feedback: 'Exactly.' }),
    [PARTLY],
  ],
  [
    gift`::Kings::How many wives had Henry VIII?{#
	=%100%6:0#Divorced, beheaded, died.
	~#Count again.
}`,
    number('How many wives had Henry VIII?', 6, {
      correct_feedback: 'Divorced, beheaded, died.',
      incorrect_feedback: 'Count again.',
    }),
    [TITLE],
  ],
  [
    gift`√3 to three decimals {#1.7315..1.7325####It is irrational.}`,
    number('√3 to three decimals', 1.732, { tolerance: 0.0005, explanation: 'It is irrational.' }),
  ],
  [
    gift`Height of the Eiffel Tower is {#330:2} metres.`,
    number('Height of the Eiffel Tower is _____ metres.', 330, { tolerance: 2 }),
  ],
  [gift`Wie viele Bundesländer hat Deutschland? {#16}`, number('Wie viele Bundesländer hat Deutschland?', 16)],
  [gift`Combien font 7 × 8 ? {#56}`, number('Combien font 7 × 8 ?', 56)],
  [gift`¿Cuántos minutos tiene un día? {#1440}`, number('¿Cuántos minutos tiene un día?', 1440)],
  [gift`三角形の内角の和は何度？{#180}`, number('三角形の内角の和は何度？', 180)],
  [gift`Сколько будет 12²? {#144}`, number('Сколько будет 12²?', 144)],
  [gift`كم عدد أيام السنة الكبيسة؟ {#366}`, number('كم عدد أيام السنة الكبيسة؟', 366)],
  [gift`एक किलोमीटर में कितने मीटर? {#1000}`, number('एक किलोमीटर में कितने मीटर?', 1000)],
  [gift`일 년은 몇 달입니까? {#12}`, number('일 년은 몇 달입니까?', 12)],
  [gift`Solve 3x + 7 \= 1 {# -2 }`, number('Solve 3x + 7 = 1', -2)],
  [gift`Spaces everywhere { # 9.81 : 0.01 }`, number('Spaces everywhere', 9.81, { tolerance: 0.01 })],
  [gift`0.1 + 0.2 {#0.3:0.0000000001}`, number('0.1 + 0.2', 0.3, { tolerance: 1e-10 })],
  [gift`Between 0.1 and 0.3 {#0.1..0.3}`, number('Between 0.1 and 0.3', 0.2, { tolerance: 0.1 })],
  [
    gift`A year B.C., as a negative one {#-44:1#Ides of March}`,
    number('A year B.C., as a negative one', -44, { tolerance: 1, correct_feedback: 'Ides of March' }),
  ],
  [
    gift`Population of Iceland?
{#
=370000:20000 # About right.
}`,
    number('Population of Iceland?', 370_000, { tolerance: 20_000, correct_feedback: 'About right.' }),
  ],
  [
    gift`Two are right {#=2 =-2}`,
    number('Two are right', 2),
    ['Of several numbers that are right only the first is kept.'],
  ],
  [gift`Plus three {#+3}`, number('Plus three', 3)],
  [gift`Five, one point only {#5..5}`, number('Five, one point only', 5)],
]

export const MATCHING: Sample[] = [
  [
    gift`Match country and capital. {=Peru -> Lima =Chile -> Santiago =Cuba -> Havana}`,
    pairs('Match country and capital.', ['Peru = Lima', 'Chile = Santiago', 'Cuba = Havana']),
  ],
  [
    gift`Who wrote what?{
	=Dante -> Inferno
	=Milton -> Paradise Lost
	=Homer -> Odyssey
}`,
    pairs('Who wrote what?', ['Dante = Inferno', 'Milton = Paradise Lost', 'Homer = Odyssey']),
  ],
  [gift`Without spaces {=a->1 =b->2}`, pairs('Without spaces', ['a = 1', 'b = 2'])],
  [
    gift`::Elements::Symbol and name {=Na -> sodium =K -> potassium =Fe -> iron =Ag -> silver =Sn -> tin}`,
    pairs('Symbol and name', ['Na = sodium', 'K = potassium', 'Fe = iron', 'Ag = silver', 'Sn = tin']),
    [TITLE],
  ],
  [
    gift`Artikel und Nomen {=der -> Tisch =die -> Tür =das -> Haus}`,
    pairs('Artikel und Nomen', ['der = Tisch', 'die = Tür', 'das = Haus']),
  ],
  [gift`Associez {=chien -> aboie =chat -> miaule}`, pairs('Associez', ['chien = aboie', 'chat = miaule'])],
  [
    gift`Une cada animal {=perro -> ladra =gato -> maúlla =león -> ruge}`,
    pairs('Une cada animal', ['perro = ladra', 'gato = maúlla', 'león = ruge']),
  ],
  [
    gift`漢字と読み方 {=山 -> やま =川 -> かわ =田 -> た}`,
    pairs('漢字と読み方', ['山 = やま', '川 = かわ', '田 = た']),
  ],
  [gift`汉字与拼音 {=人 -> rén =口 -> kǒu}`, pairs('汉字与拼音', ['人 = rén', '口 = kǒu'])],
  [gift`Слово и перевод {=дом -> house =кот -> cat}`, pairs('Слово и перевод', ['дом = house', 'кот = cat'])],
  [gift`صل الكلمة بعكسها {=كبير -> صغير =طويل -> قصير}`, pairs('صل الكلمة بعكسها', ['كبير = صغير', 'طويل = قصير'])],
  [gift`התאימו {=יום -> לילה =חם -> קר}`, pairs('התאימו', ['יום = לילה', 'חם = קר'])],
  [gift`मिलाइए {=एक -> 1 =दो -> 2}`, pairs('मिलाइए', ['एक = 1', 'दो = 2'])],
  [gift`낱말과 뜻 {=물 -> water =불 -> fire}`, pairs('낱말과 뜻', ['물 = water', '불 = fire'])],
  [gift`จับคู่ {=แมว -> cat =หมา -> dog}`, pairs('จับคู่', ['แมว = cat', 'หมา = dog'])],
  [
    gift`Vertebrate or not? {=cat -> vertebrate =ant -> invertebrate =frog -> vertebrate}`,
    pairs('Vertebrate or not?', ['cat = vertebrate', 'ant = invertebrate', 'frog = vertebrate']),
  ],
  [
    gift`With one too many {=sun -> day =moon -> night = -> noon}`,
    pairs('With one too many', ['sun = day', 'moon = night']),
    ['Right halves without a left one are left out.'],
  ],
  [gift`Term and value {=2 + 2 -> 4 =3 × 3 -> 9}`, pairs('Term and value', ['2 + 2 = 4', '3 × 3 = 9'])],
  [
    gift`Port and protocol {=80 -> HTTP =443 -> HTTPS =22 -> SSH =25 -> SMTP}`,
    pairs('Port and protocol', ['80 = HTTP', '443 = HTTPS', '22 = SSH', '25 = SMTP']),
  ],
  [
    gift`Escape and meaning {=\\n -> new line =\\t -> tab}`,
    pairs('Escape and meaning', ['\\n = new line', '\\t = tab']),
  ],
  [
    gift`Scheme and example {=https -> https\://example.org =mailto -> mailto\:me@example.org}`,
    pairs('Scheme and example', ['https = https://example.org', 'mailto = mailto:me@example.org']),
  ],
  [
    gift`Sign and name {=\# -> hash =\~ -> tilde =\: -> colon}`,
    pairs('Sign and name', ['# = hash', '~ = tilde', ': = colon']),
  ],
  [
    gift`Events and years {=Magna Carta -> 1215 =Peace of Westphalia -> 1648 ####Both ended a war of sorts.}`,
    pairs('Events and years', ['Magna Carta = 1215', 'Peace of Westphalia = 1648'], {
      explanation: 'Both ended a war of sorts.',
    }),
  ],
  [
    gift`Instrument and family
{
=violin -> strings
=oboe -> woodwind
=tuba -> brass
=timpani -> percussion
}`,
    pairs('Instrument and family', ['violin = strings', 'oboe = woodwind', 'tuba = brass', 'timpani = percussion']),
  ],
  [
    gift`// question: 5  name: Organs
::Organs::Match organ and task{
	=heart -> pumps blood
	=kidney -> cleans blood
	=lung -> takes in oxygen
}`,
    pairs('Match organ and task', ['heart = pumps blood', 'kidney = cleans blood', 'lung = takes in oxygen']),
    [TITLE],
  ],
  [
    gift`Emoji and word {=🐶 -> dog =🐱 -> cat =🐭 -> mouse}`,
    pairs('Emoji and word', ['🐶 = dog', '🐱 = cat', '🐭 = mouse']),
  ],
  [
    gift`Sentence and tense {=I go. -> present =I went. -> past =I shall go. -> future}`,
    pairs('Sentence and tense', ['I go. = present', 'I went. = past', 'I shall go. = future']),
  ],
  [
    gift`Long ones {=The mitochondrion -> makes most of the cell's ATP
by oxidative phosphorylation =The ribosome -> makes proteins}`,
    pairs('Long ones', [
      "The mitochondrion = makes most of the cell's ATP\nby oxidative phosphorylation",
      'The ribosome = makes proteins',
    ]),
  ],
  [gift`Arrows chained {=A -> B -> C =D -> E}`, pairs('Arrows chained', ['A = B -> C', 'D = E'])],
  [
    gift`Composer and "work" {=Bach -> "St Matthew Passion" =Handel -> "Messiah"}`,
    pairs('Composer and "work"', ['Bach = "St Matthew Passion"', 'Handel = "Messiah"']),
  ],
  [
    gift`Match the {=first -> 1st =second -> 2nd} forms.`,
    pairs('Match the _____ forms.', ['first = 1st', 'second = 2nd']),
  ],
]
