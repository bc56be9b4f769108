import { describe, expect, test } from 'vitest'
import { searchText, wordsOf } from './search-text.ts'

describe('the words of a text', () => {
  test.each<[string, string[]]>([
    ['数据结构与算法', ['数 据 结 构 与 算 法']],
    ['Python入門 3', ['python', '入 門', '3']],
    ['日本語のテスト', ['日 本 語 の テ ス ト']],
    ['ラーメン', ['ラ ー メ ン']],
    ['ภาษาไทย', ['ภ า ษ า ไ ท ย']],
    ['한국어 수업', ['한국어', '수업']],
    ['हिन्दी', ['हिन्दी']],
    ['Straße STRASSE strasse', ['strasse', 'strasse', 'strasse']],
    ['Ελλάς ΕΛΛΑΣ', ['ελλασ', 'ελλασ']],
    ['Đại số Łódź Smørrebrød Œuvre Æsthetics ёж', ['dai', 'so', 'lodz', 'smorrebrod', 'oeuvre', 'aesthetics', 'еж']],
    ['العَرَبِيَّة', ['العربية']],
    ['שָׁלוֹם', ['שלום']],
    ['ｆｕｌｌ ﬁn', ['full', 'fin']],
    ['C++ and C# with .NET', ['cplusplus', 'and', 'csharp', 'with', 'dotnet']],
    ['C++/C#, F#', ['cplusplus', 'csharp', 'fsharp']],
    ['C++11', ['cplusplus', '11']],
    ['1+1 A+B A#B issue#5 B+', ['1', '1', 'a', 'b', 'a', 'b', 'issue', '5', 'bplus']],
    ['ASP.NET Node.js', ['asp', 'net', 'node', 'js']],
    ['o’clock x86-64', ['o', 'clock', 'x86', '64']],
    ['+++ ### ... 😀', []],
  ])('%s', (text, words) => {
    expect(wordsOf(text).map(tokens => tokens.join(' '))).toEqual(words)
  })

  test('what stands after a dot is indexed with its dot, too', () => {
    expect(searchText('ASP.NET Core').split(' ').sort()).toEqual(['asp', 'core', 'dotnet', 'net', 'net'])
  })
})
