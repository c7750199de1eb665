/**
 * XML at its most inconvenient, and still XML: prefixes on every level, names in many scripts, depth, width, mixed
 * content, attributes that need escaping. Written for this project.
 */
function nested(depth: number, inner: string): string {
  return "<level>".repeat(depth) + inner + "</level>".repeat(depth);
}

const many = Array.from({ length: 400 }, (_, at) => `<item n='${at}'>${at % 7 === 0 ? "" : at * at}</item>`);
const wide = Array.from({ length: 48 }, (_, at) => `a${at}='${at}&#10;${at}'`);

const contents: readonly string[] = [
  // prefixes: on the element, on its children, rebound below, used by attributes alone
  `<a:note xmlns:a='urn:example:a'><a:to>Ben</a:to><a:body a:kind='x'>hi</a:body></a:note>`,
  `<p:x xmlns:p='urn:example:1'><p:y xmlns:p='urn:example:2'><p:z xmlns:p='urn:example:3'/></p:y><p:w/></p:x>`,
  `<x xmlns='urn:example:1'><y xmlns='urn:example:2'><z xmlns='urn:example:3'/></y><w/></x>`,
  `<x xmlns='urn:example:1'><y xmlns=''><z/></y></x>`,
  `<q:x xmlns:q='urn:example:1' xmlns='urn:example:2'><y q:a='1' a='2'/><q:y/></q:x>`,
  `<x xmlns='urn:example:1' xmlns:p='urn:example:1'><p:y/><y/></x>`,
  `<x xmlns='urn:example:1' xmlns:p='urn:example:2' xmlns:q='urn:example:2'><y p:a='1'/><q:z/></x>`,
  `<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Header><m:id xmlns:m='urn:example:m' s:mustUnderstand='true'>7</m:id></s:Header><s:Body><n:get xmlns:n='urn:example:n'><n:path>/a/b</n:path></n:get></s:Body></s:Envelope>`,
  `<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' viewBox='0 0 8 8'><defs><path id='d' d='M0 0h8v8z'/></defs><use xlink:href='#d' fill='#c30'/><text x='1' y='7'>✓ <tspan>ok</tspan></text></svg>`,
  `<math xmlns='http://www.w3.org/1998/Math/MathML'><mrow><msup><mi>e</mi><mrow><mi>i</mi><mi>π</mi></mrow></msup><mo>&lt;</mo><mn>0</mn></mrow></math>`,
  `<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:dc='http://purl.org/dc/elements/1.1/'><rdf:Description rdf:about='https://anna.example/5'><dc:title xml:lang='fr'>Première gelée</dc:title></rdf:Description></rdf:RDF>`,
  `<x xmlns='urn:example:a&amp;b&lt;c'><y/></x>`,
  `<x xmlns='urn:example:größe/✓'><y/></x>`,
  // the stanza's own vocabulary, nested and foreign
  `<body>mine</body><body xmlns='urn:example:other'>not mine</body>`,
  `<x xmlns='urn:example:1'><body xmlns='jabber:client'>back in jabber:client</body></x>`,
  `<thread xmlns='urn:example:sewing'>red silk</thread>`,
  `<error xmlns='urn:example:log'>not a stanza error</error>`,
  `<c xmlns='http://jabber.org/protocol/caps' node='urn:example:x' ver='1'/>`,
  `<x xmlns='urn:example:1'><no-store xmlns='urn:xmpp:hints'/></x>`,
  // names
  `<größe xmlns='urn:example:1' länge='3'/>`,
  `<данные xmlns='urn:example:1'><число>7</число></данные>`,
  `<名前 xmlns='urn:example:1' 値='&lt;'/>`,
  `<_.-1 xmlns='urn:example:1' _='' a.b='1' a-b='2'/>`,
  `<x xmlns='urn:example:1'><constructor/><toString a='1'/><hasOwnProperty constructor='x' toString='y'/></x>`,
  // attributes
  `<x xmlns='urn:example:1' a='&quot;' b="'" c='&lt;&gt;&amp;' d='' e=' ' f='&#9;|&#10;|&#13;|&#32;'/>`,
  `<x xmlns='urn:example:1' a='one
two	three'/>`,
  `<x xmlns='urn:example:1' xml:lang='de-CH-1901' xml:space='preserve'>  <y/>  </x>`,
  `<x xmlns='urn:example:1' emoji='👩🏽‍🚀' rtl='שלום' long='${"abcdefghij".repeat(200)}'/>`,
  `<x xmlns='urn:example:1' ${wide.join(" ")}/>`,
  // mixed content, order, depth, width
  `<p xmlns='http://www.w3.org/1999/xhtml'>one <b>two <i>three</i> four</b> five<br/>six</p>`,
  `<x xmlns='urn:example:1'><a/><b/><a/><b/><a/>tail</x>`,
  `<x xmlns='urn:example:1'>a<![CDATA[b]]>&#99;<y/>d<![CDATA[]]><y/></x>`,
  `<x xmlns='urn:example:1'>
  <y>
    <z/>
  </y>
</x>`,
  `<tree xmlns='urn:example:deep'>${nested(40, "the bottom")}</tree>`,
  `<tree xmlns='urn:example:deep'>${nested(12, "<leaf/>").repeat(5)}</tree>`,
  `<list xmlns='urn:example:list'>${many.join("")}</list>`,
  `<a xmlns='urn:example:1'/><a xmlns='urn:example:2'/><a xmlns='urn:example:3'/><a xmlns='urn:example:1'/>`,
  `<encryption xmlns='urn:example:eme' namespace='urn:xmpp:otr:0'/><body>?OTRv23?</body>`,
];

export const structure: readonly string[] = [
  ...contents.map((content, at) => `<message id='x${at}'>${content}</message>`),
  `<message id='root1' xmlns='jabber:client'><body>its namespace is written out</body></message>`,
  `<message id='root2' xmlns:e='urn:example:e'><e:x><e:y e:z='1'/></e:x><body>the prefix is declared on the stanza</body></message>`,
  `<message id='root3' xmlns:e='urn:example:e' xmlns:f='urn:example:f'><x xmlns='urn:example:1' e:a='1'><f:y/></x></message>`,
  `<iq type='set' id='root4' xmlns:e='urn:example:e'><e:query><e:item/></e:query></iq>`,
  `<presence id='root5' xmlns:e='urn:example:e'><e:mark/></presence>`,
  `<message id="root6" type="chat">
    <body>indented</body>

    <x xmlns="urn:example:1"/>
  </message>`,
];
