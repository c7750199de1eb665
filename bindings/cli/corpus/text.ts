/**
 * Texts that break careless code: scripts and directions, emoji, combining marks, markup as text, CDATA, references,
 * white space that matters, nothing at all, and a great deal. Written for this project.
 */
const bodies: readonly (readonly [lang: string, body: string])[] = [
  ["ar", "صباح الخير، هل وصلت الحزمة؟"],
  ["he", "המפתח מתחת לעציץ (השלישי) — 3/4."],
  ["fa", "می‌خواهم فردا بیایم؛ ساعت ۷:۳۰."],
  ["ur", "کل شام چھ بجے ملتے ہیں۔"],
  ["hi", "कल सुबह नौ बजे स्टेशन पर मिलेंगे।"],
  ["bn", "বৃষ্টি থামলে বের হব।"],
  ["ta", "நாளை மாலை சந்திப்போம்."],
  ["th", "พรุ่งนี้เจอกันที่ท่าเรือนะ"],
  ["my", "မနက်ဖြန် တွေ့မယ်။"],
  ["ka", "ხვალ დილით დაგირეკავ."],
  ["hy", "Վաղը կզանգահարեմ։"],
  ["el", "Θα τα πούμε το βράδυ, εντάξει;"],
  ["ru", "Ключ под третьим горшком, ёлки‑палки!"],
  ["uk", "Їжак з’їв ґудзик?"],
  ["zh-Hans", "明天早上九点在车站见。"],
  ["zh-Hant", "鑰匙在第三個花盆下面。"],
  ["ja", "鍵は三番目の植木鉢の下です。ヨロシク〜"],
  ["ko", "내일 아침 아홉 시에 역에서 봐요."],
  ["vi", "Chìa khoá ở dưới chậu hoa thứ ba nhé."],
  ["tr", "İstanbul'da ılık bir akşam: ıİiI"],
  ["de", "Fünf große Äpfel, übrigens: ẞ statt SS."],
  ["cs", "Příliš žluťoučký kůň pěl ďábelské ódy."],
  ["is", "Þórður á tíu ær og einn hest."],
  ["am", "ነገ ጠዋት እንገናኝ።"],
  ["chr", "ᎣᏏᏲ, ᏙᎯᏧ?"],
  ["got", "𐌲𐌿𐍄𐌹𐍃𐌺 𐌱𐍉𐌺𐌰"],
  ["en-Dsrt", "𐐔𐐯𐑅𐐨𐑉𐐯𐐻"],
  ["mt-x-mixed", "abc אבג 123 ابج def ١٢٣"],
];

const hard: readonly string[] = [
  // emoji: joined, with skin tone, flags, keycaps, variation selectors
  `<body>👩🏽‍🚀👨‍👩‍👧‍👦🏳️‍🌈🇧🇷🇺🇳1️⃣*️⃣❤️‍🔥🧑🏿‍🤝‍🧑🏻</body>`,
  `<body>😀&#x1F600;&#128512;</body>`,
  `<body>☺︎ ☺️ ✈︎ ✈️</body>`,
  // combining marks: composed, decomposed, piled up, alone
  `<body>&#xE9; e&#x301; e&#x323;&#x31B;&#x301; n&#x308; o&#x332;&#x305;</body>`,
  `<body>&#x301;begins with a mark</body>`,
  `<body>&#xC5; A&#x30A; &#x212B;</body>`,
  `<body>Z̷̡̛͇̮̓͑a̴̟͆̈́l̵̫̎͝g̶̻̈́o̸̪̔</body>`,
  // directions, joiners, spaces of many widths, noncharacters' neighbours
  `<body>&#x202E;backwards&#x202C; and &#x2067;isolated&#x2069;</body>`,
  `<body>a&#x200B;b&#x200C;c&#x200D;d&#xFEFF;e&#xAD;f</body>`,
  `<body>&#xA0;&#x2003;&#x2009;&#x202F;&#x3000;</body>`,
  `<body>&#xFFFD;&#xE000;&#xF8FF;&#xD7FF;&#x10FFFD;&#x10000;</body>`,
  `<body>&#x85;&#x2028;&#x2029;&#x7F;&#x9F;</body>`,
  // markup as text, all five entities, references of every kind, CDATA
  `<body>&lt;message&gt;&amp;amp;&quot;&apos;&lt;/message&gt;</body>`,
  `<body>&#60;b&#62; &#38;lt; &#x26;#60; &#34;&#39;</body>`,
  `<body><![CDATA[<b>not & markup</b> ]] > &lt; &#65;]]></body>`,
  `<body>before <![CDATA[<in>]]> between <![CDATA[]]>after</body>`,
  `<body><![CDATA[a]]]]><![CDATA[>b]]></body>`,
  `<body>]]&gt; -- &lt;!-- not a comment --&gt; &lt;?not an instruction?&gt;</body>`,
  `<body>%41 \\u0041 \\n {{x}} $\{y} &amp;#0;</body>`,
  // white space that is content
  `<body> </body>`,
  `<body>  two before, three after   </body>`,
  `<body>
  line one
	tab and line two

after an empty line
</body>`,
  `<body>carriage return: &#13;&#10;line feed: &#10;tab: &#9;|</body>`,
  `<body>&#13;</body>`,
  // nothing
  `<body/>`,
  `<body></body><subject></subject>`,
  `<body xml:lang='en'/><body xml:lang='de'/>`,
  `<body><![CDATA[]]></body>`,
];

function long(id: string, unit: string, byteLength: number): string {
  const count = Math.floor(byteLength / new TextEncoder().encode(unit).length);
  return `<message type='chat' id='${id}'><body>${unit.repeat(count)}</body></message>`;
}

export const text: readonly string[] = [
  `<message/>`,
  `<message type='chat' id='t-empty' xml:lang='en'></message>`,
  ...bodies.map(
    ([lang, body], at) =>
      `<message type='chat' id='l${at}' xml:lang='${lang}'><body>${body}</body></message>`,
  ),
  ...hard.map((content, at) => `<message type='chat' id='t${at}'>${content}</message>`),
  long("long-1k", "All work and no play. ", 1_024),
  long("long-4k", "Ещё одна строка, &amp; ещё. ", 4_096),
  long("long-15", "0123456789abcde", 15),
  long("long-16", "0123456789abcdef", 16),
  long("long-17", "0123456789abcdefg", 17),
  long("long-64k", "𝄞 und ein Takt Pause &lt; ", 65_536),
  // the 180 KiB stanza
  long("long-180k", "A page of a very long letter, which goes on and on.\n", 184_320 - 200),
];
