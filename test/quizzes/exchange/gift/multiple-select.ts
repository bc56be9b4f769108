import { type Sample, someOf } from '../expected.ts'

const gift = String.raw
const TITLE = 'Titles are not kept: a question is known by its text.'

export const MULTIPLE_SELECT: Sample[] = [
  [
    gift`Which are noble gases? {~%50%helium ~%50%neon ~%-50%oxygen ~%-50%chlorine}`,
    someOf('Which are noble gases?', ['+helium', '+neon', '-oxygen', '-chlorine']),
  ],
  [
    gift`Which two rivers meet at Koblenz? {
~%50%Rhine
~%50%Moselle
~%-100%Danube
~%-100%Elbe
}`,
    someOf('Which two rivers meet at Koblenz?', ['+Rhine', '+Moselle', '-Danube', '-Elbe'], {
      weights: [50, 50, -100, -100],
    }),
  ],
  [
    gift`Tick every prime. {~%33.33333%2 ~%33.33333%13 ~%33.33333%31 ~%-33.33333%1 ~%-33.33333%51}`,
    someOf('Tick every prime.', ['+2', '+13', '+31', '-1', '-51']),
  ],
  [
    gift`Tick every mammal. {~%25%bat ~%25%whale ~%25%mole ~%25%seal ~%-25%penguin}`,
    someOf('Tick every mammal.', ['+bat', '+whale', '+mole', '+seal', '-penguin']),
  ],
  [
    gift`Which are languages of Switzerland? {~%25%Deutsch ~%25%français ~%25%italiano ~%25%rumantsch}`,
    someOf('Which are languages of Switzerland?', ['+Deutsch', '+français', '+italiano', '+rumantsch']),
  ],
  [
    gift`Which beam do you choose? {~%100%the steel one#It bends least. ~%-100%the wooden one#Too soft.}`,
    someOf('Which beam do you choose?', ['+the steel one // It bends least.', '-the wooden one // Too soft.']),
  ],
  [
    gift`Die Gewalten im Staat: {~%33.333%Legislative ~%33.333%Exekutive ~%33.333%Judikative ~%-33.333%Presse}`,
    someOf('Die Gewalten im Staat:', ['+Legislative', '+Exekutive', '+Judikative', '-Presse']),
  ],
  [
    gift`Qui a fondé la CECA ? {~%50%la France ~%50%la RFA ~le Royaume-Uni}`,
    someOf('Qui a fondé la CECA ?', ['+la France', '+la RFA', '-le Royaume-Uni'], { weights: [50, 50, 0] }),
  ],
  [
    gift`Which of these are acids? {~%70%HCl ~%30%vinegar ~%-50%soap}`,
    someOf('Which of these are acids?', ['+HCl', '+vinegar', '-soap'], { weights: [70, 30, -50] }),
  ],
  [
    gift`::Instruments::Which are woodwinds? {
	~%50%flute#Yes, though made of metal.
	~%50%saxophone#Yes, it has a reed.
	~%-50%trumpet#Brass.
}`,
    someOf('Which are woodwinds?', [
      '+flute // Yes, though made of metal.',
      '+saxophone // Yes, it has a reed.',
      '-trumpet // Brass.',
    ]),
    [TITLE],
  ],
  [gift`偶数を選びなさい。{~%50%四 ~%50%八 ~%-50%七}`, someOf('偶数を選びなさい。', ['+四', '+八', '-七'])],
  [gift`Выберите гласные. {~%50%а ~%50%о ~%-50%б ~%-50%к}`, someOf('Выберите гласные.', ['+а', '+о', '-б', '-к'])],
  [gift`اختر الألوان {~%50%أحمر ~%50%أزرق ~%-50%كتاب}`, someOf('اختر الألوان', ['+أحمر', '+أزرق', '-كتاب'])],
  [
    gift`Which are valid HTTP methods? {~%50%GET ~%50%PATCH ~%-50%SEND ####See RFC 9110.}`,
    someOf('Which are valid HTTP methods?', ['+GET', '+PATCH', '-SEND'], { explanation: 'See RFC 9110.' }),
  ],
  [
    gift`The {~%50%heart ~%50%lung ~%-50%tibia} is an organ in the chest.`,
    someOf('The _____ is an organ in the chest.', ['+heart', '+lung', '-tibia']),
  ],
  [
    gift`Pythagorean triples: {~%50%3, 4, 5 ~%50%5, 12, 13 ~%-50%4, 5, 6 ~%-50%7, 8, 9}`,
    someOf('Pythagorean triples:', ['+3, 4, 5', '+5, 12, 13', '-4, 5, 6', '-7, 8, 9']),
  ],
  [
    gift`Equal to ½ are {~%33.33333%0.5 ~%33.33333%50 % ~%33.33333%2/4 ~%-33.33333%5 %}`,
    someOf('Equal to ½ are', ['+0.5', '+50 %', '+2/4', '-5 %']),
  ],
  [
    gift`Which are Python types? {~ %50% int ~ %50% tuple ~ %-50% char}`,
    someOf('Which are Python types?', ['+int', '+tuple', '-char']),
  ],
  [
    gift`// question: 88  name: Safety
::Safety::Before you open the reactor you{
	~%50%wear goggles#Always.
	~%50%check the pressure#Always.
	~%-100%smoke#Never.
}`,
    someOf(
      'Before you open the reactor you',
      ['+wear goggles // Always.', '+check the pressure // Always.', '-smoke // Never.'],
      { weights: [50, 50, -100] },
    ),
    [TITLE],
  ],
  [
    gift`Wie heißen Planeten mit Ringen? {~%25%Saturn ~%25%Jupiter ~%25%Uranus ~%25%Neptun ~%-25%Mars ~%-25%Venus}`,
    someOf('Wie heißen Planeten mit Ringen?', ['+Saturn', '+Jupiter', '+Uranus', '+Neptun', '-Mars', '-Venus']),
  ],
  [
    gift`Seven parts? {~%14.28571%1 ~%14.28571%2 ~%14.28571%3 ~%14.28571%4 ~%14.28571%5 ~%14.28571%6 ~%14.28571%7}`,
    someOf('Seven parts?', ['+1', '+2', '+3', '+4', '+5', '+6', '+7']),
  ],
  [
    gift`Six of eight? {~%16.66667%a ~%16.66667%b ~%16.66667%c ~%16.66667%d ~%16.66667%e ~%16.66667%f ~%-16.66667%g ~%-16.66667%h}`,
    someOf('Six of eight?', ['+a', '+b', '+c', '+d', '+e', '+f', '-g', '-h']),
  ],
  [
    gift`Which verbs take "être"? {
  ~%50%aller
  ~%-100%manger
  ~%50%venir
}`,
    someOf('Which verbs take "être"?', ['+aller', '-manger', '+venir'], { weights: [50, -100, 50] }),
  ],
  [gift`Select the 🍎 fruit {~%50%🍐 ~%50%🍌 ~%-50%🥕}`, someOf('Select the 🍎 fruit', ['+🍐', '+🍌', '-🥕'])],
  [gift`Which are even? {~%100%12 ~%-100%7 ~%-100%9}`, someOf('Which are even?', ['+12', '-7', '-9'])],
  [
    gift`Which are even?
{
~%-50%7#Odd\: 7 \= 2·3 + 1
~%50%12#12 \= 2·6
~%50%0
}`,
    someOf('Which are even?', ['-7 // Odd: 7 = 2·3 + 1', '+12 // 12 = 2·6', '+0']),
  ],
  [
    gift`Países del Mercosur: {~%50%Uruguay ~%50%Paraguay ~%-50%México}`,
    someOf('Países del Mercosur:', ['+Uruguay', '+Paraguay', '-México']),
  ],
  [gift`Câu nào đúng? {~%50%1 < 2 ~%50%2 > 1 ~%-50%1 > 2}`, someOf('Câu nào đúng?', ['+1 < 2', '+2 > 1', '-1 > 2'])],
  [gift`자음을 고르세요. {~%50%ㄱ ~%50%ㅂ ~%-50%ㅏ}`, someOf('자음을 고르세요.', ['+ㄱ', '+ㅂ', '-ㅏ'])],
  [
    gift`Wave or particle? {~%50%light ~%50%an electron ~%-50%a cow}.`,
    someOf('Wave or particle? _____.', ['+light', '+an electron', '-a cow']),
  ],
  [
    gift`Bayes needs {~%50%a prior ~%50%a likelihood ~%-50%luck#No.####P(A|B)}`,
    someOf('Bayes needs', ['+a prior', '+a likelihood', '-luck // No.'], { explanation: 'P(A|B)' }),
  ],
]
