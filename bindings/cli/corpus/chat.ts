/**
 * Conversations: what people and their clients send all day. Written for this project; the namespaces are those of
 * RFC 6121 and the XEPs named in the comments.
 */
export const chat: readonly string[] = [
  `<message type='chat' id='c1'><body>Morning! Did the parcel arrive?</body></message>`,
  `<message type='chat' id='c2' xml:lang='en'><body>Not yet.</body><active xmlns='http://jabber.org/protocol/chatstates'/></message>`,
  `<message type='chat' id='c3'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>`,
  `<message type='chat' id='c4'><paused xmlns='http://jabber.org/protocol/chatstates'/><no-store xmlns='urn:xmpp:hints'/></message>`,
  `<message type='chat' id='c5'><gone xmlns='http://jabber.org/protocol/chatstates'/><no-permanent-store xmlns='urn:xmpp:hints'/></message>`,
  `<message type='chat' id='c6'><inactive xmlns='http://jabber.org/protocol/chatstates'/></message>`,
  `<message><body>no type, no id</body></message>`,
  `<message id='c7' type='normal'><subject>Allotment keys</subject><body>They hang behind the shed door.</body></message>`,
  `<message id='c8' type='normal' xml:lang='de'><subject>Elternabend</subject><subject xml:lang='en'>Parents' evening</subject><body>Dienstag um 19 Uhr in der Aula.</body><body xml:lang='en'>Tuesday at 7 pm in the hall.</body></message>`,
  `<message id='c9' type='headline'><subject>Low water</subject><body>The ferry does not run before noon.</body></message>`,
  // receipts and markers (XEP-0184, XEP-0333)
  `<message type='chat' id='c10'><body>Tell me when you read this</body><request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/></message>`,
  `<message type='chat' id='c11'><received xmlns='urn:xmpp:receipts' id='c10'/></message>`,
  `<message type='chat' id='c12'><received xmlns='urn:xmpp:chat-markers:0' id='c10'/><store xmlns='urn:xmpp:hints'/></message>`,
  `<message type='chat' id='c13'><displayed xmlns='urn:xmpp:chat-markers:0' id='c10'/><store xmlns='urn:xmpp:hints'/></message>`,
  `<message type='chat' id='c14'><acknowledged xmlns='urn:xmpp:chat-markers:0' id='c10'/></message>`,
  // correction, reactions, retraction, replies (XEP-0308, XEP-0444, XEP-0424, XEP-0461)
  `<message type='chat' id='c15'><body>See you at the habour</body></message>`,
  `<message type='chat' id='c16'><body>See you at the harbour</body><replace xmlns='urn:xmpp:message-correct:0' id='c15'/></message>`,
  `<message type='chat' id='c17'><reactions xmlns='urn:xmpp:reactions:0' id='c16'><reaction>👍</reaction><reaction>⛵</reaction></reactions><store xmlns='urn:xmpp:hints'/></message>`,
  `<message type='chat' id='c18'><reactions xmlns='urn:xmpp:reactions:0' id='c16'/></message>`,
  `<message type='chat' id='c19'><retract xmlns='urn:xmpp:message-retract:1' id='c16'/><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:message-retract:1'/><body>This person withdrew a message.</body></message>`,
  `<message type='chat' id='c20'><body>&gt; Which pier?
The northern one.</body><reply xmlns='urn:xmpp:reply:0' to='ben@example.net/phone' id='c16'/><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='14'/></fallback></message>`,
  `<message type='chat' id='c21'><body>Spoiler: she wins</body><spoiler xmlns='urn:xmpp:spoiler:0' xml:lang='en'>the final match</spoiler></message>`,
  `<message type='chat' id='c22'><body>*bold* _slanted_ ~gone~ \`code\`</body><unstyled xmlns='urn:xmpp:styling:0'/></message>`,
  `<message type='chat' id='c23'><attention xmlns='urn:xmpp:attention:0'/></message>`,
  `<message type='chat' id='c24'><nick xmlns='http://jabber.org/protocol/nick'>Anna from the third floor</nick><body>Hello, neighbour here.</body></message>`,
  // ids, delay, hints, carbons: they stay in clear (XEP-0359, XEP-0203, XEP-0334, XEP-0280)
  `<message type='chat' id='c25'><body>with an origin id</body><origin-id xmlns='urn:xmpp:sid:0' id='8a1f5f0e-5a39-4f3c-9b6e-0d0e8cbb6f10'/></message>`,
  `<message type='chat' id='c26'><stanza-id xmlns='urn:xmpp:sid:0' by='anna@example.org' id='28482-98726-73623'/><body>from the archive</body><delay xmlns='urn:xmpp:delay' from='example.org' stamp='2025-11-02T06:41:09Z'>late</delay></message>`,
  `<message type='chat' id='c27'><private xmlns='urn:xmpp:carbons:2'/><no-copy xmlns='urn:xmpp:hints'/><body>only for this device</body></message>`,
  `<message type='chat' id='c28'><amp xmlns='http://jabber.org/protocol/amp' per-hop='true'><rule action='drop' condition='deliver' value='stored'/></amp><body>now or never</body></message>`,
  `<message type='chat' id='c29'><no-store xmlns='urn:xmpp:hints'/><body>between two hints</body><no-copy xmlns='urn:xmpp:hints'/><origin-id xmlns='urn:xmpp:sid:0' id='between'/><active xmlns='http://jabber.org/protocol/chatstates'/></message>`,
  `<message type='chat' id='c30'><thread parent='older'>it has a thread of its own</thread><body>which gives way to the session's</body></message>`,
  // links, files, places (XEP-0066, XEP-0447, XEP-0446, XEP-0080)
  `<message type='chat' id='c31'><body>https://photos.example/sunset.jpg</body><x xmlns='jabber:x:oob'><url>https://photos.example/sunset.jpg</url><desc>From the roof, 21:14</desc></x></message>`,
  `<message type='chat' id='c32'><file-sharing xmlns='urn:xmpp:sfs:0' disposition='inline'><file xmlns='urn:xmpp:file:metadata:0'><media-type>image/webp</media-type><name>kite &amp; dog.webp</name><size>48211</size><dimensions>1200x900</dimensions><hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>mA3eL1q0bMXdcD0tCkv1N2xTzKjQmVn8ZfIYw5Rj2uE=</hash></file><sources><url-data xmlns='http://jabber.org/protocol/url-data' target='https://photos.example/k.webp'/></sources></file-sharing></message>`,
  `<message type='chat' id='c33'><body>I am here</body><geoloc xmlns='http://jabber.org/protocol/geoloc' xml:lang='fr'><lat>48.38951</lat><lon>-4.48607</lon><accuracy>12</accuracy><description>Quai de la Douane</description></geoloc></message>`,
  `<message type='chat' id='c34'><body>geo:59.3293,18.0686;u=35</body></message>`,
  // rich text (XEP-0071, XEP-0394)
  `<message type='chat' id='c35'><body>Soup today: leek</body><html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'><p>Soup today: <em style='color:#363'>leek</em><br/>and <strong>bread</strong>.</p></body></html></message>`,
  `<message type='chat' id='c36'><body>A list</body><html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml' xml:lang='en'><ol><li>rope</li><li>lamp</li><li><a href='https://shop.example/?a=1&amp;b=2'>tent</a></li></ol></body></html></message>`,
  `<message type='chat' id='c37'><body>mark this</body><markup xmlns='urn:xmpp:markup:0'><span start='0' end='4'><emphasis/></span><span start='5' end='9'><code/></span></markup></message>`,
  // calls, invitations, references (XEP-0353, XEP-0249, XEP-0372)
  `<message type='chat' id='c38'><propose xmlns='urn:xmpp:jingle-message:0' id='call-77'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/></propose><store xmlns='urn:xmpp:hints'/></message>`,
  `<message type='chat' id='c39'><proceed xmlns='urn:xmpp:jingle-message:0' id='call-77'/></message>`,
  `<message type='chat' id='c40'><finish xmlns='urn:xmpp:jingle-message:0' id='call-77'><reason xmlns='urn:xmpp:jingle:1'><success/><text>Hung up</text></reason></finish></message>`,
  `<message id='c41'><x xmlns='jabber:x:conference' jid='choir@rooms.example' password='tenor &lt;3' reason='Thursday rehearsal'/></message>`,
  `<message type='chat' id='c42'><body>Ask Ömer about it</body><reference xmlns='urn:xmpp:reference:0' begin='4' end='8' type='mention' uri='xmpp:oemer@example.org'/></message>`,
  // events, mood, tune carried in messages (XEP-0060, XEP-0107, XEP-0118)
  `<message type='headline' id='c43'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='http://jabber.org/protocol/tune'><item id='current'><tune xmlns='http://jabber.org/protocol/tune'><artist>Os Rouxinóis</artist><length>274</length><source>Noite no Cais</source><title>Maré</title><track>4</track></tune></item></items></event></message>`,
  `<message type='headline' id='c44'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='http://jabber.org/protocol/mood'><retract id='current'/></items></event></message>`,
  `<message type='headline' id='c45'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:xmpp:microblog:0'><item id='post-5'><entry xmlns='http://www.w3.org/2005/Atom'><title type='text'>First frost</title><id>tag:anna.example,2025:5</id><published>2025-11-18T07:02:00Z</published><updated>2025-11-18T07:30:00Z</updated><link rel='alternate' type='text/html' href='https://anna.example/5'/></entry></item></items></event></message>`,
  // forwarding (XEP-0297): a stanza inside a stanza
  `<message type='chat' id='c46'><body>She wrote this:</body><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2025-10-10T23:08:25Z'/><message xmlns='jabber:client' to='anna@example.org' from='zoe@example.com/web' type='chat' id='z-9'><thread>her-thread</thread><body>The key is under the third pot.</body></message></forwarded></message>`,
  `<message type='chat' id='c47'><forwarded xmlns='urn:xmpp:forward:0'><presence xmlns='jabber:client' from='zoe@example.com/web'><show>away</show></presence></forwarded></message>`,
  // a form to fill in, buttons, a legal note (XEP-0004, XEP-0439)
  `<message id='c48'><x xmlns='jabber:x:data' type='form'><title>Summer party</title><instructions>One form for each household.</instructions><field type='hidden' var='FORM_TYPE'><value>urn:example:party</value></field><field type='boolean' var='coming' label='Coming?'><required/></field><field type='list-multi' var='bring' label='You bring'><option label='A salad'><value>salad</value></option><option label='A cake'><value>cake</value></option><value>cake</value></field><field type='text-multi' var='note'><value>no nuts</value><value>no raisins</value></field></x></message>`,
  `<message id='c49'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>urn:example:party</value></field><field var='coming'><value>true</value></field><field var='bring'><value>salad</value><value>cake</value></field></x></message>`,
  `<message type='chat' id='c50'><body>Tea or coffee?</body><response xmlns='urn:xmpp:tmp:quick-response' value='tea' label='Tea'/><response xmlns='urn:xmpp:tmp:quick-response' value='coffee' label='Coffee'/></message>`,
  // errors come back as messages, too (RFC 6120 §8.3)
  `<message type='error' id='c51'><body>Are you still up?</body><error type='wait' by='example.net'><recipient-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>Try again tomorrow.</text></error></message>`,
  `<message type='error' id='c52'><error type='modify'><not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><too-long xmlns='urn:example:limits' max='500'/></error></message>`,
  // keys and codes people paste to each other
  `<message type='chat' id='c53'><body>-----BEGIN NOTE-----
Version: 1

mDMEZkq0nxYJKwYBBAHaRw8BAQdA7u0W
=Qx2b
-----END NOTE-----</body></message>`,
  `<message type='chat' id='c54'><body>if (a &lt; b &amp;&amp; b &gt; c) { print("a &lt; c?"); }</body></message>`,
  `<message type='chat' id='c55'><json xmlns='urn:xmpp:json:0'>{"temperature":-3.5,"unit":"°C","ok":true,"tags":["&lt;roof&gt;","\\"north\\""]}</json></message>`,
  `<message type='chat' id='c56'><data xmlns='http://jabber.org/protocol/ibb' sid='m3' seq='0'>R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7</data></message>`,
  `<message type='chat' id='c57'><body>this one is short-lived</body><ephemeral xmlns='urn:xmpp:ephemeral:0' timer='3600'/></message>`,
  `<message type='chat' id='c58'><body>Booked. Row 7, seats 11–12.</body><active xmlns='http://jabber.org/protocol/chatstates'/><request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/><origin-id xmlns='urn:xmpp:sid:0' id='o58'/><store xmlns='urn:xmpp:hints'/></message>`,
];
