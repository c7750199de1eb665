/** Answers: iq of type result and error. Written for this project. */
const stanzaErrors = "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'";

export const answers: readonly string[] = [
  `<iq type='result' id='a1'/>`,
  `<iq type='result' id='a2'><query xmlns='jabber:iq:version'><name>Kahn</name><version>4.2-β1</version><os>ReactOS &amp; friends</os></query></iq>`,
  `<iq type='result' id='a3'><time xmlns='urn:xmpp:time'><tzo>-03:30</tzo><utc>2025-11-20T17:58:35.017Z</utc></time></iq>`,
  `<iq type='result' id='a4'><query xmlns='jabber:iq:last' seconds='7210'/></iq>`,
  `<iq type='result' id='a5'><query xmlns='http://jabber.org/protocol/disco#info' node='urn:example:phone#3c7aN1q5tYH0nYwqzq0x6mJ6v5k='><identity category='client' type='phone' name='Телефон' xml:lang='ru'/><identity category='client' type='phone' name='Phone' xml:lang='en'/><feature var='http://jabber.org/protocol/disco#info'/><feature var='urn:xmpp:ping'/><feature var='urn:xmpp:receipts'/><feature var='http://jabber.org/protocol/chatstates'/><x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>urn:xmpp:dataforms:softwareinfo</value></field><field var='ip_version'><value>ipv4</value><value>ipv6</value></field><field var='software_version'><value>0.9.3</value></field></x></query></iq>`,
  `<iq type='result' id='a6'><query xmlns='http://jabber.org/protocol/disco#items'><item jid='ben@example.net/phone' node='music' name='Tunes'/><item jid='ben@example.net/phone' node='books'/><item jid='ben@example.net/phone'/></query></iq>`,
  `<iq type='result' id='a7'><vCard xmlns='vcard-temp'><FN>Ben</FN><PHOTO><TYPE>image/png</TYPE><BINVAL>
iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4
2mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==
</BINVAL></PHOTO></vCard></iq>`,
  `<iq type='result' id='a8'><command xmlns='http://jabber.org/protocol/commands' node='list' sessionid='l-2' status='executing'><actions execute='complete'><prev/><complete/></actions><note type='info'>Choose one.</note><x xmlns='jabber:x:data' type='form'><field var='service' type='list-single' label='Service'><option label='Web'><value>httpd</value></option><option label='Mail'><value>smtpd</value></option></field></x></command></iq>`,
  `<iq type='result' id='a9'><command xmlns='http://jabber.org/protocol/commands' node='list' sessionid='l-2' status='completed'><x xmlns='jabber:x:data' type='result'><title>Services</title><reported><field var='service' label='Service' type='text-single'/><field var='state' label='State' type='text-single'/></reported><item><field var='service'><value>httpd</value></field><field var='state'><value>on</value></field></item><item><field var='service'><value>smtpd</value></field><field var='state'><value>off</value></field></item></x></command></iq>`,
  `<iq type='result' id='a10'><jingle xmlns='urn:xmpp:jingle:1' action='session-accept' responder='ben@example.net/phone' sid='j5fa81'><content creator='initiator' name='voice'/></jingle></iq>`,
  `<iq type='result' id='a11'><pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:microblog:0'><item id='one'><entry xmlns='http://www.w3.org/2005/Atom'><title>Eins</title><content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>Text <b>fett</b>.</p></div></content></entry></item><item id='two' publisher='ben@example.net'/></items><set xmlns='http://jabber.org/protocol/rsm'><first index='0'>one</first><last>two</last><count>2</count></set></pubsub></iq>`,
  `<iq type='result' id='a12'><pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='garden'><item id='ae890ac52d0df67ed7cfdf51b644e901'/></publish></pubsub></iq>`,
  `<iq type='result' id='a13'><query xmlns='jabber:iq:roster' ver='ver7'><item jid='anna@example.org' name='Anna' subscription='both'><group>Чат</group></item><item jid='zoe@example.com' ask='subscribe' subscription='none'/></query></iq>`,
  `<iq type='result' id='a14'><fin xmlns='urn:xmpp:mam:2' complete='true'><set xmlns='http://jabber.org/protocol/rsm'><first index='0'>28482-98726-73623</first><last>09af3-cc343-b409f</last></set></fin></iq>`,
  `<iq type='result' id='a15'><data xmlns='urn:xmpp:bob' cid='sha1+8f35fef110ffc5df08d579a50083ff9308fb6242@bob.xmpp.org' max-age='86400' type='image/gif'>R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7</data></iq>`,
  `<iq type='result' id='a16'><query xmlns='http://jabber.org/protocol/bytestreams' sid='vxf9n471bn46'><streamhost-used jid='proxy.example.org'/></query></iq>`,
  `<iq type='result' id='a17'><query xmlns='jabber:iq:rpc'><methodResponse><params><param><value><string>three &lt; four</string></value></param></params></methodResponse></query></iq>`,
  `<iq type='result' id='a18'><query xmlns='jabber:iq:search'><item jid='oneill@example.org'><first>Séan</first><last>O'Neill</last><nick/><email>s@example.org</email></item></query></iq>`,
  `<iq type='result' id='a19' xml:lang='fi'><readings xmlns='urn:example:sensors'><node id='roof'><v t='2025-11-20T00:00:00Z'>-3.5</v><v t='2025-11-20T01:00:00Z'>-3.9</v></node><node id='cellar'/></readings></iq>`,
  `<iq type='result' id='a20'><slot xmlns='urn:xmpp:http:upload:0'><put url='https://upload.example/4a77/t%C3%A9.jpg'><header name='Authorization'>Basic Base64String==</header><header name='Cookie'>foo=bar; user=ben</header></put><get url='https://upload.example/4a77/t%C3%A9.jpg'/></slot></iq>`,
  // errors (RFC 6120 §8.3.3): with and without what was asked, a text, a condition of the application
  ...(
    [
      ["bad-request", "modify"],
      ["conflict", "cancel"],
      ["feature-not-implemented", "cancel"],
      ["forbidden", "auth"],
      ["internal-server-error", "cancel"],
      ["item-not-found", "cancel"],
      ["jid-malformed", "modify"],
      ["not-acceptable", "modify"],
      ["not-authorized", "auth"],
      ["policy-violation", "modify"],
      ["remote-server-timeout", "wait"],
      ["resource-constraint", "wait"],
      ["service-unavailable", "cancel"],
      ["unexpected-request", "wait"],
    ] as const
  ).map(
    ([condition, type]) =>
      `<iq type='error' id='e-${condition}'><error type='${type}'><${condition} ${stanzaErrors}/></error></iq>`,
  ),
  `<iq type='error' id='e1'><query xmlns='jabber:iq:private'><prefs xmlns='urn:example:client'/></query><error type='cancel' by='example.net'><item-not-found ${stanzaErrors}/><text ${stanzaErrors} xml:lang='sv'>Hittades inte: „prefs”</text></error></iq>`,
  `<iq type='error' id='e2'><error type='modify'><gone ${stanzaErrors}>xmpp:anna@example.org/?message;body=new%20address</gone></error><ping xmlns='urn:xmpp:ping'/></iq>`,
  `<iq type='error' id='e3'><command xmlns='http://jabber.org/protocol/commands' node='list' sessionid='l-2'/><error code='405' type='cancel'><not-allowed ${stanzaErrors}/><session-expired xmlns='http://jabber.org/protocol/commands'/></error></iq>`,
  `<iq type='error' id='e4'><error type='cancel'><undefined-condition ${stanzaErrors}/><x:no-oil xmlns:x='urn:example:lamp' level='0'/></error></iq>`,
];
