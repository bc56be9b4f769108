import { blanks, number, oneOf, order, pairs, type Sample, short, someOf, truth } from '../expected.ts'
import { under } from './csv.ts'

const TF = 'type,text,correct'
const holds = (text: string) => truth(text, true)

/** What stands between quotes, and without them. */
export const QUOTING: Sample[] = [
  ...under(TF, [
    ['true_false,"plain",TRUE', holds('plain')],
    ['"true_false","all","TRUE"', holds('all')],
    ['true_false,"a, b",TRUE', holds('a, b')],
    ['true_false,"a; b",TRUE', holds('a; b')],
    ['true_false,a; b,TRUE', holds('a; b')],
    ['true_false,"a\tb",TRUE', holds('a\tb')],
    ['true_false,"say ""yes""",TRUE', holds('say "yes"')],
    ['true_false,"""yes""",TRUE', holds('"yes"')],
    ['true_false,"""",TRUE', holds('"')],
    ['true_false,"""""",TRUE', holds('""')],
    ['true_false,"""a"", ""b""",TRUE', holds('"a", "b"')],
    ['true_false,"one\ntwo",TRUE', holds('one\ntwo')],
    ['true_false,"one\r\ntwo",TRUE', holds('one\r\ntwo')],
    ['true_false,"one\rtwo",TRUE', holds('one\rtwo')],
    ['true_false,"one\n\n\nfour",TRUE', holds('one\n\n\nfour')],
    ['true_false,"\nfirst empty",TRUE', holds('\nfirst empty')],
    ['true_false,"last empty\n",TRUE', holds('last empty\n')],
    ['true_false,"type,text,correct\ntrue_false,A,TRUE",TRUE', holds('type,text,correct\ntrue_false,A,TRUE')],
    ['true_false,it’s “so”,TRUE', holds('it’s “so”')],
    ["true_false,it's so,TRUE", holds("it's so")],
    ['true_false,« oui »,TRUE', holds('« oui »')],
    ['true_false,„so“,TRUE', holds('„so“')],
    ['true_false,「はい」,TRUE', holds('「はい」')],
    ['true_false,  spaces  ,TRUE', holds('  spaces  ')],
    ['true_false,"  spaces  ",TRUE', holds('  spaces  ')],
    ['true_false,back\\slash \\n \\\\,TRUE', holds('back\\slash \\n \\\\')],
    ['true_false,"<b class=""x"">bold</b>",TRUE', holds('<b class="x">bold</b>')],
    ['true_false,"{""a"": [1, 2]}",TRUE', holds('{"a": [1, 2]}')],
    ['true_false,1\u00a0000 €,TRUE', holds('1\u00a0000 €')],
    ['true_false,$$\\frac{1}{2}$$,TRUE', holds('$$\\frac{1}{2}$$')],
  ]),
  ['"type","text","correct"\r\n"true_false","a quoted header","TRUE"\r\n', holds('a quoted header')],
  ['type,"text",correct\ntrue_false,"half quoted",TRUE', holds('half quoted')],
]

/** What separates cells, columns and rows, and what may stand around them. */
export const SEPARATORS: Sample[] = [
  ['sep=;\r\ntype;text;correct\r\ntrue_false;told to Excel;TRUE\r\n', truth('told to Excel', true)],
  ['"sep=,"\ntype,text,correct\ntrue_false,told in quotes,TRUE\n', truth('told in quotes', true)],
  ['\uFEFFSEP=\t\ntype\ttext\tcorrect\ntrue_false\ttabs; and a, comma\tTRUE\n', truth('tabs; and a, comma', true)],
  ['type;text;correct\r\ntrue_false;a, b;TRUE\r\n', truth('a, b', true)],
  [
    'type;text;correct;option_1;option_2\nmultiple_select;Städte;1,2;Köln;Bonn\n',
    someOf('Städte', ['+Köln', '+Bonn'], { partial_credit: false }),
  ],
  [
    'type;text;correct;option_1;option_2\nmultiple_select;Städte;"1;2";Köln;Bonn\n',
    someOf('Städte', ['+Köln', '+Bonn'], { partial_credit: false }),
  ],
  ['type;text;option_1\nshort_answer;"Wer; wo?";"ich; hier"\n', short('Wer; wo?', ['ich; hier'])],
  ['"type";"text";"correct"\n"true_false";"a";"FALSE"\n', truth('a', false)],
  ['type\ttext\tcorrect\r\ntrue_false\ta, b; c\tTRUE\r\n', truth('a, b; c', true)],
  ['type\ttext\toption_1\toption_2\nordering\tSort\tone\ttwo\n', order('Sort', ['one', 'two'])],
  ['type\ttext\toption_1\nshort_answer\t"a ""b"""\tc\n', short('a "b"', ['c'])],
  ['"type"\t"text"\t"correct"\n"numeric"\t"Five?"\t"5"\n', number('Five?', 5)],
  ['\uFEFFtype,text,correct\r\ntrue_false,marked,TRUE\r\n', truth('marked', true)],
  ['\uFEFFtype;text;correct\r\ntrue_false;ähnlich;TRUE\r\n', truth('ähnlich', true)],
  ['\uFEFF"type","text","correct"\r\n"true_false","quoted","TRUE"\r\n', truth('quoted', true)],
  ['type,text,correct\ntrue_false,line feeds,TRUE\n', truth('line feeds', true)],
  ['type,text,correct\rtrue_false,carriage returns,TRUE\r', truth('carriage returns', true)],
  ['type,text,correct\r\ntrue_false,mixed,TRUE\n', truth('mixed', true)],
  ['type,text,correct\ntrue_false,no end,TRUE', truth('no end', true)],
  ['type,text,correct\ntrue_false,many ends,TRUE\n\n\n\r\n\r\n', truth('many ends', true)],
  ['type,text,correct\n,,\n,,\ntrue_false,empty rows,TRUE\n,,\n', truth('empty rows', true)],
  ['type,text,correct\n\n\ntrue_false,late,TRUE\n', truth('late', true)],
  ['TYPE,TEXT,CORRECT\ntrue_false,capitals,TRUE\n', truth('capitals', true)],
  [' type , text , correct \ntrue_false,spaces in the header,TRUE\n', truth('spaces in the header', true)],
  ['correct,type,text\nTRUE,true_false,another order\n', truth('another order', true)],
  ['type,text,correct,,\ntrue_false,columns without a name,TRUE,,\n', truth('columns without a name', true)],
  ['type,text,correct,explanation\ntrue_false,a row too short,TRUE\n', truth('a row too short', true)],
  [
    'type,text,correct,Notes\ntrue_false,a column more,TRUE,mine\n',
    truth('a column more', true),
    ['Column "notes" is not known and was ignored.'],
  ],
  [
    'type,text,correct,option_51\ntrue_false,a number too high,TRUE,\n',
    truth('a number too high', true),
    ['Column "option_51" is not known and was ignored.'],
  ],
  ['type,text,correct,option_2,option_1\nmultiple_choice,numbers count,1,b,a\n', oneOf('numbers count', ['+a', '-b'])],
  [
    'type,text,option_1,match_1,match_2,option_2\nmatching,pairs by number,a,1,2,b\n',
    pairs('pairs by number', ['a = 1', 'b = 2']),
  ],
  [
    'type,text,option_1,option_2\nfill_in_blank,{{1}} or {{2}},x|y,"z|""q"""\n',
    blanks('{{1}} or {{2}}', { 1: ['x', 'y'], 2: ['z', '"q"'] }),
  ],
  ['type,text,correct,option_1,option_2\nmultiple_choice,a bar|in it,1,a|b,c\n', oneOf('a bar|in it', ['+a|b', '-c'])],
  ['type;text;correct;tolerance\nnumeric;π;3.14;0.01\n', number('π', 3.14, { tolerance: 0.01 })],
  ['type,text,correct\n true_false ,spaces about, TRUE \n', truth('spaces about', true)],
]

/** What a spreadsheet would compute, and the apostrophe that says that it shall not. */
export const APOSTROPHE: Sample[] = [
  ...under(TF, [
    ["true_false,'=1+1,TRUE", truth('=1+1', true)],
    ['true_false,=1+1,TRUE', truth('=1+1', true)],
    ["true_false,'+1 is positive,TRUE", truth('+1 is positive', true)],
    ['true_false,+1 is positive,TRUE', truth('+1 is positive', true)],
    ["true_false,'-1 is negative,TRUE", truth('-1 is negative', true)],
    ['true_false,- a dash first,TRUE', truth('- a dash first', true)],
    ["true_false,'@home is a place,TRUE", truth('@home is a place', true)],
    ['true_false,@home is a place,TRUE', truth('@home is a place', true)],
    ["true_false,''=twice,TRUE", truth("'=twice", true)],
    ["true_false,'''@thrice,TRUE", truth("''@thrice", true)],
    ["true_false,'tis so,TRUE", truth("'tis so", true)],
    ["true_false,'quoted',TRUE", truth("'quoted'", true)],
    ["true_false,don't,TRUE", truth("don't", true)],
    ["true_false,it ends',TRUE", truth("it ends'", true)],
    ["true_false,',TRUE", truth("'", true)],
    ["true_false,'5,TRUE", truth("'5", true)],
    ["true_false,'٥ digits,TRUE", truth("'٥ digits", true)],
    ['true_false,-5,TRUE', truth('-5', true)],
    ['true_false,+5,TRUE', truth('+5', true)],
    ["true_false,'-5,TRUE", truth('-5', true)],
    ['true_false,-1.5e3,TRUE', truth('-1.5e3', true)],
    ["true_false,'＝1＋1,TRUE", truth('＝1＋1', true)],
    ['true_false,＠全角,TRUE', truth('＠全角', true)],
    ['true_false,"=HYPERLINK(""http://x"",""y"")",TRUE', truth('=HYPERLINK("http://x","y")', true)],
    ["true_false,\"'=cmd|' /C calc'!A0\",TRUE", truth("=cmd|' /C calc'!A0", true)],
    ['true_false,"\t=tab first",TRUE', truth('\t=tab first', true)],
    ['true_false,1=1,TRUE', truth('1=1', true)],
  ]),
  ...under('type,text,option_1,option_2', [
    ["short_answer,Give a formula,'=A1,=B1", short('Give a formula', ['=A1', '=B1'])],
    ["ordering,Sort,'-2,'-1", order('Sort', ['-2', '-1'])],
    ['ordering,Sort,-2,-1', order('Sort', ['-2', '-1'])],
    [
      "fill_in_blank,{{1}} or {{2}},'+|plus,'-|minus",
      blanks('{{1}} or {{2}}', { 1: ['+', 'plus'], 2: ['-', 'minus'] }),
    ],
  ]),
  ...under('type,text,correct,option_1,feedback_1,option_2,feedback_2', [
    ["multiple_choice,'=?,1,'=,'+ right,'-,'@ wrong", oneOf('=?', ['+= // + right', '-- // @ wrong'])],
  ]),
  ...under('type,text,option_1,match_1,option_2,match_2', [
    ["matching,Signs,'+,plus,'-,minus", pairs('Signs', ['+ = plus', '- = minus'])],
  ]),
  ...under('type,text,correct,explanation,correct_feedback,incorrect_feedback', [
    [
      "numeric,Zero in °C?,-273.15,'=0 K,'+1,'-1",
      number('Zero in °C?', -273.15, { explanation: '=0 K', correct_feedback: '+1', incorrect_feedback: '-1' }),
    ],
  ]),
]
