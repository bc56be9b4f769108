/**
 * GIFT as people write it, most of it from Moodle's own documentation of the format: the file's text, and what of the
 * question it stands for is worth a look.
 */
type Sample = [construct: string, gift: string, question: Record<string, unknown>]

const right = (text: string, feedback = '') => ({ text, is_correct: true, feedback })
const wrong = (text: string, feedback = '') => ({ text, is_correct: false, feedback })

export const GIFT_SAMPLES: Sample[] = [
  [
    'multiple choice',
    "Who's buried in Grant's tomb?{~Grant ~Jefferson =no one}",
    {
      type: 'multiple_choice',
      text: "Who's buried in Grant's tomb?",
      choices: [wrong('Grant'), wrong('Jefferson'), right('no one')],
    },
  ],
  [
    'a missing word',
    "Grant is {~buried =entombed ~living} in Grant's tomb.",
    {
      type: 'multiple_choice',
      text: "Grant is _____ in Grant's tomb.",
      choices: [wrong('buried'), right('entombed'), wrong('living')],
    },
  ],
  [
    'answers on lines of their own, with a title',
    "::Grant's Tomb::Who is buried in Grant's tomb? {\n=no one\n#excellent answer!\n~nobody\n~Grant\n}",
    { type: 'multiple_choice', choices: [right('no one', 'excellent answer!'), wrong('nobody'), wrong('Grant')] },
  ],
  [
    'the American holiday',
    'The American holiday of Thanksgiving is celebrated on the {\n    ~second\n    ~third\n    =fourth\n} Thursday of November.',
    {
      type: 'multiple_choice',
      text: 'The American holiday of Thanksgiving is celebrated on the _____ Thursday of November.',
    },
  ],
  [
    'feedback for every answer',
    '::Kanji characters originated in::Kanji characters originated from which country?{~India#Sorry, no. ~China#Wrong =Japan#Nice try ~England}',
    { choices: [wrong('India', 'Sorry, no.'), wrong('China', 'Wrong'), right('Japan', 'Nice try'), wrong('England')] },
  ],
  [
    'a comment before it',
    "// question: 1 name: Grants tomb\n// from a chapter on generals\nWhat's 2+2? {=4 ~5}",
    { type: 'multiple_choice', text: "What's 2+2?", choices: [right('4'), wrong('5')] },
  ],
  [
    'escaped marks in the question',
    'Which answer equals 5? {\n~ \\= 2 + 2\n= \\= 2 + 3\n~ \\= 2 + 4\n}',
    { choices: [wrong('= 2 + 2'), right('= 2 + 3'), wrong('= 2 + 4')] },
  ],
  [
    'a title with escaped colons',
    '::GIFT Control Characters::Which of the following is NOT a control character for the GIFT import format? {\n~ \\~ # \\~ is a control character.\n~ \\= # \\= is a control character.\n~ \\# # \\# is a control character.\n~ \\{ # \\{ is a control character.\n~ \\} # \\} is a control character.\n= \\     # Correct! \\ (backslash) is not a control character.\n}',
    { type: 'multiple_choice' },
  ],
  [
    'several right answers, by weight',
    "What two people are entombed in Grant's tomb? {\n~%-100%No one\n~%50%Grant\n~%50%Grant's wife\n~%-100%Grant's father\n}",
    {
      type: 'multiple_select',
      choices: [
        { ...wrong('No one'), weight: -100 },
        { ...right('Grant'), weight: 50 },
        { ...right("Grant's wife"), weight: 50 },
        { ...wrong("Grant's father"), weight: -100 },
      ],
      partial_credit: true,
    },
  ],
  [
    'weights as shares',
    'Which are prime? {~%33.33333%2 ~%33.33333%3 ~%33.33333%5 ~%-33.33333%9 ~%-33.33333%15}',
    { type: 'multiple_select', partial_credit: true },
  ],
  [
    'one right answer by weight',
    'Which is even? {~%100%2#Even ~%-100%3#Odd}',
    { type: 'multiple_select', choices: [right('2', 'Even'), wrong('3', 'Odd')] },
  ],
  ['true', 'Grant was buried in a tomb in New York City.{T}', { type: 'true_false', correct_answer: true }],
  ['FALSE', '::Grants Tomb::Grant is buried in Grants tomb.{FALSE}', { type: 'true_false', correct_answer: false }],
  [
    'true with feedback on the wrong answer',
    "Grant is buried in Grant's tomb.{FALSE#No one is buried in Grant's tomb.}",
    { correct_answer: false, incorrect_feedback: "No one is buried in Grant's tomb.", correct_feedback: '' },
  ],
  [
    'true with both feedbacks',
    'The sun rises in the East.{T#It does.#Well done.}',
    { correct_answer: true, incorrect_feedback: 'It does.', correct_feedback: 'Well done.' },
  ],
  [
    'short answer',
    "Who's buried in Grant's tomb?{=no one =nobody}",
    { type: 'short_answer', accepted_answers: ['no one', 'nobody'], case_sensitive: false },
  ],
  ['one short answer', 'Two plus two equals {=four =4}', { type: 'short_answer', accepted_answers: ['four', '4'] }],
  [
    'short answer with feedback',
    'What is the capital of France? {=Paris#Right!}',
    { accepted_answers: ['Paris'], correct_feedback: 'Right!' },
  ],
  [
    'a catch-all with feedback',
    'Where is the Louvre? {=Paris#Yes =%0%*#It is in France.}',
    { accepted_answers: ['Paris'], correct_feedback: 'Yes', incorrect_feedback: 'It is in France.' },
  ],
  [
    'a blank in a sentence',
    'The capital of {=Kenya} is Nairobi.',
    { type: 'fill_in_blank', text: 'The capital of {{1}} is Nairobi.', blanks: { 1: ['Kenya'] } },
  ],
  [
    'a blank with several answers',
    'Two plus {=two =2} equals four.',
    { type: 'fill_in_blank', blanks: { 1: ['two', '2'] } },
  ],
  ['numeric with a tolerance', 'When was Ulysses S. Grant born?{#1822:5}', { correct_value: 1822, tolerance: 5 }],
  [
    'numeric as a range',
    'What is the golden ratio (to 3 decimal places)? {#1.617..1.619}',
    { type: 'numeric', correct_value: 1.618, tolerance: 0.001 },
  ],
  [
    'numeric, no tolerance',
    'How many sides has a hexagon? {#6}',
    { type: 'numeric', correct_value: 6, tolerance: 0, tolerance_type: 'absolute' },
  ],
  [
    'a negative decimal',
    'Absolute zero in °C? {#-273.15:0.01}',
    { type: 'numeric', correct_value: -273.15, tolerance: 0.01 },
  ],
  [
    'numeric on lines of its own, with feedback',
    'When was Ulysses S. Grant born? {#\n=1822:0#Correct! You get full credit.\n~#Not that year.\n}',
    { correct_value: 1822, correct_feedback: 'Correct! You get full credit.', incorrect_feedback: 'Not that year.' },
  ],
  [
    'matching',
    'Match the following countries with their corresponding capitals. {\n=Canada -> Ottawa\n=Italy  -> Rome\n=Japan  -> Tokyo\n=India  -> New Delhi\n}',
    {
      type: 'matching',
      pairs: [
        { left: 'Canada', right: 'Ottawa' },
        { left: 'Italy', right: 'Rome' },
        { left: 'Japan', right: 'Tokyo' },
        { left: 'India', right: 'New Delhi' },
      ],
    },
  ],
  [
    'matching with equal rights',
    'Animal or plant? {=cat -> animal =oak -> plant =dog -> animal}',
    { type: 'matching' },
  ],
  ['essay', 'Write a short biography of Dag Hammarskjöld. {}', { type: 'essay', min_words: null, rubric: [] }],
  [
    'general feedback',
    "::Grant::Who's buried in Grant's tomb?{=no one ~Grant ####It is a riddle of Groucho Marx.}",
    { type: 'multiple_choice', explanation: 'It is a riddle of Groucho Marx.' },
  ],
  [
    'an essay with general feedback',
    'Why? {####There is no right answer.}',
    { explanation: 'There is no right answer.' },
  ],
  [
    'line breaks and escapes',
    'First line\\nSecond line\\: is 3 \\~ 4\\? {=yes \\#1 ~no}',
    { text: 'First line\nSecond line: is 3 ~ 4\\?', choices: [right('yes #1'), wrong('no')] },
  ],
  [
    'LaTeX',
    'Simplify $$\\\\frac\\{4\\}\\{2\\}$$ {=$$2$$ ~$$\\\\sqrt\\{2\\}$$}',
    { text: 'Simplify $$\\frac{4}{2}$$', choices: [right('$$2$$'), wrong('$$\\sqrt{2}$$')] },
  ],
  [
    'a format and HTML',
    '[html]<p>Is <b>2</b> even\\?</p>{TRUE}',
    { text: '<p>Is <b>2</b> even\\?</p>', correct_answer: true },
  ],
  ['other scripts', '「水」の読み方は？ {=みず =mizu}', { type: 'short_answer', accepted_answers: ['みず', 'mizu'] }],
  ['only a title', '::What is 1+1?:: {=2 ~3}', { type: 'multiple_choice', text: 'What is 1+1?' }],
]
