import { blanks, essay, type Sample } from '../expected.ts'
import { under } from './csv.ts'

export const BLANKS: Sample[] = [
  ...under('type,text,option_1,option_2,option_3', [
    ['fill_in_blank,The capital of {{1}} is Lima.,Peru,,', blanks('The capital of {{1}} is Lima.', { 1: ['Peru'] })],
    [
      'fill_in_blank,{{1}} and {{2}} make green.,blue,yellow,',
      blanks('{{1}} and {{2}} make green.', { 1: ['blue'], 2: ['yellow'] }),
    ],
    [
      'fill_in_blank,"{{1}}, {{2}}, {{3}}, go!",three|3,two|2,one|1',
      blanks('{{1}}, {{2}}, {{3}}, go!', { 1: ['three', '3'], 2: ['two', '2'], 3: ['one', '1'] }),
    ],
    [
      'Fill in blank,I {{1}} here for years.,have lived|have been living,,',
      blanks('I {{1}} here for years.', { 1: ['have lived', 'have been living'] }),
    ],
    ['fill-in-blank,At the end {{1}},too,,', blanks('At the end {{1}}', { 1: ['too'] })],
    ['fill_in_blank,{{1}},alone,,', blanks('{{1}}', { 1: ['alone'] })],
    ['fill_in_blank,{{2}} before {{1}},one,two,', blanks('{{2}} before {{1}}', { 1: ['one'], 2: ['two'] })],
    ['fill_in_blank,{{10}} and {{20}},ten,twenty,', blanks('{{10}} and {{20}}', { 10: ['ten'], 20: ['twenty'] })],
    ['fill_in_blank,Or is {{1}} in C.,\\|\\|,,', blanks('Or is {{1}} in C.', { 1: ['||'] })],
    ['fill_in_blank,And a pipe is {{1}}.,\\||pipe,,', blanks('And a pipe is {{1}}.', { 1: ['|', 'pipe'] })],
    [
      'fill_in_blank,A path is {{1}}.,C:\\\\Users|C:/Users,,',
      blanks('A path is {{1}}.', { 1: ['C:\\Users', 'C:/Users'] }),
    ],
    ['fill_in_blank,Unescaped {{1}}.,C:\\Users,,', blanks('Unescaped {{1}}.', { 1: ['C:\\Users'] })],
    ['fill_in_blank,Ich {{1}} nach Hause.,gehe|geh,,', blanks('Ich {{1}} nach Hause.', { 1: ['gehe', 'geh'] })],
    [
      'fill_in_blank,Il {{1}} à {{2}}.,va|ira,Paris|l’école,',
      blanks('Il {{1}} à {{2}}.', { 1: ['va', 'ira'], 2: ['Paris', 'l’école'] }),
    ],
    ['fill_in_blank,Ella {{1}} la mesa.,pone|puso,,', blanks('Ella {{1}} la mesa.', { 1: ['pone', 'puso'] })],
    ['fill_in_blank,私{{1}}学生です。,は,,', blanks('私{{1}}学生です。', { 1: ['は'] })],
    ['fill_in_blank,我{{1}}中国人。,是,,', blanks('我{{1}}中国人。', { 1: ['是'] })],
    ['fill_in_blank,Он {{1}} книгу.,читает|читал,,', blanks('Он {{1}} книгу.', { 1: ['читает', 'читал'] })],
    ['fill_in_blank,أنا {{1}} إلى المدرسة.,أذهب,,', blanks('أنا {{1}} إلى المدرسة.', { 1: ['أذهب'] })],
    ['fill_in_blank,אני {{1}} לחם.,אוכל,,', blanks('אני {{1}} לחם.', { 1: ['אוכל'] })],
    ['fill_in_blank,वह {{1}} पढ़ता है।,किताब,,', blanks('वह {{1}} पढ़ता है।', { 1: ['किताब'] })],
    ['fill_in_blank,저는 {{1}} 갑니다.,학교에|집에,,', blanks('저는 {{1}} 갑니다.', { 1: ['학교에', '집에'] })],
    ['fill_in_blank,🍎 is {{1}}.,red|green|🟥,,', blanks('🍎 is {{1}}.', { 1: ['red', 'green', '🟥'] })],
    [
      'fill_in_blank,"Say {{1}}, please.","""hi""|hi, there",,',
      blanks('Say {{1}}, please.', { 1: ['"hi"', 'hi, there'] }),
    ],
    [
      'fill_in_blank,"Roses are {{1}},\nviolets {{2}}.",red,blue,',
      blanks('Roses are {{1}},\nviolets {{2}}.', { 1: ['red'], 2: ['blue'] }),
    ],
    ['fill_in_blank,In year {{1}}.,1492,,', blanks('In year {{1}}.', { 1: ['1492'] })],
    ['fill_in_blank,A single brace { is no {{1}}.,blank,,', blanks('A single brace { is no {{1}}.', { 1: ['blank'] })],
    ['fill_in_blank,Spaces {{1}} stay., a | b ,,', blanks('Spaces {{1}} stay.', { 1: [' a ', ' b '] })],
  ]),
  ...under('type,text,points,option_1,explanation,correct_feedback,incorrect_feedback', [
    [
      'fill_in_blank,H{{1}}O,2,2|₂,Water.,Yes,No',
      blanks(
        'H{{1}}O',
        { 1: ['2', '₂'] },
        { points: 2, explanation: 'Water.', correct_feedback: 'Yes', incorrect_feedback: 'No' },
      ),
    ],
    [
      'fill_in_blank,CO{{1}},0.3,2,"Two, oxygens",,',
      blanks('CO{{1}}', { 1: ['2'] }, { points: 0.3, explanation: 'Two, oxygens' }),
    ],
  ]),
  ...under('type,text,option_1,tolerance', [
    [
      'fill_in_blank,With {{1}} cell,a foreign,5',
      blanks('With {{1}} cell', { 1: ['a foreign'] }),
      ['tolerance says nothing for fill_in_blank and was ignored.'],
    ],
  ]),
]

export const ESSAY: Sample[] = [
  ...under('type,text,min_words,max_words', [
    ['essay,Why did Rome fall?,100,500', essay('Why did Rome fall?', { min_words: 100, max_words: 500 })],
    ['essay,Describe a cell.,50,', essay('Describe a cell.', { min_words: 50 })],
    ['essay,Summarise chapter 2.,,200', essay('Summarise chapter 2.', { max_words: 200 })],
    ['Essay,What is art?,,', essay('What is art?')],
    ['ESSAY,Exactly fifty?,50,50', essay('Exactly fifty?', { min_words: 50, max_words: 50 })],
    ['essay, Spaces ?, 10 , 20 ', essay(' Spaces ?', { min_words: 10, max_words: 20 })],
    [
      'essay,Erörtern Sie den Begriff der Freiheit.,300,600',
      essay('Erörtern Sie den Begriff der Freiheit.', { min_words: 300, max_words: 600 }),
    ],
    ['essay,Commentez ce poème.,150,', essay('Commentez ce poème.', { min_words: 150 })],
    ['essay,Describe tu barrio.,80,120', essay('Describe tu barrio.', { min_words: 80, max_words: 120 })],
    ['essay,将来の夢は何ですか。,,400', essay('将来の夢は何ですか。', { max_words: 400 })],
    ['essay,我的家乡,,', essay('我的家乡')],
    ['essay,Опишите своего друга.,,', essay('Опишите своего друга.')],
    ['essay,اكتب عن مدينتك.,,', essay('اكتب عن مدينتك.')],
    ['essay,כתבו על משפחתכם.,,', essay('כתבו על משפחתכם.')],
    ['essay,मेरा प्रिय मित्र,,', essay('मेरा प्रिय मित्र')],
    ['essay,나의 꿈,,', essay('나의 꿈')],
    ['essay,Tả ngôi nhà của em.,,', essay('Tả ngôi nhà của em.')],
    ['essay,Your thoughts? 💭,1,50000', essay('Your thoughts? 💭', { min_words: 1, max_words: 50_000 })],
    ['essay,"Compare, in your words, ""free"" and ""open"".",,', essay('Compare, in your words, "free" and "open".')],
    ['essay,"Read:\n\n  To be, or not to be.\n\nDiscuss.",,', essay('Read:\n\n  To be, or not to be.\n\nDiscuss.')],
    ['essay,Prove that a² + b² = c².,,', essay('Prove that a² + b² = c².')],
  ]),
  ...under('type,text,points,option_1,match_1,option_2,match_2,option_3,match_3', [
    [
      'essay,With a rubric,10,content,6,language,4,,',
      essay('With a rubric', {
        points: 10,
        rubric: [
          { criterion: 'content', max_points: 6 },
          { criterion: 'language', max_points: 4 },
        ],
      }),
    ],
    [
      'essay,Halves,5,"facts, cited",2.5,style,1.5,form,1',
      essay('Halves', {
        points: 5,
        rubric: [
          { criterion: 'facts, cited', max_points: 2.5 },
          { criterion: 'style', max_points: 1.5 },
          { criterion: 'form', max_points: 1 },
        ],
      }),
    ],
    ['essay,One criterion,1,all,1,,,,', essay('One criterion', { rubric: [{ criterion: 'all', max_points: 1 }] })],
    [
      'essay,Nothing for form,2,content,2,form,0,,',
      essay('Nothing for form', {
        points: 2,
        rubric: [
          { criterion: 'content', max_points: 2 },
          { criterion: 'form', max_points: 0 },
        ],
      }),
    ],
    [
      'essay,Tenths,0.3,a,0.1,b,0.1,c,0.1',
      essay('Tenths', { points: 0.3, rubric: ['a', 'b', 'c'].map(criterion => ({ criterion, max_points: 0.1 })) }),
    ],
    [
      'essay,Auf Deutsch,3,Inhalt,2,Ausdruck,1,,',
      essay('Auf Deutsch', {
        points: 3,
        rubric: [
          { criterion: 'Inhalt', max_points: 2 },
          { criterion: 'Ausdruck', max_points: 1 },
        ],
      }),
    ],
    ['essay,No rubric,7.5,,,,,,', essay('No rubric', { points: 7.5 })],
  ]),
  ...under('type,text,points,explanation,correct_feedback,incorrect_feedback', [
    [
      'essay,Told afterwards,4,A model answer.,Full points.,Less than that.',
      essay('Told afterwards', {
        points: 4,
        explanation: 'A model answer.',
        correct_feedback: 'Full points.',
        incorrect_feedback: 'Less than that.',
      }),
    ],
    [
      'essay,Told a little,4,"First, the thesis; then proof.",,',
      essay('Told a little', { points: 4, explanation: 'First, the thesis; then proof.' }),
    ],
  ]),
  ...under('type,text,case_sensitive', [
    [
      'essay,With a foreign cell,TRUE',
      essay('With a foreign cell'),
      ['case_sensitive says nothing for essay and was ignored.'],
    ],
  ]),
]
