/** CSV as spreadsheets write it: the file's text, and what of the question it stands for is worth a look. */
type Sample = [construct: string, csv: string, question: Record<string, unknown>]

const right = (text: string, feedback = '') => ({ text, is_correct: true, feedback })
const wrong = (text: string, feedback = '') => ({ text, is_correct: false, feedback })

export const CSV_SAMPLES: Sample[] = [
  [
    'multiple choice',
    'type,text,correct,option_1,option_2,option_3\r\nmultiple_choice,Capital of France?,2,Lyon,Paris,Nice\r\n',
    { type: 'multiple_choice', choices: [wrong('Lyon'), right('Paris'), wrong('Nice')] },
  ],
  [
    'feedback of choices',
    'type,text,correct,option_1,feedback_1,option_2,feedback_2\nmultiple_choice,2+2?,1,4,Yes,5,One too many\n',
    { choices: [right('4', 'Yes'), wrong('5', 'One too many')] },
  ],
  [
    'the type in words',
    'Type,Text,Correct,Option_1,Option_2\nMultiple choice,Q?,1,a,b\n',
    { type: 'multiple_choice', choices: [right('a'), wrong('b')] },
  ],
  [
    'points with decimals',
    'type,text,points,correct\ntrue_false,Q?,2.125,TRUE\n',
    { points: 2.125, correct_answer: true },
  ],
  [
    'multiple select',
    'type,text,correct,option_1,option_2,option_3,partial_credit\nmultiple_select,Primes?,1;3,2,4,5,TRUE\n',
    { choices: [right('2'), wrong('4'), right('5')], partial_credit: true },
  ],
  [
    'multiple select with spaces between numbers',
    'type,text,correct,option_1,option_2\nmultiple-select,All?,1 2,x,y\n',
    { choices: [right('x'), right('y')], partial_credit: false },
  ],
  ['true', 'type,text,correct\ntrue_false,Water is wet.,yes\n', { correct_answer: true }],
  ['false', 'type,text,correct\ntrue_false,Fire is cold.,0\n', { correct_answer: false }],
  [
    'short answer',
    'type,text,option_1,option_2,case_sensitive\nshort_answer,Symbol of gold?,Au,gold,true\n',
    { accepted_answers: ['Au', 'gold'], case_sensitive: true },
  ],
  [
    'numeric',
    'type,text,correct,tolerance,tolerance_type\nnumeric,Golden ratio?,1.618,1,percent\n',
    { correct_value: 1.618, tolerance: 1, tolerance_type: 'percent' },
  ],
  ['a negative number', 'type,text,correct,tolerance\nnumeric,Zero in C?,-273.15,0.01\n', { correct_value: -273.15 }],
  ['a number with an exponent', 'type,text,correct\nnumeric,Avogadro?,6.02e23\n', { correct_value: 6.02e23 }],
  [
    'matching',
    'type,text,option_1,match_1,option_2,match_2\nmatching,Capitals,Canada,Ottawa,Kenya,Nairobi\n',
    {
      pairs: [
        { left: 'Canada', right: 'Ottawa' },
        { left: 'Kenya', right: 'Nairobi' },
      ],
    },
  ],
  [
    'ordering',
    'type,text,option_1,option_2,option_3,partial_credit\nordering,Sort,one,two,three,no\n',
    { items: [{ text: 'one' }, { text: 'two' }, { text: 'three' }], partial_credit: false },
  ],
  [
    'fill in the blank',
    'type,text,option_1,option_2\nfill_in_blank,{{1}} is red and {{2}} is blue.,blood|a rose,sky\n',
    { blanks: { 1: ['blood', 'a rose'], 2: ['sky'] } },
  ],
  [
    'blanks with escaped bars',
    'type,text,option_1\nfill_in_blank,Or is {{1}}.,\\|\\||\\\\/\n',
    { blanks: { 1: ['||', '\\/'] } },
  ],
  [
    'blanks out of order',
    'type,text,option_1,option_2\nfill_in_blank,{{7}} before {{3}},three,seven\n',
    { blanks: { 3: ['three'], 7: ['seven'] } },
  ],
  ['essay', 'type,text,min_words,max_words\nessay,Why?,100,500\n', { min_words: 100, max_words: 500, rubric: [] }],
  [
    'essay with a rubric',
    'type,text,points,option_1,match_1,option_2,match_2\nessay,Why?,10,content,6.5,grammar,3.5\n',
    {
      rubric: [
        { criterion: 'content', max_points: 6.5 },
        { criterion: 'grammar', max_points: 3.5 },
      ],
    },
  ],
  [
    'semicolons, as spreadsheets of half of Europe write',
    'type;text;correct;option_1;option_2\r\nmultiple_choice;Hauptstadt?;1;Berlin, natürlich;Bonn\r\n',
    { choices: [right('Berlin, natürlich'), wrong('Bonn')] },
  ],
  ['tabs', 'type\ttext\tcorrect\ntrue_false\tA\tFALSE\n', { text: 'A', correct_answer: false }],
  ['a byte order mark', '\uFEFFtype,text,correct\ntrue_false,A,TRUE\n', { text: 'A' }],
  ['no line end at the end', 'type,text,correct\ntrue_false,A,TRUE', { text: 'A' }],
  ['old line ends', 'type,text,correct\rtrue_false,A,TRUE\r', { text: 'A' }],
  [
    'quotes, commas and lines in a cell',
    'type,text,correct\ntrue_false,"She said ""yes"", then\nleft.",TRUE\n',
    { text: 'She said "yes", then\nleft.' },
  ],
  ['a formula guarded by an apostrophe', "type,text,correct\ntrue_false,'=1+1 is 2,TRUE\n", { text: '=1+1 is 2' }],
  ['a formula that is not guarded', 'type,text,correct\ntrue_false,=1+1 is 2,TRUE\n', { text: '=1+1 is 2' }],
  ['an apostrophe that guards nothing', "type,text,correct\ntrue_false,'tis so,TRUE\n", { text: "'tis so" }],
  [
    'all that is told afterwards',
    'type,text,correct,explanation,correct_feedback,incorrect_feedback\ntrue_false,A,TRUE,Because,Yes!,No.\n',
    { explanation: 'Because', correct_feedback: 'Yes!', incorrect_feedback: 'No.' },
  ],
  ['blank rows between', 'type,text,correct\n\n,,\ntrue_false,A,TRUE\n\n', { text: 'A' }],
  ['columns in another order', 'correct,text,type\nTRUE,A,true_false\n', { correct_answer: true }],
  ['other scripts', 'type,text,option_1\nshort_answer,「水」？ 😀,みず\n', { accepted_answers: ['みず'] }],
  ['space around what a cell says', 'type,text,correct\n true_false ,  indented, TRUE \n', { text: '  indented' }],
]
