import { order, pairs, type Sample } from '../expected.ts'
import { under } from './csv.ts'

export const MATCHING: Sample[] = [
  ...under('type,text,option_1,match_1,option_2,match_2,option_3,match_3', [
    [
      'matching,Capitals,Peru,Lima,Chile,Santiago,Cuba,Havana',
      pairs('Capitals', ['Peru = Lima', 'Chile = Santiago', 'Cuba = Havana']),
    ],
    ['matching,Authors,Emma,Austen,Ulysses,Joyce,,', pairs('Authors', ['Emma = Austen', 'Ulysses = Joyce'])],
    [
      'Matching,Elements,Na,sodium,K,potassium,W,tungsten',
      pairs('Elements', ['Na = sodium', 'K = potassium', 'W = tungsten']),
    ],
    ['MATCHING,Ports,80,HTTP,443,HTTPS,22,SSH', pairs('Ports', ['80 = HTTP', '443 = HTTPS', '22 = SSH'])],
    ['matching,Squares,2,4,3,9,4,16', pairs('Squares', ['2 = 4', '3 = 9', '4 = 16'])],
    [
      'matching,Equal rights,cat,animal,oak,plant,dog,animal',
      pairs('Equal rights', ['cat = animal', 'oak = plant', 'dog = animal']),
    ],
    [
      'matching,Equal lefts,bank,river,bank,money,bench,park',
      pairs('Equal lefts', ['bank = river', 'bank = money', 'bench = park']),
    ],
    ['matching,Artikel,der,Tisch,die,Tür,das,Haus', pairs('Artikel', ['der = Tisch', 'die = Tür', 'das = Haus'])],
    ['matching,Traduire,chien,dog,chat,cat,œuf,egg', pairs('Traduire', ['chien = dog', 'chat = cat', 'œuf = egg'])],
    [
      'matching,Traducir,perro,dog,gato,cat,niño,child',
      pairs('Traducir', ['perro = dog', 'gato = cat', 'niño = child']),
    ],
    ['matching,漢字,山,やま,川,かわ,空,そら', pairs('漢字', ['山 = やま', '川 = かわ', '空 = そら'])],
    ['matching,拼音,人,rén,天,tiān,,', pairs('拼音', ['人 = rén', '天 = tiān'])],
    ['matching,Перевод,дом,house,лес,forest,,', pairs('Перевод', ['дом = house', 'лес = forest'])],
    ['matching,ترجم,بيت,house,باب,door,,', pairs('ترجم', ['بيت = house', 'باب = door'])],
    ['matching,תרגמו,בית,house,עץ,tree,,', pairs('תרגמו', ['בית = house', 'עץ = tree'])],
    ['matching,मिलान,पानी,water,आग,fire,,', pairs('मिलान', ['पानी = water', 'आग = fire'])],
    ['matching,뜻,물,water,불,fire,흙,earth', pairs('뜻', ['물 = water', '불 = fire', '흙 = earth'])],
    ['matching,จับคู่,แมว,cat,หมา,dog,,', pairs('จับคู่', ['แมว = cat', 'หมา = dog'])],
    ['matching,Emoji,🐶,dog,🐱,cat,🦊,fox', pairs('Emoji', ['🐶 = dog', '🐱 = cat', '🦊 = fox'])],
    [
      'matching,Commas,"Paris, France",Seine,"Paris, Texas",none,,',
      pairs('Commas', ['Paris, France = Seine', 'Paris, Texas = none']),
    ],
    ['matching,Quotes,"""x""",string,1,number,,', pairs('Quotes', ['"x" = string', '1 = number'])],
    [
      'matching,Two lines,"roses\nare red",Burns,haiku,Basho,,',
      pairs('Two lines', ['roses\nare red = Burns', 'haiku = Basho']),
    ],
    ['matching,Arrows,a -> b,c,d -> e,f,,', pairs('Arrows', ['a -> b = c', 'd -> e = f'])],
    ['matching,Bars,a|b,or,a&b,and,,', pairs('Bars', ['a|b = or', 'a&b = and'])],
  ]),
  ...under('type,text,points,option_1,match_1,option_2,match_2,explanation,correct_feedback,incorrect_feedback', [
    [
      'matching,Organs,4,heart,pumps,lung,breathes,See p. 9,Good,Look again',
      pairs('Organs', ['heart = pumps', 'lung = breathes'], {
        points: 4,
        explanation: 'See p. 9',
        correct_feedback: 'Good',
        incorrect_feedback: 'Look again',
      }),
    ],
    [
      'matching,Tenses,0.75,I go,present,I went,past,,,',
      pairs('Tenses', ['I go = present', 'I went = past'], { points: 0.75 }),
    ],
    [
      'matching,Years,1,1066,Hastings,1215,Magna Carta,"Both, English",,',
      pairs('Years', ['1066 = Hastings', '1215 = Magna Carta'], { explanation: 'Both, English' }),
    ],
  ]),
  ...under('type,text,option_1,option_2,match_1,match_2', [
    ['matching,Columns grouped,a,b,1,2', pairs('Columns grouped', ['a = 1', 'b = 2'])],
    ['matching,Columns grouped,one,two,uno,dos', pairs('Columns grouped', ['one = uno', 'two = dos'])],
  ]),
  ...under('type,text,option_1,match_1,option_2,match_2,correct', [
    [
      'matching,With a foreign cell,a,1,b,2,1;2',
      pairs('With a foreign cell', ['a = 1', 'b = 2']),
      ['correct says nothing for matching and was ignored.'],
    ],
  ]),
]

export const ORDERING: Sample[] = [
  ...under('type,text,option_1,option_2,option_3,option_4,partial_credit', [
    [
      'ordering,Sort by size,ant,cat,horse,whale,TRUE',
      order('Sort by size', ['ant', 'cat', 'horse', 'whale'], { partial_credit: true }),
    ],
    [
      'ordering,Order of planets,Mercury,Venus,Earth,Mars,FALSE',
      order('Order of planets', ['Mercury', 'Venus', 'Earth', 'Mars']),
    ],
    ['Ordering,Days,Monday,Tuesday,Wednesday,,', order('Days', ['Monday', 'Tuesday', 'Wednesday'])],
    ['ORDERING,Numbers,1,2,10,20,yes', order('Numbers', ['1', '2', '10', '20'], { partial_credit: true })],
    ['ordering,Just two,first,second,,,no', order('Just two', ['first', 'second'])],
    ['ordering,Wars,1618,1701,1756,1914,1', order('Wars', ['1618', '1701', '1756', '1914'], { partial_credit: true })],
    [
      'ordering,Mitosis,prophase,metaphase,anaphase,telophase,true',
      order('Mitosis', ['prophase', 'metaphase', 'anaphase', 'telophase'], { partial_credit: true }),
    ],
    ['ordering,Make tea,boil,pour,wait,drink,0', order('Make tea', ['boil', 'pour', 'wait', 'drink'])],
    ['ordering,Compile,write,compile,link,run,', order('Compile', ['write', 'compile', 'link', 'run'])],
    ['ordering,Steps alike,stir,add,stir,serve,', order('Steps alike', ['stir', 'add', 'stir', 'serve'])],
    ['ordering,Ordne die Monate,März,Mai,Juni,Juli,', order('Ordne die Monate', ['März', 'Mai', 'Juni', 'Juli'])],
    ['ordering,Ordonnez,été,automne,hiver,,', order('Ordonnez', ['été', 'automne', 'hiver'])],
    ['ordering,Ordena,uno,dos,tres,cuatro,', order('Ordena', ['uno', 'dos', 'tres', 'cuatro'])],
    ['ordering,順番に,朝,昼,夜,,', order('順番に', ['朝', '昼', '夜'])],
    ['ordering,排序,一,二,三,四,', order('排序', ['一', '二', '三', '四'])],
    ['ordering,По порядку,весна,лето,осень,зима,', order('По порядку', ['весна', 'лето', 'осень', 'зима'])],
    ['ordering,رتب,واحد,اثنان,ثلاثة,,', order('رتب', ['واحد', 'اثنان', 'ثلاثة'])],
    ['ordering,סדרו,אלף,בית,גימל,,', order('סדרו', ['אלף', 'בית', 'גימל'])],
    ['ordering,क्रम,एक,दो,तीन,,', order('क्रम', ['एक', 'दो', 'तीन'])],
    ['ordering,순서,하나,둘,셋,,', order('순서', ['하나', '둘', '셋'])],
    ['ordering,เรียง,หนึ่ง,สอง,สาม,,', order('เรียง', ['หนึ่ง', 'สอง', 'สาม'])],
    ['ordering,Moon,🌑,🌓,🌕,🌗,', order('Moon', ['🌑', '🌓', '🌕', '🌗'])],
    ['ordering,Commas,"a, b","b, c","c, d",,', order('Commas', ['a, b', 'b, c', 'c, d'])],
    ['ordering,Quotes,"""I""","""you""",,,', order('Quotes', ['"I"', '"you"'])],
    ['ordering,Code,"if x:","    print(x)",,,', order('Code', ['if x:', '    print(x)'])],
    ['ordering,Lines,"one\ntwo","three\nfour",,,', order('Lines', ['one\ntwo', 'three\nfour'])],
  ]),
  ...under('type,text,points,option_1,option_2,explanation,correct_feedback,incorrect_feedback', [
    [
      'ordering,Egg or hen?,3,egg,hen,Reptiles laid eggs.,Yes,No',
      order('Egg or hen?', ['egg', 'hen'], {
        points: 3,
        explanation: 'Reptiles laid eggs.',
        correct_feedback: 'Yes',
        incorrect_feedback: 'No',
      }),
    ],
    ['ordering,Socks and shoes,1.005,socks,shoes,,,', order('Socks and shoes', ['socks', 'shoes'], { points: 1.005 })],
  ]),
  ...under('option_3,option_2,option_1,text,type', [
    ['c,b,a,By number and not by place,ordering', order('By number and not by place', ['a', 'b', 'c'])],
  ]),
  ...under('type,text,option_1,option_2,match_1', [
    [
      'ordering,With a foreign cell,a,b,c',
      order('With a foreign cell', ['a', 'b']),
      ['match_1 says nothing for ordering and was ignored.'],
    ],
  ]),
]
