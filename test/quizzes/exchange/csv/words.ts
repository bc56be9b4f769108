import { number, type Sample, short } from '../expected.ts'
import { under } from './csv.ts'

export const SHORT_ANSWER: Sample[] = [
  ...under('type,text,option_1,option_2,option_3,case_sensitive', [
    ['short_answer,Symbol of silver?,Ag,,,TRUE', short('Symbol of silver?', ['Ag'], { case_sensitive: true })],
    [
      'short_answer,Largest desert?,Antarctica,the Antarctic,,',
      short('Largest desert?', ['Antarctica', 'the Antarctic']),
    ],
    [
      'short_answer,Father of history?,Herodotus,Herodot,Herodotos,FALSE',
      short('Father of history?', ['Herodotus', 'Herodot', 'Herodotos']),
    ],
    ['Short answer,Opposite of wet?,dry,,,no', short('Opposite of wet?', ['dry'])],
    ['short-answer,Past of go?,went,,,0', short('Past of go?', ['went'])],
    [
      'short_answer,Name of 90° angle?,right angle,a right angle,,',
      short('Name of 90° angle?', ['right angle', 'a right angle']),
    ],
    [
      'short_answer,Python keyword for a function?,def,,,yes',
      short('Python keyword for a function?', ['def'], { case_sensitive: true }),
    ],
    [
      'short_answer,SQL keyword to read?,SELECT,select,,1',
      short('SQL keyword to read?', ['SELECT', 'select'], { case_sensitive: true }),
    ],
    ['short_answer,Mehrzahl von Haus?,Häuser,die Häuser,,', short('Mehrzahl von Haus?', ['Häuser', 'die Häuser'])],
    ['short_answer,Großes Eszett?,ẞ,SS,,TRUE', short('Großes Eszett?', ['ẞ', 'SS'], { case_sensitive: true })],
    [
      'short_answer,Féminin de « acteur » ?,actrice,une actrice,,',
      short('Féminin de « acteur » ?', ['actrice', 'une actrice']),
    ],
    ['short_answer,¿Antónimo de «alto»?,bajo,,,', short('¿Antónimo de «alto»?', ['bajo'])],
    ['short_answer,「火」の読みは？,ひ,か,,', short('「火」の読みは？', ['ひ', 'か'])],
    ['short_answer,“水”的拼音？,shuǐ,shui,,', short('“水”的拼音？', ['shuǐ', 'shui'])],
    ['short_answer,Столица Грузии?,Тбилиси,,,', short('Столица Грузии?', ['Тбилиси'])],
    ['short_answer,ما عكس ليل؟,نهار,,,', short('ما عكس ليل؟', ['نهار'])],
    ['short_answer,מה ההפך מיום?,לילה,,,', short('מה ההפך מיום?', ['לילה'])],
    ['short_answer,रात का विलोम?,दिन,,,', short('रात का विलोम?', ['दिन'])],
    ['short_answer,밤의 반대말은?,낮,,,', short('밤의 반대말은?', ['낮'])],
    ['short_answer,Πρωτεύουσα της Κύπρου;,Λευκωσία,,,', short('Πρωτεύουσα της Κύπρου;', ['Λευκωσία'])],
    ['short_answer,Which emoji is a cat?,🐱,🐈,,', short('Which emoji is a cat?', ['🐱', '🐈'])],
    ['short_answer,A year as text?,1492,,,', short('A year as text?', ['1492'])],
    ['short_answer,A price?,€ 5,5 €,,', short('A price?', ['€ 5', '5 €'])],
    [
      'short_answer,"City, state?","Austin, Texas","Austin, TX",,',
      short('City, state?', ['Austin, Texas', 'Austin, TX']),
    ],
    ['short_answer,"Say ""hello""","""hello""",hello,,', short('Say "hello"', ['"hello"', 'hello'])],
    ['short_answer,A bar alone?,|,,,', short('A bar alone?', ['|'])],
    ['short_answer,A star and its escape?,*,\\*,,', short('A star and its escape?', ['*', '\\*'])],
    ['short_answer,A phrase in two lines?,"to be\nor not",,,', short('A phrase in two lines?', ['to be\nor not'])],
  ]),
  ...under('type,text,points,option_1,explanation,correct_feedback,incorrect_feedback', [
    [
      'short_answer,Who sang Imagine?,2.5,Lennon,From 1971.,Yes!,A Beatle.',
      short('Who sang Imagine?', ['Lennon'], {
        points: 2.5,
        explanation: 'From 1971.',
        correct_feedback: 'Yes!',
        incorrect_feedback: 'A Beatle.',
      }),
    ],
    ['short_answer,Who sang Thriller?,1,Jackson,,,', short('Who sang Thriller?', ['Jackson'])],
  ]),
  ...under('type,text,option_1,correct', [
    [
      'short_answer,With a foreign cell?,yes,1',
      short('With a foreign cell?', ['yes']),
      ['correct says nothing for short_answer and was ignored.'],
    ],
  ]),
]

export const NUMERIC: Sample[] = [
  ...under('type,text,correct,tolerance,tolerance_type', [
    ['numeric,Sides of a cube?,6,,', number('Sides of a cube?', 6)],
    ['numeric,g in m/s²?,9.81,0.01,absolute', number('g in m/s²?', 9.81, { tolerance: 0.01 })],
    ['numeric,φ?,1.618,1,percent', number('φ?', 1.618, { tolerance: 1, tolerance_type: 'percent' })],
    ['numeric,e?,2.72,0.5,Percent', number('e?', 2.72, { tolerance: 0.5, tolerance_type: 'percent' })],
    ['numeric,Freezing of nitrogen in °C?,-210,0.5,', number('Freezing of nitrogen in °C?', -210, { tolerance: 0.5 })],
    [
      'numeric,Charge of an electron in C?,-1.602e-19,1e-22,',
      number('Charge of an electron in C?', -1.602e-19, { tolerance: 1e-22 }),
    ],
    [
      'numeric,Molecules in a mole?,6.022E23,1,percent',
      number('Molecules in a mole?', 6.022e23, { tolerance: 1, tolerance_type: 'percent' }),
    ],
    ['numeric,Half?,.5,,', number('Half?', 0.5)],
    ['numeric,Five with a point?,5.,,', number('Five with a point?', 5)],
    ['numeric,Plus two?,+2,,', number('Plus two?', 2)],
    ['numeric,Nothing?,0,0,absolute', number('Nothing?', 0)],
    ['numeric,Quoted?,"42","1",', number('Quoted?', 42, { tolerance: 1 })],
    ['numeric,Spaces?, 42 , 1 , absolute ', number('Spaces?', 42, { tolerance: 1 })],
    ['numeric,Leading zeros?,007,,', number('Leading zeros?', 7)],
    ['numeric,A very small one?,0.000001,0.0000001,', number('A very small one?', 0.000001, { tolerance: 1e-7 })],
    ['numeric,0.1 + 0.2?,0.3,,', number('0.1 + 0.2?', 0.3)],
    ['numeric,Wie viele Stunden hat ein Tag?,24,,', number('Wie viele Stunden hat ein Tag?', 24)],
    ['numeric,Combien font 9 × 9 ?,81,,', number('Combien font 9 × 9 ?', 81)],
    ['numeric,¿Cuánto es 15 % de 200?,30,,', number('¿Cuánto es 15 % de 200?', 30)],
    ['numeric,一年は何日？,365,1,', number('一年は何日？', 365, { tolerance: 1 })],
    ['numeric,一公里是多少米？,1000,,', number('一公里是多少米？', 1000)],
    ['numeric,Сколько будет 2¹⁰?,1024,,', number('Сколько будет 2¹⁰?', 1024)],
    ['numeric,كم ضلعًا للمثلث؟,3,,', number('كم ضلعًا للمثلث؟', 3)],
    ['numeric,כמה ימים בשבוע?,7,,', number('כמה ימים בשבוע?', 7)],
    ['numeric,एक दर्जन में कितने?,12,,', number('एक दर्जन में कितने?', 12)],
    ['numeric,삼각형의 변은 몇 개?,3,,', number('삼각형의 변은 몇 개?', 3)],
  ]),
  ...under('type,text,points,correct,tolerance,explanation,correct_feedback,incorrect_feedback', [
    [
      'numeric,Speed of sound in m/s?,2,343,5,At 20 °C.,Right.,Slower than light.',
      number('Speed of sound in m/s?', 343, {
        points: 2,
        tolerance: 5,
        explanation: 'At 20 °C.',
        correct_feedback: 'Right.',
        incorrect_feedback: 'Slower than light.',
      }),
    ],
    [
      'numeric,"Depth, in metres, of the Mariana Trench?",0.1,10984,25,,,',
      number('Depth, in metres, of the Mariana Trench?', 10_984, { points: 0.1, tolerance: 25 }),
    ],
    ['numeric,Year?,1,-753,0,"Livy, AUC",,', number('Year?', -753, { explanation: 'Livy, AUC' })],
  ]),
  ...under('text,correct,type', [['Three columns only?,1e3,Numeric', number('Three columns only?', 1000)]]),
  ...under('type,text,correct,partial_credit', [
    [
      'numeric,With a foreign cell?,5,TRUE',
      number('With a foreign cell?', 5),
      ['partial_credit says nothing for numeric and was ignored.'],
    ],
  ]),
]
