import { type FileSample, number, oneOf, short, truth } from '../expected.ts'

const NUMBER = 'A valid number is required.'
const A = truth('A', true)

/** Files of several rows, or of none that can be kept, with the line of everything that is told. */
export const FILES: FileSample[] = [
  [
    'type;text;correct\r\ntrue_false;A;WAHR\ntrue_false;B;FALSCH\rtrue_false;C;VRAI',
    [A, truth('B', false), truth('C', true)],
  ],
  [
    'sep=;\r\ntype;text;correct\r\ntrue_false;"A\r\nb\nc";WAHR\r\n;;\r\nnumeric;x;1,5\r\n',
    [truth('A\r\nb\nc', true), number('x', 1.5)],
  ],
  [
    'type;text;correct\ntrue_false;A;WAHR\nnumeric;x;1.234\nnumeric;y;1.234\n',
    [A, number('x', 1.234), number('y', 1.234)],
    { warnings: [[3, 'correct: 1.234 or 1,234? It was read with a decimal point. Write 1234 for the thousands.']] },
  ],
  ['type;text;correct\ntrue_false;A;WAHR\nnumeric;x;1.234,5\n', [], { errors: [[3, `correct: ${NUMBER}`]], kept: [A] }],
  ['type;text;correct\ntrue_false;A;WAHR\nnumeric;x;1 234,5\n', [], { errors: [[3, `correct: ${NUMBER}`]], kept: [A] }],
  ['type;text;correct\ntrue_false;A;WAHR\nnumeric;x;1,2,3\n', [], { errors: [[3, `correct: ${NUMBER}`]], kept: [A] }],
  ['type,text,correct\ntrue_false,A,WAHR\nnumeric,x,"1,5"\n', [], { errors: [[3, `correct: ${NUMBER}`]], kept: [A] }],
  [
    'type,text,points,correct\ntrue_false,A,,WAHR\nnumeric,x,"0,5",1\n',
    [],
    { errors: [[3, `points: ${NUMBER}`]], kept: [A] },
  ],
  ['type;text;correct\ntrue_false;A;JA\n', [], { errors: [[2, 'correct: Must be true or false.']] }],
  ['type;text;correct\ntrue_false;A;WAHR;x\n', [], { errors: [[2, 'The row has a cell in a column without a name.']] }],
  ['type;text;correct\n"true_false" ;A;WAHR\n', [], { errors: [[2, 'Text after a closing quote.']] }],
  ['typ;text;correct\ntrue_false;A;WAHR\n', [], { errors: [[1, 'The column "type" is missing.']] }],
  [';;\nTyp;Text\n', [], { errors: [[2, 'The column "type" is missing.']] }],
  [
    'type;text;correct\ntrue_false;A;WAHR\npoem;B;\ntrue_false;;\ntrue_false;C;FALSCH\n',
    [],
    {
      errors: [
        [
          3,
          'type: Must be one of: multiple_choice, multiple_select, true_false, short_answer, numeric, matching, ordering, fill_in_blank, essay.',
        ],
        [4, 'text: This field may not be blank.'],
      ],
      kept: [A, truth('C', false)],
    },
  ],
  [
    'type,text,correct\ntrue_false,A,TRUE\ntrue_false,"B,TRUE\n',
    [],
    { errors: [[3, 'A quote is opened here and never closed.']] },
  ],
  [
    'type,text,correct,option_1,weight_1,option_2,weight_2\nmultiple_choice,x,1,a,100,b,\n',
    [],
    { errors: [[2, 'options: Give a weight to every choice, or to none.']] },
  ],
  [
    'type,text,correct,option_1,weight_1,option_2,weight_2\nmultiple_choice,x,1,a,50,b,100\n',
    [],
    { errors: [[2, 'options: Correct choices weigh 100, all others less.']] },
  ],
  [
    'type,text,correct,option_1,weight_1,option_2,weight_2,partial_credit\nmultiple_select,x,1,a,50,b,-50,TRUE\n',
    [],
    { errors: [[2, 'options: The positive weights must add up to 100.']] },
  ],
  [
    'type,text,correct,option_1,weight_1,option_2,weight_2\nmultiple_select,x,1,a,100,b,-50\n',
    [],
    { errors: [[2, 'partial_credit: Must be true where choices have weights.']] },
  ],
  [
    'type,text,correct,option_1,weight_1,option_2,weight_2\nmultiple_choice,x,1,a,100,b,50%\n',
    [],
    { errors: [[2, `weight_2: ${NUMBER}`]] },
  ],
  [
    'type,text,correct,option_1,weight_1,option_2\nmultiple_choice,x,1,a,,b\nshort_answer,y,,z,100,\n',
    [oneOf('x', ['+a', '-b']), short('y', ['z'])],
    { warnings: [[3, 'weight_1 says nothing for short_answer and was ignored.']] },
  ],
  [
    'type,text,correct\ntrue_false,"<img src=""@@PLUGINFILE@@/c.png"">",TRUE\n',
    [truth('<img src="@@PLUGINFILE@@/c.png">', true)],
    { warnings: [[2, 'The image c.png is not in the file: @@PLUGINFILE@@ leads nowhere.']] },
  ],
]
