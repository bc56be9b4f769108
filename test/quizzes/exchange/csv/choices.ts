import { oneOf, type Sample, someOf, truth } from '../expected.ts'
import { under } from './csv.ts'

const UNKNOWN = 'Column "source" is not known and was ignored.'

export const MULTIPLE_CHOICE: Sample[] = [
  ...under('type,text,correct,option_1,option_2,option_3,option_4', [
    [
      'multiple_choice,Largest planet?,1,Jupiter,Saturn,Mars,Earth',
      oneOf('Largest planet?', ['+Jupiter', '-Saturn', '-Mars', '-Earth']),
    ],
    [
      'multiple_choice,Author of Dune?,3,Asimov,Clarke,Herbert,',
      oneOf('Author of Dune?', ['-Asimov', '-Clarke', '+Herbert']),
    ],
    ['multiple_choice,Even?,2,1,2,3,5', oneOf('Even?', ['-1', '+2', '-3', '-5'])],
    ['Multiple choice,Currency of Japan?,2,won,yen,,', oneOf('Currency of Japan?', ['-won', '+yen'])],
    ['MULTIPLE_CHOICE,Currency of Peru?,1,sol,peso,real,', oneOf('Currency of Peru?', ['+sol', '-peso', '-real'])],
    [
      'multiple-choice,Currency of Ghana?, 2 ,naira,cedi,rand,',
      oneOf('Currency of Ghana?', ['-naira', '+cedi', '-rand']),
    ],
    [
      'multiple_choice,Hauptstadt der Schweiz?,4,Zürich,Genf,Basel,Bern',
      oneOf('Hauptstadt der Schweiz?', ['-Zürich', '-Genf', '-Basel', '+Bern']),
    ],
    [
      'multiple_choice,Le contraire de « grand » ?,1,petit,gros,,',
      oneOf('Le contraire de « grand » ?', ['+petit', '-gros']),
    ],
    [
      'multiple_choice,¿Capital de Colombia?,2,Medellín,Bogotá,Cali,',
      oneOf('¿Capital de Colombia?', ['-Medellín', '+Bogotá', '-Cali']),
    ],
    [
      'multiple_choice,一番大きい島は？,2,四国,本州,九州,沖縄',
      oneOf('一番大きい島は？', ['-四国', '+本州', '-九州', '-沖縄']),
    ],
    ['multiple_choice,最长的河流是？,1,长江,黄河,,', oneOf('最长的河流是？', ['+长江', '-黄河'])],
    [
      'multiple_choice,Самая длинная река Европы?,3,Дунай,Днепр,Волга,',
      oneOf('Самая длинная река Европы?', ['-Дунай', '-Днепр', '+Волга']),
    ],
    ['multiple_choice,ما لون السماء؟,1,أزرق,أحمر,,', oneOf('ما لون السماء؟', ['+أزرق', '-أحمر'])],
    ['multiple_choice,מהו צבע הדשא?,2,כחול,ירוק,,', oneOf('מהו צבע הדשא?', ['-כחול', '+ירוק'])],
    ['multiple_choice,सबसे बड़ा ग्रह?,1,बृहस्पति,शनि,,', oneOf('सबसे बड़ा ग्रह?', ['+बृहस्पति', '-शनि'])],
    ['multiple_choice,가장 큰 섬은?,1,제주도,거제도,,', oneOf('가장 큰 섬은?', ['+제주도', '-거제도'])],
    ['multiple_choice,🐝 makes?,1,🍯,🥛,🥚,', oneOf('🐝 makes?', ['+🍯', '-🥛', '-🥚'])],
    ['multiple_choice,Two alike?,1,same,same,,', oneOf('Two alike?', ['+same', '-same'])],
    ['multiple_choice,Which is 0.5?,1,1/2,2/1,5%,', oneOf('Which is 0.5?', ['+1/2', '-2/1', '-5%'])],
    [
      'multiple_choice,"Who said ""Eureka""?",2,"Plato, of Athens",Archimedes,"Euclid, of Alexandria",',
      oneOf('Who said "Eureka"?', ['-Plato, of Athens', '+Archimedes', '-Euclid, of Alexandria']),
    ],
  ]),
  ...under('type,text,points,correct,option_1,feedback_1,option_2,feedback_2,explanation', [
    [
      'multiple_choice,Acid?,2,1,HCl,Yes.,NaOH,A base.,pH below 7',
      oneOf('Acid?', ['+HCl // Yes.', '-NaOH // A base.'], { points: 2, explanation: 'pH below 7' }),
    ],
    ['multiple_choice,Base?,0.5,2,HCl,An acid.,NaOH,,', oneOf('Base?', ['-HCl // An acid.', '+NaOH'], { points: 0.5 })],
    [
      'multiple_choice,Salt?,0,2,HCl,,NaCl,"Table salt, yes",',
      oneOf('Salt?', ['-HCl', '+NaCl // Table salt, yes'], { points: 0 }),
    ],
    [
      'multiple_choice,Metal?,1.125,1,Na,"Soft,\nbut one",Cl,,',
      oneOf('Metal?', ['+Na // Soft,\nbut one', '-Cl'], { points: 1.125 }),
    ],
    ['multiple_choice,Gas?,,1,Ar,Noble.,Fe,Iron.,', oneOf('Gas?', ['+Ar // Noble.', '-Fe // Iron.'])],
  ]),
  ...under('type,text,correct,option_1,option_2,correct_feedback,incorrect_feedback', [
    [
      'multiple_choice,Boil at 100 °C?,1,water,iron,Well done!,Try again.',
      oneOf('Boil at 100 °C?', ['+water', '-iron'], {
        correct_feedback: 'Well done!',
        incorrect_feedback: 'Try again.',
      }),
    ],
    [
      'multiple_choice,Melts at 0 °C?,1,ice,lead,,Think of winter.',
      oneOf('Melts at 0 °C?', ['+ice', '-lead'], { incorrect_feedback: 'Think of winter.' }),
    ],
  ]),
  ...under('option_2,option_1,correct,text,type', [
    ['second,first,1,Columns backwards?,multiple_choice', oneOf('Columns backwards?', ['+first', '-second'])],
  ]),
  ...under('type,text,correct,option_1,option_2,source', [
    ['multiple_choice,From which book?,2,this,that,p. 17', oneOf('From which book?', ['-this', '+that']), [UNKNOWN]],
  ]),
  ...under('type,text,correct,option_1,option_2,tolerance', [
    [
      'multiple_choice,With a foreign cell?,1,yes,no,5',
      oneOf('With a foreign cell?', ['+yes', '-no']),
      ['tolerance says nothing for multiple_choice and was ignored.'],
    ],
  ]),
]

export const MULTIPLE_SELECT: Sample[] = [
  ...under('type,text,correct,option_1,option_2,option_3,option_4,partial_credit', [
    ['multiple_select,Which are odd?,1;3,1,2,3,4,TRUE', someOf('Which are odd?', ['+1', '-2', '+3', '-4'])],
    [
      'multiple_select,Which are even?,2;4,1,2,3,4,FALSE',
      someOf('Which are even?', ['-1', '+2', '-3', '+4'], { partial_credit: false }),
    ],
    ['multiple_select,Metals?,1 2,iron,tin,sulfur,,yes', someOf('Metals?', ['+iron', '+tin', '-sulfur'])],
    [
      'multiple_select,Nonmetals?,"2,3",iron,carbon,sulfur,,no',
      someOf('Nonmetals?', ['-iron', '+carbon', '+sulfur'], { partial_credit: false }),
    ],
    [
      'multiple_select,Fruits?,"1, 2, 3",apple,pear,plum,leek,1',
      someOf('Fruits?', ['+apple', '+pear', '+plum', '-leek']),
    ],
    [
      'multiple_select,Vegetables?,4,apple,pear,plum,leek,0',
      someOf('Vegetables?', ['-apple', '-pear', '-plum', '+leek'], { partial_credit: false }),
    ],
    [
      'multiple_select,All four?,1;2;3;4,a,b,c,d,',
      someOf('All four?', ['+a', '+b', '+c', '+d'], { partial_credit: false }),
    ],
    ['multiple_select,Out of order?,3;1,a,b,c,,true', someOf('Out of order?', ['+a', '-b', '+c'])],
    ['multiple_select,Said twice?,1;1;2,a,b,c,,True', someOf('Said twice?', ['+a', '+b', '-c'])],
    ['Multiple select,Spaces?, 1 ; 2 ,a,b,c,, Yes ', someOf('Spaces?', ['+a', '+b', '-c'])],
    ['multiple-select,Semicolon at the end?,1;2;,a,b,c,,TRUE', someOf('Semicolon at the end?', ['+a', '+b', '-c'])],
    [
      'multiple_select,Städte am Rhein?,1;2,Köln,Basel,Berlin,Wien,TRUE',
      someOf('Städte am Rhein?', ['+Köln', '+Basel', '-Berlin', '-Wien']),
    ],
    [
      'multiple_select,Villes de France ?,1;3,Lyon,Genève,Nîmes,,TRUE',
      someOf('Villes de France ?', ['+Lyon', '-Genève', '+Nîmes']),
    ],
    [
      'multiple_select,¿Países andinos?,1;2,Perú,Ecuador,Cuba,,TRUE',
      someOf('¿Países andinos?', ['+Perú', '+Ecuador', '-Cuba']),
    ],
    ['multiple_select,母音は？,1;2,あ,い,か,,TRUE', someOf('母音は？', ['+あ', '+い', '-か'])],
    ['multiple_select,哪些是动物？,1;2,狗,猫,树,,TRUE', someOf('哪些是动物？', ['+狗', '+猫', '-树'])],
    [
      'multiple_select,Какие из них — реки?,1;2,Обь,Лена,Байкал,,TRUE',
      someOf('Какие из них — реки?', ['+Обь', '+Лена', '-Байкал']),
    ],
    ['multiple_select,أي منها فاكهة؟,1;2,تفاح,موز,خس,,TRUE', someOf('أي منها فاكهة؟', ['+تفاح', '+موز', '-خس'])],
    ['multiple_select,אילו הן ערים?,1;2,חיפה,אילת,ירדן,,TRUE', someOf('אילו הן ערים?', ['+חיפה', '+אילת', '-ירדן'])],
    ['multiple_select,कौन से फल हैं?,1;2,आम,केला,आलू,,TRUE', someOf('कौन से फल हैं?', ['+आम', '+केला', '-आलू'])],
    ['multiple_select,과일은?,1;2,사과,배,파,,TRUE', someOf('과일은?', ['+사과', '+배', '-파'])],
    ['multiple_select,Birds? 🦜,1;2,🦆,🦉,🐟,,TRUE', someOf('Birds? 🦜', ['+🦆', '+🦉', '-🐟'])],
  ]),
  ...under('type,text,points,correct,option_1,feedback_1,option_2,feedback_2,option_3,feedback_3', [
    [
      'multiple_select,Safe?,3,1;2,goggles,Always.,gloves,,smoking,Never!',
      someOf('Safe?', ['+goggles // Always.', '+gloves', '-smoking // Never!'], { points: 3, partial_credit: false }),
    ],
    [
      'multiple_select,Vowels?,1.5,1,A,,B,"No, a consonant",C,',
      someOf('Vowels?', ['+A', '-B // No, a consonant', '-C'], { points: 1.5, partial_credit: false }),
    ],
  ]),
  ...under('type,text,correct,option_1,option_2,explanation,correct_feedback,incorrect_feedback,partial_credit', [
    [
      'multiple_select,Both?,1;2,x,y,Because.,Yes!,No!,TRUE',
      someOf('Both?', ['+x', '+y'], { explanation: 'Because.', correct_feedback: 'Yes!', incorrect_feedback: 'No!' }),
    ],
    [
      'multiple_select,One?,2,x,y,"Since x, ""the other"", fell",,,TRUE',
      someOf('One?', ['-x', '+y'], { explanation: 'Since x, "the other", fell' }),
    ],
    ['multiple_select,"Line\r\nends?",1,x,y,,,,TRUE', someOf('Line\r\nends?', ['+x', '-y'])],
  ]),
  ...under(`type,text,correct,${Array.from({ length: 12 }, (_, i) => `option_${i + 1}`).join(',')}`, [
    [
      'multiple_select,Months of 31 days?,1;3;5;7;8;10;12,Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec',
      someOf(
        'Months of 31 days?',
        ['+Jan', '-Feb', '+Mar', '-Apr', '+May', '-Jun', '+Jul', '+Aug', '-Sep', '+Oct', '-Nov', '+Dec'],
        { partial_credit: false },
      ),
    ],
    [
      'multiple_select,The twelfth?,12,a,b,c,d,e,f,g,h,i,j,k,l',
      someOf('The twelfth?', ['-a', '-b', '-c', '-d', '-e', '-f', '-g', '-h', '-i', '-j', '-k', '+l'], {
        partial_credit: false,
      }),
    ],
  ]),
  ...under('type,text,correct,option_1,option_2,case_sensitive', [
    [
      'multiple_select,With a foreign cell?,1,a,b,TRUE',
      someOf('With a foreign cell?', ['+a', '-b'], { partial_credit: false }),
      ['case_sensitive says nothing for multiple_select and was ignored.'],
    ],
  ]),
]

export const TRUE_FALSE: Sample[] = [
  ...under('type,text,correct', [
    ['true_false,Ice floats.,TRUE', truth('Ice floats.', true)],
    ['true_false,Ice sinks.,FALSE', truth('Ice sinks.', false)],
    ['true_false,Lower case,true', truth('Lower case', true)],
    ['true_false,Lower case,false', truth('Lower case', false)],
    ['true_false,As a word,yes', truth('As a word', true)],
    ['true_false,As a word,No', truth('As a word', false)],
    ['true_false,As a digit,1', truth('As a digit', true)],
    ['true_false,As a digit,0', truth('As a digit', false)],
    ['True false,Type in words,TRUE', truth('Type in words', true)],
    ['True/False,Type in words,TRUE', truth('Type in words', true)],
    ['true-false,With a dash, FALSE ', truth('With a dash', false)],
    ['true_false,Fledermäuse sind Vögel.,FALSE', truth('Fledermäuse sind Vögel.', false)],
    ['true_false,"L’eau bout à 100 °C.",TRUE', truth('L’eau bout à 100 °C.', true)],
    ['true_false,El delfín es un pez.,FALSE', truth('El delfín es un pez.', false)],
    ['true_false,クジラは魚である。,FALSE', truth('クジラは魚である。', false)],
    ['true_false,太阳是恒星。,TRUE', truth('太阳是恒星。', true)],
    ['true_false,Земля круглая.,TRUE', truth('Земля круглая.', true)],
    ['true_false,القمر نجم.,FALSE', truth('القمر نجم.', false)],
    ['true_false,השמש היא כוכב.,TRUE', truth('השמש היא כוכב.', true)],
    ['true_false,चाँद एक तारा है।,FALSE', truth('चाँद एक तारा है।', false)],
    ['true_false,고래는 포유류이다.,TRUE', truth('고래는 포유류이다.', true)],
    ['true_false,🐧 fly.,FALSE', truth('🐧 fly.', false)],
    ['true_false,"2, 3 and 5 are prime.",TRUE', truth('2, 3 and 5 are prime.', true)],
    ['true_false,"He said ""I do"".",TRUE', truth('He said "I do".', true)],
    ['true_false,1 < 2,TRUE', truth('1 < 2', true)],
    ['true_false,50 % of 10 is 5,TRUE', truth('50 % of 10 is 5', true)],
  ]),
  ...under('type,text,points,correct,explanation,correct_feedback,incorrect_feedback', [
    [
      'true_false,A whale breathes air.,2,TRUE,It is a mammal.,Right!,Wrong.',
      truth('A whale breathes air.', true, {
        points: 2,
        explanation: 'It is a mammal.',
        correct_feedback: 'Right!',
        incorrect_feedback: 'Wrong.',
      }),
    ],
    [
      'true_false,Only told when wrong,0.25,FALSE,,,"Read p. 3, please"',
      truth('Only told when wrong', false, { points: 0.25, incorrect_feedback: 'Read p. 3, please' }),
    ],
    [
      'true_false,Only told when right,10,FALSE,,👏,',
      truth('Only told when right', false, { points: 10, correct_feedback: '👏' }),
    ],
    ['true_false,For nothing,0,TRUE,,,', truth('For nothing', true, { points: 0 })],
  ]),
  ...under('type,text,correct,option_1', [
    [
      'true_false,With a foreign cell,TRUE,x',
      truth('With a foreign cell', true),
      ['option_1 says nothing for true_false and was ignored.'],
    ],
  ]),
]
