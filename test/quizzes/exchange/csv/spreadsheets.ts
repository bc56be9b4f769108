import { blanks, essay, number, oneOf, order, pairs, type Sample, short, someOf, truth } from '../expected.ts'
import { under } from './csv.ts'

const ambiguous = (column: string, point: string) =>
  `${column}: ${point} or ${point.replace('.', ',')}? It was read with a decimal point. Write ${point.replace('.', '')} for the thousands.`

/** Excel in German: semicolons, decimal commas, WAHR and FALSCH; with a mark where it is saved as "CSV UTF-8". */
const GERMAN: Sample[] = [
  ...under('\uFEFFtype;text;points;correct;tolerance;tolerance_type', [
    ['numeric;Pi?;0,5;3,14;0,005;', number('Pi?', 3.14, { points: 0.5, tolerance: 0.005 })],
    [
      'numeric;Lichtjahr in m?;2;9,46E+15;1;percent',
      number('Lichtjahr in m?', 9.46e15, { points: 2, tolerance: 1, tolerance_type: 'percent' }),
    ],
    [
      'numeric;Elementarladung?;1;1,602E-19;1,0E-22;absolute',
      number('Elementarladung?', 1.602e-19, { tolerance: 1e-22 }),
    ],
    [
      'numeric;Nullpunkt in °C?;1,25;-273,15;,01;',
      number('Nullpunkt in °C?', -273.15, { points: 1.25, tolerance: 0.01 }),
    ],
    ['numeric;Mit Punkt?;0.5;3.5;0.25;', number('Mit Punkt?', 3.5, { points: 0.5, tolerance: 0.25 })],
    [
      'numeric;Leerraum?; 0,5 ; 3,14\u00a0; 0,01 ; Absolute ',
      number('Leerraum?', 3.14, { points: 0.5, tolerance: 0.01 }),
    ],
    ['numeric;Einwohner?;1;1.234;;', number('Einwohner?', 1.234), [ambiguous('correct', '1.234')]],
    [
      'numeric;Ungefähr?;1;12.500;1.000;',
      number('Ungefähr?', 12.5, { tolerance: 1 }),
      [ambiguous('tolerance', '1.000'), ambiguous('correct', '12.500')],
    ],
    ['numeric;Drei Stellen?;1;1,234;0.125;', number('Drei Stellen?', 1.234, { tolerance: 0.125 })],
  ]),
  ...under('Type ; Text ; Correct ; Partial_credit ; Option_1 ; Option_2', [
    ['True/False ;Eis schwimmt.; WAHR ;;;', truth('Eis schwimmt.', true)],
    ['true_false;Eis sinkt.;falsch;;;', truth('Eis sinkt.', false)],
    ['multiple_select;Alle?;1;WAHR;"Ja; alle";Nein', someOf('Alle?', ['+Ja; alle', '-Nein'])],
    ['multiple_select;Beide?;"1;2";FALSCH;a;b', someOf('Beide?', ['+a', '+b'], { partial_credit: false })],
  ]),
  [
    'sep=;\r\ntype;text;correct\r\ntrue_false;"Mehrere\nZeilen; und ""Zitate""";WAHR\r\n',
    truth('Mehrere\nZeilen; und "Zitate"', true),
  ],
  ['type;text;correct;;;\r\ntrue_false;Leere Spalten;FALSCH;;;\r\n;;;;;\r\n;;;;;\r\n', truth('Leere Spalten', false)],
  [';;\r\n;;\r\ntype;text;correct\r\ntrue_false;Leere Zeilen oben;WAHR\r\n', truth('Leere Zeilen oben', true)],
  [
    'type\ttext\tcorrect\tpoints\r\nnumeric\tUnicode-Text?\t1,5E+03\t0,5\r\n',
    number('Unicode-Text?', 1500, { points: 0.5 }),
  ],
  ['type\ttext\tcorrect\r\nnumeric\tTausend?\t1.000\r\n', number('Tausend?', 1), [ambiguous('correct', '1.000')]],
]

const FRENCH: Sample[] = [
  ['\uFEFFtype;text;correct\r\ntrue_false;L’eau bout à 100 °C ?;VRAI\r\n', truth('L’eau bout à 100 °C ?', true)],
  [
    'type;text;correct;case_sensitive;option_1\r\nshort_answer;Symbole de l’or ?;;VRAI;Au\r\n',
    short('Symbole de l’or ?', ['Au'], { case_sensitive: true }),
  ],
  ['type;text;correct\r\ntrue_false;« Non » ?;Faux\r\n', truth('« Non » ?', false)],
  [
    'type;text;points;option_1;match_1;option_2;match_2\r\nessay;Pourquoi ?;2,5;fond;1,75;forme;0,75\r\n',
    essay('Pourquoi ?', {
      points: 2.5,
      rubric: [
        { criterion: 'fond', max_points: 1.75 },
        { criterion: 'forme', max_points: 0.75 },
      ],
    }),
  ],
  [
    'type;text;option_1;option_2\r\nordering;Triez : 1,5 et 2,5;1,5;2,5\r\n',
    order('Triez : 1,5 et 2,5', ['1,5', '2,5']),
  ],
]

/** LibreOffice asks for the separator, quotes every text if told to, and may end lines as the system does. */
const POLISH: Sample[] = [
  ['"type";"text";"correct"\n"true_false";"Lód pływa.";PRAWDA\n', truth('Lód pływa.', true)],
  ['"type";"text";"correct"\n"true_false";"Lód tonie.";fałsz\n', truth('Lód tonie.', false)],
  [
    'type\ttext\tcorrect\ttolerance\nnumeric\tGęstość?\t7,8742\t0,0001\n',
    number('Gęstość?', 7.8742, { tolerance: 0.0001 }),
  ],
  [
    '"type";"text";"option_1";"match_1";"option_2";"match_2"\n"matching";"Połącz";"Łódź";"miasto";"Wisła";"rzeka"\n',
    pairs('Połącz', ['Łódź = miasto', 'Wisła = rzeka']),
  ],
  ['type;text;option_1\nfill_in_blank;"Ala ma {{1}}.";kota|psa\n', blanks('Ala ma {{1}}.', { 1: ['kota', 'psa'] })],
]

/** Words for true and false in the other languages. */
const WORDS: Sample[] = under('type;text;correct', [
  ['true_false;El hielo flota.;VERDADERO', truth('El hielo flota.', true)],
  ['true_false;El hielo se hunde.;Falso', truth('El hielo se hunde.', false)],
  ['true_false;Il ghiaccio galleggia.;VERO', truth('Il ghiaccio galleggia.', true)],
  ['true_false;Il ghiaccio affonda.;FALSO', truth('Il ghiaccio affonda.', false)],
  ['true_false;O gelo flutua.;verdadeiro', truth('O gelo flutua.', true)],
  ['true_false;IJs drijft.;WAAR', truth('IJs drijft.', true)],
  ['true_false;IJs zinkt.;Onwaar', truth('IJs zinkt.', false)],
])

/** Google Sheets always separates by commas, and quotes what has a decimal comma in it. */
const SHEETS: Sample[] = [
  ['type,text,correct,,\r\ntrue_false,Empty columns,PRAWDA,,\r\n,,,,\r\n', truth('Empty columns', true)],
  ['type,text,correct\r\ntrue_false,"Two\nlines, quoted",WAHR', truth('Two\nlines, quoted', true)],
  [
    'type,text,correct,option_1,option_2\r\nmultiple_select,"1,5 oder 2,5?","1,2","1,5","2,5"',
    someOf('1,5 oder 2,5?', ['+1,5', '+2,5'], { partial_credit: false }),
  ],
  ['type,text,correct\r\nnumeric,Thousands?,1.234\r\n', number('Thousands?', 1.234)],
]

const WEIGHTS: Sample[] = [
  ...under('type,text,correct,partial_credit,option_1,weight_1,option_2,weight_2,option_3,weight_3', [
    ['multiple_choice,Best?,1,,a,100,b,50,c,0', oneOf('Best?', ['+a', '-b', '-c'], { weights: [100, 50, 0] })],
    [
      'multiple_choice,Two are best?,1;3,,a,100,b,-33.33333,c,100',
      oneOf('Two are best?', ['+a', '-b', '+c'], { weights: [100, -33.33333, 100] }),
    ],
    ['multiple_choice,"No weights, two right?",1;2,,a,,b,,c,', oneOf('No weights, two right?', ['+a', '+b', '-c'])],
    [
      'multiple_select,Thirds?,1;2,TRUE,a,66.66667,b,33.33333,c,-100',
      someOf('Thirds?', ['+a', '+b', '-c'], { weights: [66.66667, 33.33333, -100] }),
    ],
    [
      'multiple_select,Equal shares?,1;2,TRUE,a,50,b,50,c,-50',
      someOf('Equal shares?', ['+a', '+b', '-c'], { weights: [50, 50, -50] }),
    ],
    ['multiple_select,No weights?,1;2,TRUE,a,,b,,c,', someOf('No weights?', ['+a', '+b', '-c'])],
  ]),
  [
    'sep=;\r\ntype;text;correct;partial_credit;option_1;weight_1;feedback_1;option_2;weight_2\r\nmultiple_select;Gewicht?;1;WAHR;a;100,0;"gut; sehr";b;-14,28571\r\n',
    someOf('Gewicht?', ['+a // gut; sehr', '-b'], { weights: [100, -14.28571] }),
  ],
]

export const SPREADSHEETS: Sample[] = [...GERMAN, ...FRENCH, ...POLISH, ...WORDS, ...SHEETS, ...WEIGHTS]
