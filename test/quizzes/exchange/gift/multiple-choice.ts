import { oneOf, type Sample } from '../expected.ts'

const gift = String.raw
const TITLE = 'Titles are not kept: a question is known by its text.'

export const MULTIPLE_CHOICE: Sample[] = [
  [
    gift`Which planet is closest to the Sun? {=Mercury ~Venus ~Earth ~Mars}`,
    oneOf('Which planet is closest to the Sun?', ['+Mercury', '-Venus', '-Earth', '-Mars']),
  ],
  [gift`Who wrote Faust?{~Schiller =Goethe ~Lessing}`, oneOf('Who wrote Faust?', ['-Schiller', '+Goethe', '-Lessing'])],
  [
    gift`What gas do plants take in?{
	~oxygen
	=carbon dioxide
	~nitrogen
}`,
    oneOf('What gas do plants take in?', ['-oxygen', '+carbon dioxide', '-nitrogen']),
  ],
  [
    gift`::Capitals 03:: What is the capital of Australia? {
  ~Sydney#The largest city, not the capital.
  ~Melbourne#It was the seat of government until 1927.
  =Canberra#Yes, built for it.
}`,
    oneOf('What is the capital of Australia?', [
      '-Sydney // The largest city, not the capital.',
      '-Melbourne // It was the seat of government until 1927.',
      '+Canberra // Yes, built for it.',
    ]),
    [TITLE],
  ],
  [
    gift`Quelle est la capitale du Sénégal ? {~Abidjan =Dakar ~Bamako}`,
    oneOf('Quelle est la capitale du Sénégal ?', ['-Abidjan', '+Dakar', '-Bamako']),
  ],
  [
    gift`Welches Wort ist ein Verb? { ~Haus ~schön =laufen ~über }`,
    oneOf('Welches Wort ist ein Verb?', ['-Haus', '-schön', '+laufen', '-über']),
  ],
  [
    gift`日本で一番高い山はどれですか。{=富士山 ~北岳 ~御嶽山}`,
    oneOf('日本で一番高い山はどれですか。', ['+富士山', '-北岳', '-御嶽山']),
  ],
  [
    gift`¿Quién pintó «Las meninas»?{=Velázquez ~Goya ~El Greco}`,
    oneOf('¿Quién pintó «Las meninas»?', ['+Velázquez', '-Goya', '-El Greco']),
  ],
  [
    gift`ما هي عاصمة مصر؟ {=القاهرة ~الإسكندرية ~أسوان}`,
    oneOf('ما هي عاصمة مصر؟', ['+القاهرة', '-الإسكندرية', '-أسوان']),
  ],
  [
    gift`Столица Казахстана? {~Алматы =Астана ~Шымкент}`,
    oneOf('Столица Казахстана?', ['-Алматы', '+Астана', '-Шымкент']),
  ],
  [
    gift`भारत की राजधानी क्या है? {~मुंबई =नई दिल्ली ~कोलकाता}`,
    oneOf('भारत की राजधानी क्या है?', ['-मुंबई', '+नई दिल्ली', '-कोलकाता']),
  ],
  [gift`대한민국의 수도는?{=서울 ~부산 ~인천}`, oneOf('대한민국의 수도는?', ['+서울', '-부산', '-인천'])],
  [gift`איזו עיר היא בירת ישראל? {=ירושלים ~חיפה}`, oneOf('איזו עיר היא בירת ישראל?', ['+ירושלים', '-חיפה'])],
  [
    gift`Ποια είναι η πρωτεύουσα της Ελλάδας; {=Αθήνα ~Πάτρα}`,
    oneOf('Ποια είναι η πρωτεύουσα της Ελλάδας;', ['+Αθήνα', '-Πάτρα']),
  ],
  [
    gift`เมืองหลวงของประเทศไทยคือ {=กรุงเทพมหานคร ~เชียงใหม่}`,
    oneOf('เมืองหลวงของประเทศไทยคือ', ['+กรุงเทพมหานคร', '-เชียงใหม่']),
  ],
  [
    gift`The mitochondrion is the {~brain ~skeleton =powerhouse} of the cell.`,
    oneOf('The mitochondrion is the _____ of the cell.', ['-brain', '-skeleton', '+powerhouse']),
  ],
  [gift`She {~go =goes ~going} to school by bus.`, oneOf('She _____ to school by bus.', ['-go', '+goes', '-going'])],
  [gift`{=Photosynthesis ~Respiration} needs light.`, oneOf('_____ needs light.', ['+Photosynthesis', '-Respiration'])],
  [
    gift`Water boils at sea level at {~90 °C =100 °C ~110 °C}.`,
    oneOf('Water boils at sea level at _____.', ['-90 °C', '+100 °C', '-110 °C']),
  ],
  [
    gift`Which of these is NOT a primary colour of light?
{
~red
~green
=yellow
~blue
}`,
    oneOf('Which of these is NOT a primary colour of light?', ['-red', '-green', '+yellow', '-blue']),
  ],
  [
    gift`Where was Marie Curie born? {
    ~Paris
    ~%50%Poland#Which city?
    =Warsaw#Right, in 1867.
}`,
    oneOf('Where was Marie Curie born?', ['-Paris', '-Poland // Which city?', '+Warsaw // Right, in 1867.'], {
      weights: [0, 50, 100],
    }),
  ],
  [
    gift`// question: 4711  name: Big-O of binary search
::Big-O of binary search::Binary search in a sorted list of n entries takes{
	~O(1)
	=O(log n)
	~O(n)
	~O(n log n)
}`,
    oneOf('Binary search in a sorted list of n entries takes', ['-O(1)', '+O(log n)', '-O(n)', '-O(n log n)']),
    [TITLE],
  ],
  [
    gift`Which is the derivative of x²? {=2x ~x ~x³/3#That is the integral. ####Power rule\: bring the exponent down.}`,
    oneOf('Which is the derivative of x²?', ['+2x', '-x', '-x³/3 // That is the integral.'], {
      explanation: 'Power rule: bring the exponent down.',
    }),
  ],
  [
    gift`What does HTTP 404 mean? {=Not Found ~Forbidden ~Gone ~I'm a teapot ~Moved Permanently}`,
    oneOf('What does HTTP 404 mean?', ['+Not Found', '-Forbidden', '-Gone', "-I'm a teapot", '-Moved Permanently']),
  ],
  [gift`2 + 2 \= ? {~3 =4 ~5 ~22}`, oneOf('2 + 2 = ?', ['-3', '+4', '-5', '-22'])],
  [gift`Is 0 even? {=Yes ~No ~It depends}`, oneOf('Is 0 even?', ['+Yes', '-No', '-It depends'])],
  [gift`Pick the vowel 🎯 {~B =A ~C}`, oneOf('Pick the vowel 🎯', ['-B', '+A', '-C'])],
  [
    gift`Who said "I have a dream"? {=Martin Luther King, Jr. ~Malcolm X ~Barack Obama}`,
    oneOf('Who said "I have a dream"?', ['+Martin Luther King, Jr.', '-Malcolm X', '-Barack Obama']),
  ],
  [
    gift`Which part of Hamlet
begins with "To be, or not to be"?{
=Act III, Scene 1
~Act I, Scene 5
~Act V, Scene 1}`,
    oneOf('Which part of Hamlet\nbegins with "To be, or not to be"?', [
      '+Act III, Scene 1',
      '-Act I, Scene 5',
      '-Act V, Scene 1',
    ]),
  ],
  [
    gift`The best-selling album of all time? {~Abbey Road ~Back in Black =Thriller ~%0%Rumours}`,
    oneOf('The best-selling album of all time?', ['-Abbey Road', '-Back in Black', '+Thriller', '-Rumours']),
  ],
  [
    gift`Mark the preposition. {~quickly#an adverb ~she#a pronoun =under ~and#a conjunction}`,
    oneOf('Mark the preposition.', ['-quickly // an adverb', '-she // a pronoun', '+under', '-and // a conjunction']),
  ],
  [
    gift`Thủ đô của Việt Nam là gì? {=Hà Nội ~Huế ~Đà Nẵng}`,
    oneOf('Thủ đô của Việt Nam là gì?', ['+Hà Nội', '-Huế', '-Đà Nẵng']),
  ],
]
