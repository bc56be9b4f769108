import { blanks, essay, type Sample, short } from '../expected.ts'

const gift = String.raw
const TITLE = 'Titles are not kept: a question is known by its text.'
const PARTLY = 'Answers that are worth less than 100 % are left out.'

export const ESSAY: Sample[] = [
  [gift`Describe the water cycle. {}`, essay('Describe the water cycle.')],
  [gift`Why did Rome fall?{}`, essay('Why did Rome fall?')],
  [gift`Compare mitosis and meiosis. { }`, essay('Compare mitosis and meiosis.')],
  [
    gift`::Essay 1::Discuss the use of light in "The Great Gatsby". {}`,
    essay('Discuss the use of light in "The Great Gatsby".'),
    [TITLE],
  ],
  [
    gift`Explain in your own words what a closure is.
{
}`,
    essay('Explain in your own words what a closure is.'),
  ],
  [
    gift`State the second law of thermodynamics. {####Entropy of a closed system never falls.}`,
    essay('State the second law of thermodynamics.', { explanation: 'Entropy of a closed system never falls.' }),
  ],
  [gift`Erörtern Sie: „Wissen ist Macht.“ {}`, essay('Erörtern Sie: „Wissen ist Macht.“')],
  [gift`Commentez : « L'enfer, c'est les autres. » {}`, essay("Commentez : « L'enfer, c'est les autres. »")],
  [gift`Describe tu ciudad en 100 palabras. {}`, essay('Describe tu ciudad en 100 palabras.')],
  [gift`あなたの夏休みについて書いてください。{}`, essay('あなたの夏休みについて書いてください。')],
  [gift`请描述你的家乡。{}`, essay('请描述你的家乡。')],
  [gift`Опишите образ Татьяны Лариной. {}`, essay('Опишите образ Татьяны Лариной.')],
  [gift`اكتب عن أهمية الماء. {}`, essay('اكتب عن أهمية الماء.')],
  [gift`כתבו על ספר שאהבתם. {}`, essay('כתבו על ספר שאהבתם.')],
  [gift`अपने विद्यालय के बारे में लिखिए। {}`, essay('अपने विद्यालय के बारे में लिखिए।')],
  [gift`여름 방학에 무엇을 했습니까? {}`, essay('여름 방학에 무엇을 했습니까?')],
  [gift`Hãy tả quê hương em. {}`, essay('Hãy tả quê hương em.')],
  [gift`Γράψτε για την άνοιξη. {}`, essay('Γράψτε για την άνοιξη.')],
  [
    gift`Prove that √2 is irrational. {####Assume p/q in lowest terms.}`,
    essay('Prove that √2 is irrational.', { explanation: 'Assume p/q in lowest terms.' }),
  ],
  [
    gift`Read the following passage\:\n\n"It was the best of times."\n\nWhat does it contrast? {}`,
    essay('Read the following passage:\n\n"It was the best of times."\n\nWhat does it contrast?'),
  ],
  [
    gift`Discuss, with examples\:
 1. inflation
 2. deflation
{}`,
    essay('Discuss, with examples:\n 1. inflation\n 2. deflation'),
  ],
  [gift`Write a function max(a, b) \{ … \} in C. {}`, essay('Write a function max(a, b) { … } in C.')],
  [gift`Why is 0.999… \= 1? {}`, essay('Why is 0.999… = 1?')],
  [gift`What do you think? 🤔 {}`, essay('What do you think? 🤔')],
  [
    gift`Sketch a proof of
\(a^2 + b^2 \= c^2\) {}`,
    essay('Sketch a proof of\n\\(a^2 + b^2 = c^2\\)'),
  ],
  [
    gift`// question: 77  name: Reflection
::Reflection::What did you learn today?{}`,
    essay('What did you learn today?'),
    [TITLE],
  ],
  [gift`{} is what you write about freedom of speech.`, essay('_____ is what you write about freedom of speech.')],
  [gift`Explain C\# delegates. {}`, essay('Explain C# delegates.')],
  [
    gift`Justify the step
    x + 3 \> 5
    x \> 2
in one sentence.{}`,
    essay('Justify the step\n    x + 3 \\> 5\n    x \\> 2\nin one sentence.'),
  ],
  [
    gift`Évaluez l'impact de la « révolution verte » en Inde.{####Rendements, eau, inégalités.}`,
    essay("Évaluez l'impact de la « révolution verte » en Inde.", { explanation: 'Rendements, eau, inégalités.' }),
  ],
  [gift`::Only a title is given here::{}`, essay('Only a title is given here'), [TITLE]],
]

export const BLANK: Sample[] = [
  [gift`The capital of {=Japan} is Tokyo.`, blanks('The capital of {{1}} is Tokyo.', { 1: ['Japan'] })],
  [gift`Seven times six is {=forty-two =42}.`, blanks('Seven times six is {{1}}.', { 1: ['forty-two', '42'] })],
  [
    gift`{=Shakespeare =William Shakespeare} wrote Macbeth.`,
    blanks('{{1}} wrote Macbeth.', { 1: ['Shakespeare', 'William Shakespeare'] }),
  ],
  [gift`I have {=been} waiting for an hour.`, blanks('I have {{1}} waiting for an hour.', { 1: ['been'] })],
  [gift`If it {=rains} tomorrow, we will stay.`, blanks('If it {{1}} tomorrow, we will stay.', { 1: ['rains'] })],
  [
    gift`The opposite of "hot" is {=cold#Brr.}!`,
    blanks('The opposite of "hot" is {{1}}!', { 1: ['cold'] }, { correct_feedback: 'Brr.' }),
  ],
  [
    gift`A group of wolves is a {=pack =%0%*#Not a herd.}.`,
    blanks('A group of wolves is a {{1}}.', { 1: ['pack'] }, { incorrect_feedback: 'Not a herd.' }),
  ],
  [gift`A group of lions is a {=pride =%50%pack}.`, blanks('A group of lions is a {{1}}.', { 1: ['pride'] }), [PARTLY]],
  [
    gift`::Verbs::Gestern {=bin =war} ich im Kino.`,
    blanks('Gestern {{1}} ich im Kino.', { 1: ['bin', 'war'] }),
    [TITLE],
  ],
  [gift`Ich gehe in {=die} Schule.`, blanks('Ich gehe in {{1}} Schule.', { 1: ['die'] })],
  [gift`Nous {=avons} mangé une pomme.`, blanks('Nous {{1}} mangé une pomme.', { 1: ['avons'] })],
  [gift`Ayer {=fui} al mercado.`, blanks('Ayer {{1}} al mercado.', { 1: ['fui'] })],
  [gift`Io mi {=chiamo} Anna.`, blanks('Io mi {{1}} Anna.', { 1: ['chiamo'] })],
  [gift`私は学校{=に =へ}行きます。`, blanks('私は学校{{1}}行きます。', { 1: ['に', 'へ'] })],
  [gift`我{=是}学生。`, blanks('我{{1}}学生。', { 1: ['是'] })],
  [gift`Я {=живу} в Москве.`, blanks('Я {{1}} в Москве.', { 1: ['живу'] })],
  [gift`ذهب الولد {=إلى} المدرسة.`, blanks('ذهب الولد {{1}} المدرسة.', { 1: ['إلى'] })],
  [gift`אני {=לומד} עברית.`, blanks('אני {{1}} עברית.', { 1: ['לומד'] })],
  [gift`저는 학생{=입니다}.`, blanks('저는 학생{{1}}.', { 1: ['입니다'] })],
  [gift`मैं स्कूल {=जाता} हूँ।`, blanks('मैं स्कूल {{1}} हूँ।', { 1: ['जाता'] })],
  [gift`Mój brat {=jest} lekarzem.`, blanks('Mój brat {{1}} lekarzem.', { 1: ['jest'] })],
  [
    gift`In Python a function starts with {=def} and a name.`,
    blanks('In Python a function starts with {{1}} and a name.', { 1: ['def'] }),
  ],
  [gift`for (int i \= 0; i {=< =!\=} 10; i++)`, blanks('for (int i = 0; i {{1}} 10; i++)', { 1: ['<', '!='] })],
  [
    gift`The chemical formula of table salt is {=NaCl####Sodium and chlorine.}.`,
    blanks('The chemical formula of table salt is {{1}}.', { 1: ['NaCl'] }, { explanation: 'Sodium and chlorine.' }),
  ],
  [gift`2 H\:O ratios\: water is H{=2 =₂}O.`, blanks('2 H:O ratios: water is H{{1}}O.', { 1: ['2', '₂'] })],
  [
    gift`Roses are red,
violets are {=blue},
sugar is sweet.`,
    blanks('Roses are red,\nviolets are {{1}},\nsugar is sweet.', { 1: ['blue'] }),
  ],
  [
    gift`The {
	=Nile
	=river Nile
} is the longest river of Africa.`,
    blanks('The {{1}} is the longest river of Africa.', { 1: ['Nile', 'river Nile'] }),
  ],
  [
    gift`{=He}llo, the first two letters are missing.`,
    blanks('{{1}}llo, the first two letters are missing.', { 1: ['He'] }),
  ],
  [gift`She was born {=in} 1990 (preposition).`, blanks('She was born {{1}} 1990 (preposition).', { 1: ['in'] })],
  [
    gift`// question: 9  name: gap
::gap::[moodle]The sum of angles in a triangle is {=%100%180#°} degrees.`,
    blanks('The sum of angles in a triangle is {{1}} degrees.', { 1: ['180'] }, { correct_feedback: '°' }),
    [TITLE],
  ],
  [gift`At the end there is no gap {=indeed}`, short('At the end there is no gap', ['indeed'])],
  [
    gift`Only one \{\{1\}\} blank can stand here{=so =thus}.`,
    short('Only one {{1}} blank can stand here_____.', ['so', 'thus']),
  ],
]
