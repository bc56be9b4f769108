import { describe, expect, test } from 'vitest'
import { importCsv } from '../../src/features/quizzes/exchange/csv/import.ts'
import { decoded } from '../../src/features/quizzes/exchange/encoding.ts'
import { importGift } from '../../src/features/quizzes/exchange/gift/import.ts'
import { makeClassroom } from '../factories/classrooms.ts'
import { makeQuiz } from '../factories/quizzes.ts'
import { call } from '../helpers/client.ts'

const QUIZ = { isSurvey: false }
const MIB = 1024 * 1024

describe('hostile files are refused with the line named, and fast', () => {
  const giftOf = (text: string) => importGift(text, QUIZ).errors[0]
  const csvOf = (text: string) => importCsv(text, QUIZ).errors[0]
  const lines = (count: number, line: string) => line.repeat(count)
  const head = 'type,text,correct\n'

  test.each<[string, () => unknown, object]>([
    [
      '10 MB of GIFT',
      () => giftOf('A {T}\n\n'.repeat(1_500_000)),
      { line: 1, message: 'The file is larger than 5 MiB.' },
    ],
    ['10 MB of CSV', () => csvOf(head.repeat(600_000)), { line: 1, message: 'The file is larger than 5 MiB.' }],
    ['NUL in GIFT', () => giftOf('A {T}\n\nB\0 {T}'), { line: 3, message: expect.stringContaining('Null') }],
    ['NUL in CSV', () => csvOf(`${head}true_false,\0,TRUE`), { line: 2, message: expect.stringContaining('Null') }],
    [
      'a line of 1 MB in CSV',
      () => csvOf(`${head}true_false,A,TRUE\ntrue_false,${'x'.repeat(1_000_000)},TRUE`),
      { line: 3, message: 'text: Ensure this field has no more than 10000 characters.' },
    ],
    [
      'a line of 1 MB in GIFT',
      () => giftOf(`A {T}\n\n${'x'.repeat(1_000_000)} {T}`),
      { line: 3, message: 'text: Ensure this field has no more than 10000 characters.' },
    ],
    [
      '1,001 in GIFT',
      () => giftOf(lines(1_001, 'A {T}\n\n')),
      { line: 2001, message: 'A file may hold at most 1000 questions.' },
    ],
    [
      '1,001 in GIFT, of which the first is wrong',
      () => importGift(`{T}\n\n${lines(1_000, 'A {T}\n\n')}`, QUIZ).errors[1],
      { line: 2001, message: 'A file may hold at most 1000 questions.' },
    ],
    [
      '1,001 in CSV',
      () => csvOf(head + lines(1_001, 'true_false,A,TRUE\n')),
      { line: 1002, message: expect.stringMatching(/at most 100[01]/) },
    ],
    [
      'a quote that is never closed, far down',
      () => csvOf(`${head}${lines(50_000, ',,\n')}true_false,"A,TRUE\n${lines(50_000, 'true_false,B,TRUE\n')}`),
      { line: 50_002, message: 'A quote is opened here and never closed.' },
    ],
    [
      'a quote within a cell',
      () => csvOf(`${head}true_false,A,TRUE\ntrue_false,5" long,TRUE\n`),
      { line: 3, message: 'A cell with a quote in it must be quoted, and its quotes doubled.' },
    ],
    [
      'text behind a quote, after a cell of three lines',
      () => csvOf(`${head}true_false,"A\nB\nC",TRUE\ntrue_false,"D"E,TRUE\n`),
      { line: 5, message: 'Text after a closing quote.' },
    ],
    [
      'a brace that is never closed, far down',
      () => giftOf(`${lines(900, 'A {T}\n\n')}B {=x ~y\n\n${lines(90, 'A {T}\n\n')}`),
      { line: 1801, message: 'A { needs its }, without a blank line between them.' },
    ],
    [
      'a formula for a number',
      () => csvOf('type,text,correct\ntrue_false,A,TRUE\nnumeric,B,=1+1\n'),
      { line: 3, message: 'correct: A valid number is required.' },
    ],
    [
      'a formula for points',
      () => csvOf(`type,text,points,correct\ntrue_false,A,"=HYPERLINK(""http://x"")",TRUE\n`),
      { line: 2, message: 'points: A valid number is required.' },
    ],
    [
      'a formula for a type',
      () => csvOf(`${head}=cmd|' /C calc'!A0,A,TRUE\n`),
      { line: 2, message: expect.stringMatching(/^type: Must be one of/) },
    ],
    [
      'a formula for the number of an option',
      () => csvOf('type,text,correct,option_1,option_2\nmultiple_choice,A,=2,b,c\n'),
      { line: 2, message: 'correct: Give the numbers of options, like 2 or 1;3.' },
    ],
    [
      'a formula for true or false',
      () => csvOf(`${head}\n\ntrue_false,A,@TRUE()\n`),
      { line: 4, message: 'correct: Must be true or false.' },
    ],
    [
      'a formula for a header',
      () => csvOf('=A1,type,correct\nx,true_false,TRUE\n'),
      { line: 1, message: 'The column "text" is missing.' },
    ],
    [
      'a formula in GIFT',
      () => giftOf('A {T}\n\nB {#=1+1}'),
      { line: 3, message: expect.stringMatching(/^correct_value:/) },
    ],
    ['NUL in a header', () => csvOf('type,text\0,correct\n'), { line: 1, message: expect.stringContaining('Null') }],
    [
      'NUL far down',
      () => csvOf(`${head}${lines(100_000, 'true_false,A,TRUE\r\n')}\0`),
      { line: 100_002, message: expect.stringContaining('Null') },
    ],
    [
      'a header of 1 MB',
      () => csvOf(`type,text,${'x'.repeat(1_000_000)}"\n`),
      { line: 1, message: 'A cell with a quote in it must be quoted, and its quotes doubled.' },
    ],
    [
      'an answer of 1 MB in GIFT',
      () => giftOf(`A {T}\n\nB {=${'x'.repeat(1_000_000)}}`),
      { line: 3, message: 'accepted_answers.0: Ensure this field has no more than 1000 characters.' },
    ],
    [
      'an option of 1 MB in CSV',
      () => csvOf(`type,text,option_1\nshort_answer,A,b\nshort_answer,A,"${'x'.repeat(1_000_000)}"\n`),
      { line: 3, message: 'option_1: Ensure this field has no more than 1000 characters.' },
    ],
    ['5 MiB of commas', () => csvOf(','.repeat(5 * MIB)), { line: 1, message: expect.any(String) }],
    ['5 MiB of quotes', () => csvOf('"'.repeat(5 * MIB)), { line: 1, message: expect.any(String) }],
    ['5 MiB of line ends in CSV', () => csvOf('\n'.repeat(5 * MIB)), { line: 1, message: expect.any(String) }],
    ['5 MiB of line ends in GIFT', () => giftOf('\r'.repeat(5 * MIB)), { line: 1, message: expect.any(String) }],
    ['5 MiB of {', () => giftOf('{'.repeat(5 * MIB)), { line: 1, message: expect.any(String) }],
    ['5 MiB of ~', () => giftOf(`A {${'~'.repeat(5 * MIB - 4)}}`), { line: 1, message: expect.any(String) }],
    ['5 MiB of \\', () => giftOf(`A {${'\\'.repeat(5 * MIB - 10)}}`), { line: 1, message: expect.any(String) }],
    ['5 MiB of =->', () => giftOf(`A {${'=->'.repeat(MIB)}}`), { line: 1, message: expect.any(String) }],
    ['5 MiB of ####', () => giftOf(`A {${'####'.repeat(MIB)}}`), { line: 1, message: expect.any(String) }],
    ['5 MiB of ::', () => giftOf('::'.repeat(2 * MIB)), { line: 1, message: expect.any(String) }],
    ...['{', '~', '\\', '=->', '####', '::', '[html]', '= '].map((mark): [string, () => unknown, object] => [
      `1.9 MiB of ${mark} in a question`,
      () => giftOf(`A {${mark.repeat((1.9 * MIB) / mark.length)}}`),
      { line: 1, message: expect.any(String) },
    ]),
    [
      '5 MiB of the smallest questions',
      () => giftOf('a{}\n\n'.repeat(MIB)),
      { line: 2001, message: 'A file may hold at most 1000 questions.' },
    ],
    [
      '5 MiB of the smallest questions, all wrong',
      () => giftOf('{T}\n\n'.repeat(MIB)),
      { line: 1, message: 'text: This field may not be blank.' },
    ],
    [
      '5 MiB of braces alone',
      () => giftOf('}{\n\n'.repeat(MIB)),
      { line: 1, message: 'A { needs its }, without a blank line between them.' },
    ],
    ...['$', '\\\\(', '\\nu ', '$\\nabc', '{1:', '%33%', '@@PLUGINFILE@@/', '~%', '=%', '-> '].map(
      (mark): [string, () => unknown, object] => [
        `1.9 MiB of ${mark} in a question`,
        () => giftOf(`A {=${mark.repeat((1.9 * MIB) / mark.length)} ~b}`),
        { line: 1, message: expect.any(String) },
      ],
    ),
    [
      '5 MiB of categories',
      () => giftOf('$CATEGORY:\n'.repeat(MIB / 2.2)),
      { line: 1, message: 'There is no question in this file.' },
    ],
    [
      '5 MiB of a header without an end',
      () => csvOf(`type${' '.repeat(5 * MIB - 10)}`),
      { line: 1, message: 'The column "text" is missing.' },
    ],
    ['5 MiB of words and spaces', () => csvOf('a '.repeat(2.5 * MIB)), { line: 1, message: expect.any(String) }],
    [
      '5 MiB of semicolons',
      () => csvOf(`sep=;\r\ntype;text\n${';'.repeat(5 * MIB - 20)}`),
      { line: 3, message: 'A row may have at most 250 columns.' },
    ],
    [
      '5 MiB of wrong questions that are to be left out',
      () => importGift('{T}\n\n'.repeat(MIB), { isSurvey: false, skipsInvalid: true }).errors[0],
      { line: 1, message: 'text: This field may not be blank.' },
    ],
    [
      'a question of 50 wrong weights, a thousand times',
      () => giftOf(`A {${'~%-99.99999%x'.repeat(50)}}\n\n`.repeat(1_000)),
      { line: 1, message: 'choices: The positive weights must add up to 100.' },
    ],
    [
      '4 MiB of one question',
      () => giftOf(`A {T}\n\nB {${'~x'.repeat(2 * MIB)}}`),
      { line: 3, message: 'The question is larger than 1 MiB.' },
    ],
  ])('%s', (_, read, problem) => {
    const began = performance.now()
    expect(read()).toEqual(problem)
    expect(performance.now() - began).toBeLessThan(5_000)
  })
})

test('of a thousand warnings a hundred are told', () => {
  const began = performance.now()
  const file = (line: (place: number) => string) =>
    Array.from({ length: 1_000 }, (_, place) => line(place)).join('\n\n')
  const pictures = importGift(
    file(place => `A ${`@@PLUGINFILE@@/${place}.png `.repeat(200)} {T}`),
    QUIZ,
  )
  expect([pictures.questions.length, pictures.warnings.length]).toEqual([1_000, 100])
  const letters = (place: number) => [...String(place)].map(digit => 'abcdefghij'[Number(digit)]).join('')
  const commands = importGift(
    file(place => `A $${`\\n${letters(place)} `.repeat(200)}$ {T}`),
    QUIZ,
  )
  expect([commands.questions.length, commands.warnings.length]).toEqual([1_000, 100])
  expect(performance.now() - began).toBeLessThan(5_000)
})

describe('a file that is not UTF-8', () => {
  const bytes = (text: string, ...more: number[]) => new Uint8Array([...new TextEncoder().encode(text), ...more])
  const LATIN_E = 0xe9

  test.each<[string, Uint8Array, number]>([
    ['in its first byte', bytes('', LATIN_E), 1],
    ['behind line feeds', bytes('a\nb\ncaf', LATIN_E), 3],
    ['behind CR LF', bytes('a\r\nb\r\ncaf', LATIN_E, 0x2c), 3],
    ['behind the line ends of an old Macintosh', bytes('a\rb\rcaf', LATIN_E, 0x0d, 0x62), 3],
    ['behind letters of two to four bytes', bytes('é\n€\n🎉\n', LATIN_E), 4],
    ['in its last letter, cut short', bytes('a\nb', 0xc3), 2],
  ])('is told by its line: wrong %s', (_, file, line) => {
    expect(decoded(file, 'UTF-8')).toEqual({
      problem: { line, message: expect.stringMatching(/^The file is not UTF-8/) },
    })
  })

  test('of 5 MiB of line ends, fast', () => {
    const file = new Uint8Array(5 * MIB).fill(0x0a)
    file[file.length - 1] = LATIN_E
    const began = performance.now()
    expect(decoded(file, 'UTF-8')).toMatchObject({ problem: { line: 5 * MIB } })
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  test('of 5 MiB of UTF-16, fast, to its last letter', () => {
    const file = new Uint8Array(5 * MIB).fill(0x0a)
    file.set([0xff, 0xfe])
    file.set([0x00, 0xd8], file.length - 2)
    const began = performance.now()
    expect(decoded(file, 'UTF-8')).toMatchObject({
      problem: { message: 'The file is not UTF-16, though it begins so. Save it as UTF-8.' },
    })
    expect(performance.now() - began).toBeLessThan(5_000)
  })
})

describe('over HTTP', () => {
  const HEAD = 'type,text,correct\n'
  const GOOD = 'true_false,A,TRUE\n'

  test('a hostile file imports nothing and is told its lines; one too large is not read at all', async () => {
    const { owner, module } = await makeClassroom()
    const { id } = await makeQuiz(owner, module.id)
    const path = `/api/quizzes/${id}/questions/`
    const send = (body: string, type = 'text/csv') =>
      call('POST', `${path}import/?format=${type === 'text/csv' ? 'csv' : 'gift'}`, {
        as: owner,
        body,
        headers: { 'Content-Type': type },
      })
    const hostile: [body: string, type: string, line: number][] = [
      [`${HEAD}${GOOD}true_false,"B,TRUE\n`, 'text/csv', 3],
      [`${HEAD}${GOOD}true_false,B,=1+1\n`, 'text/csv', 3],
      [`${HEAD}${GOOD}true_false,B\0,TRUE\n`, 'text/csv', 3],
      [`${HEAD}${GOOD}true_false,${'x'.repeat(1_000_000)},TRUE\n`, 'text/csv', 3],
      ['A {T}\n\nB {=x', 'text/plain', 3],
      ['A {T}\n\nB {#=1+1}', 'text/plain', 3],
      ['A {T}\n\nB\0 {T}', 'text/plain', 3],
      [`A {T}\n\n${'x'.repeat(1_000_000)} {T}`, 'text/plain', 3],
    ]
    for (const [body, type, line] of hostile) {
      const answer = await send(body, type)
      expect([answer.status, answer.body.lines?.[0]?.line], body.slice(0, 80)).toEqual([400, line])
    }
    for (const type of ['text/csv', 'text/plain']) {
      const answer = await send('x'.repeat(10 * MIB), type)
      expect([answer.status, answer.body]).toEqual([413, { detail: 'Request body too large.', code: 'body_too_large' }])
    }
    expect((await call('GET', path, { as: owner })).body.count).toBe(0)
  })
})
