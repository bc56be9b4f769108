/**
 * The most common passwords of at least eight characters that are not all digits, in lower case: the top of lists of leaked
 * passwords, with which attackers begin to guess.
 */
const WORDS = `
password password1 password2 password3 password12 password123 password1234 password! password1! password01 passw0rd
passw0rd1 p@ssw0rd p@ssword p@ssword1 p@ssw0rd1 p@ssw0rd123 pa55word pa$$word pa$$w0rd passwort passwort1 passport
passpass pass1234 pass12345 pass123456 mypassword mypassword1 yourpassword newpassword thepassword nopassword
drowssap qwerty12 qwerty123 qwerty1234 qwerty12345 qwerty123456 qwertyui qwertyuiop qwertyuiop1 qwerty1! qwerty11
qwertyqwerty 123qwerty 1234qwer 12345qwert 123456qwerty qwer1234 qwer12345 qwert123 qwert1234 qwert12345 qwerasdf
qweasdzxc qweasd123 qwe123qwe qweqweqwe 123qweasd 123qwe123 123qweasdzxc 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 1qaz!qaz
!qaz2wsx zaq12wsx zaq1zaq1 zaq1xsw2 qazwsxedc qazwsx123 qazwsxedcrfv q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 1q2w3e4r
1q2w3e4r5t 1q2w3e4r5t6y 1q2w3e4r! asdfghjk asdfghjkl asdfghjkl1 asdfasdf asdf1234 asdf12345 asdfjkl; asd123asd
asdasd123 asdasdasd zxcvbnm1 zxcvbnm123 zxcvbnm, zxcvzxcv zxcv1234 zxczxczxc poiuytrewq lkjhgfdsa mnbvcxz1
azertyuiop azerty123 1234abcd 12345abc 123456abc 123456abcd 12345678a 123456789a 123456789q 1234567890q 12345678q
a1234567 a12345678 a123456789 aa123456 aa12345678 aa123456789 aaa123456 q12345678 q123456789 abc12345 abc123456
abc123abc abcd1234 abcd12345 abcd123456 abcdefgh abcdefg1 abcdefg123 abcdefghi abcdefghij a1b2c3d4 a1s2d3f4 1a2b3c4d
aaaaaaaa aaaaaaaaa aaaaaaaaaa xxxxxxxx zzzzzzzz qqqqqqqq 1111aaaa aaaa1111 asdfqwer 11111111a 123abc123 abc123456789
iloveyou iloveyou1 iloveyou2 iloveyou! iloveyou123 iloveme1 iloveu123 ilovegod ilovejesus ilovehim loveyou1 loveme123
lovelove lovely123 mylove123 sweetheart babygirl babygirl1 beautiful beautiful1 princess princess1 princess123
prettygirl babydoll1 cutiepie honeybee buttercup butterfly butterfly1 sunshine sunshine1 sunshine123 sunflower
rainbow1 chocolate chocolate1 strawberry cherries1 cinnamon marshmallow cupcakes football football1 football123
baseball baseball1 basketball basketball1 softball softball1 swimming volleyball soccer12 soccer123 hockey123
lacrosse superman superman1 superman123 batman123 spiderman spiderman1 wolverine starwars starwars1 startrek
pokemon1 pokemon123 naruto123 minecraft minecraft1 fortnite1 nintendo playstation gameboy1 gamecube runescape
whatever whatever1 nothing1 anything something somebody trustno1 letmein1 letmein! letmein123 letmein12 welcome1
welcome12 welcome123 welcome1! welcome2 welcome! welcome01 hello123 hello1234 hello12345 hellohello helloworld
hellokitty goodluck godbless godisgood jesuschrist jesus123 jesusislord blessed1 charlie1 charlie123 michelle
michelle1 jennifer jennifer1 jessica1 jessica123 samantha samantha1 elizabeth elizabeth1 victoria victoria1 nicholas
nicholas1 alexander alexander1 alexandra alexandra1 alejandro alejandra fernando fernanda francisco gabriela gabriel1
isabella isabella1 veronica valentina valentin stephanie stephanie1 katherine christian christian1 christina
christine christopher benjamin benjamin1 brittany brittany1 caroline charlotte danielle danielle1 jonathan jonathan1
kimberly kimberly1 margaret melissa1 patricia patrick1 rebecca1 sebastian sebastian1 catherine angelina carolina
cristina cristian daniel123 david123 michael1 michael123 matthew1 anthony1 andrew123 ashley123 jordan23 jordan123
thomas123 william1 richard1 robert123 joshua123 hannah123 maria123 master123 mustang1 corvette mercedes porsche1
ferrari1 chevrolet kawasaki suzuki123 toyota123 bmw12345 harley12 maverick midnight midnight1 mountain dolphins
dolphin1 elephant crocodile scorpion scorpion1 panther1 tigger123 garfield snickers snickers1 peanutbutter
firebird phoenix1 redskins steelers steelers1 cowboys1 yankees1 packers1 patriots lakers24 liverpool liverpool1
arsenal1 chelsea1 manchester manutd123 barcelona barcelona1 realmadrid juventus flamengo corinthians computer
computer1 internet internet1 explorer keyboard software database security security1 secret123 topsecret password0
administrator admin123 admin1234 admin12345 admin123456 adminadmin admin@123 admin2024 root1234 rootroot system123
test1234 test12345 test123456 testtest testing1 testing123 tester123 testpass changeme changeme1 changeme123
default1 demo1234 guest123 guest1234 user1234 user12345 username login123 temp1234 temppass temporary access14
student1 student123 teacher1 teacher123 school123 college1 university learning classroom homework12 education
dragon12 dragon123 dragonball monkey12 monkey123 shadow12 shadow123 master12 killer12 killer123 hunter12 hunter123
ranger12 ninja123 pirate123 warrior1 champion destiny1 diamond1 diamonds platinum freedom1 forever1 forever21
friends1 bestfriend family123 brothers sisters1 mother123 happy123 happiness sexy1234 hottie123 badboy123 bigdaddy
cocacola coca-cola pepsi123 budweiser guinness marlboro newcastle hamilton columbia colorado brooklyn brooklyn1
michigan virginia florida1 california california1 newyork1 london123 paris123 germany1 mexico123 canada123 america1
america123 australia argentina colombia1 portugal1 espana123 peaches1 precious precious1 blink182 metallica
metallica1 slipknot slipknot1 nirvana1 eminem123 greenday greenday1 linkinpark ironmaiden rockstar rockstar1
rockandroll motorola samsung1 samsung123 nokia123 iphone123 android1 google123 facebook facebook1 youtube1 twitter1
myspace1 linkedin linkedin1 gmail123 yahoo123 hotmail1 blahblah blahblah1 aaaabbbb asshole1 bullshit fuckyou1
fuckyou2 fuckyou! fuckyou123 fuckoff1 motherfucker biteme123 suckmydick pussy123 spring2024 summer12 summer123
summer2024 autumn2024 winter12 winter2024 january1 february december november september october1 monday123 friday13
trinidad zeppelin einstein mercury1 galaxy123 universe sunshine! michael! q1q1q1q1 qaz12345 qazqazqaz wasd1234
1v7upjw3nt 3rjs1la7qe g_czechout gwerty123 d1lakiss tinkerbell tinkerbell1 mickeymouse donaldduck winniethepooh
spongebob spongebob1 scoobydoo hello123! qwerty123! abc123!! letmein12345 iloveyou12 ******** ********** !@#$%^&* !@#$%^&*()
`
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(WORDS.trim().split(/\s+/))
