/** Requests: iq of type get and set, from pings to published items. Written for this project. */
export const requests: readonly string[] = [
  `<iq type='get' id='q1'><ping xmlns='urn:xmpp:ping'/></iq>`,
  `<iq type='get' id='q2'><query xmlns='jabber:iq:version'/></iq>`,
  `<iq type='get' id='q3'><time xmlns='urn:xmpp:time'/></iq>`,
  `<iq type='get' id='q4'><query xmlns='jabber:iq:last'/></iq>`,
  `<iq type='get' id='q5'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
  `<iq type='get' id='q6'><query xmlns='http://jabber.org/protocol/disco#info' node='urn:example:phone#3c7aN1q5tYH0nYwqzq0x6mJ6v5k='/></iq>`,
  `<iq type='get' id='q7'><query xmlns='http://jabber.org/protocol/disco#items' node='http://jabber.org/protocol/commands'/></iq>`,
  `<iq type='get' id='q8' xml:lang='nl'><vCard xmlns='vcard-temp'/></iq>`,
  `<iq type='set' id='q9'><vCard xmlns='vcard-temp'><FN>Anna Żółć</FN><N><FAMILY>Żółć</FAMILY><GIVEN>Anna</GIVEN><MIDDLE/></N><EMAIL><INTERNET/><PREF/><USERID>anna@example.org</USERID></EMAIL><ADR><HOME/><STREET>Rua d'Água &amp; Sal 7</STREET><LOCALITY>Olhão</LOCALITY><PCODE>8700-000</PCODE></ADR><NOTE>"Quotes", &lt;angles&gt;
and a second line</NOTE></vCard></iq>`,
  // commands (XEP-0050)
  `<iq type='set' id='q10' xml:lang='en'><command xmlns='http://jabber.org/protocol/commands' node='reboot' action='execute'/></iq>`,
  `<iq type='set' id='q11'><command xmlns='http://jabber.org/protocol/commands' node='reboot' sessionid='r-17' action='complete'><x xmlns='jabber:x:data' type='submit'><field var='when' type='list-single'><value>tonight</value></field><field var='why' type='text-multi'><value>New kernel</value><value/><value>  indented</value></field></x></command></iq>`,
  `<iq type='set' id='q12'><command xmlns='http://jabber.org/protocol/commands' node='reboot' sessionid='r-17' action='cancel'/></iq>`,
  // calls and files (XEP-0166, XEP-0167, XEP-0176, XEP-0234)
  `<iq type='set' id='q13'><jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' initiator='anna@example.org/laptop' sid='j5fa81'><content creator='initiator' name='voice'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'><payload-type id='111' name='opus' clockrate='48000' channels='2'><parameter name='minptime' value='10'/><parameter name='useinbandfec' value='1'/></payload-type><payload-type id='8' name='PCMA'/><rtcp-mux/></description><transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='8hhy' pwd='asd88fgpdd777uzjYhagZg'><candidate component='1' foundation='1' generation='0' id='el0747fg11' ip='192.0.2.17' network='1' port='8998' priority='2130706431' protocol='udp' type='host'/><fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash='sha-256' setup='actpass'>02:1A:CC:54:27:AB:EB:9C:53:3F:3E:4B:65:2E:7D:46</fingerprint></transport></content></jingle></iq>`,
  `<iq type='set' id='q14'><jingle xmlns='urn:xmpp:jingle:1' action='transport-info' sid='j5fa81'><content creator='initiator' name='voice'><transport xmlns='urn:xmpp:jingle:transports:ice-udp:1'><candidate component='1' foundation='2' generation='0' id='y3s2b30v3r' ip='2001:db8::9:1' network='1' port='45664' priority='1694498815' protocol='udp' rel-addr='192.0.2.17' rel-port='8998' type='srflx'/></transport></content></jingle></iq>`,
  `<iq type='set' id='q15'><jingle xmlns='urn:xmpp:jingle:1' action='session-info' sid='j5fa81'><mute xmlns='urn:xmpp:jingle:apps:rtp:info:1' creator='responder' name='voice'/></jingle></iq>`,
  `<iq type='set' id='q16'><jingle xmlns='urn:xmpp:jingle:1' action='session-terminate' sid='j5fa81'><reason><busy/><text xml:lang='it'>Richiamo fra un'ora</text></reason></jingle></iq>`,
  `<iq type='set' id='q17'><jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='f1'><content creator='initiator' name='a-file'><description xmlns='urn:xmpp:jingle:apps:file-transfer:5'><file><date>2025-11-01T12:00:00Z</date><desc>Minutes &amp; notes</desc><media-type>text/plain</media-type><name>minutes.txt</name><range/><size>6144</size></file></description><transport xmlns='urn:xmpp:jingle:transports:ibb:1' block-size='4096' sid='ch3d9s71'/></content></jingle></iq>`,
  // in-band bytes (XEP-0047)
  `<iq type='set' id='q18'><open xmlns='http://jabber.org/protocol/ibb' block-size='4096' sid='i781hf64' stanza='iq'/></iq>`,
  `<iq type='set' id='q19'><data xmlns='http://jabber.org/protocol/ibb' seq='0' sid='i781hf64'>iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==</data></iq>`,
  `<iq type='set' id='q20'><close xmlns='http://jabber.org/protocol/ibb' sid='i781hf64'/></iq>`,
  // publish and subscribe (XEP-0060, XEP-0402, XEP-0084, XEP-0292)
  `<iq type='set' id='q21'><pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='urn:xmpp:avatar:metadata'><item id='111f4b3c50d7b0df729d299bc6f8e9ef9066971f'><metadata xmlns='urn:xmpp:avatar:metadata'><info bytes='12345' id='111f4b3c50d7b0df729d299bc6f8e9ef9066971f' height='64' type='image/png' width='64'/></metadata></item></publish></pubsub></iq>`,
  `<iq type='set' id='q22'><pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='urn:xmpp:bookmarks:1'><item id='choir@rooms.example'><conference xmlns='urn:xmpp:bookmarks:1' name='The choir' autojoin='true'><nick>Anna</nick><extensions><state xmlns='urn:example:client' minimized='true'/></extensions></conference></item></publish><publish-options><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/pubsub#publish-options</value></field><field var='pubsub#persist_items'><value>true</value></field></x></publish-options></pubsub></iq>`,
  `<iq type='get' id='q23'><pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:microblog:0' max_items='3'/><set xmlns='http://jabber.org/protocol/rsm'><max>3</max><before/></set></pubsub></iq>`,
  `<iq type='set' id='q24'><pubsub xmlns='http://jabber.org/protocol/pubsub'><subscribe node='princely_musings' jid='anna@example.org'/><options><x xmlns='jabber:x:data' type='submit'><field var='pubsub#digest'><value>0</value></field></x></options></pubsub></iq>`,
  `<iq type='set' id='q25'><pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><configure node='garden'><x xmlns='jabber:x:data' type='cancel'/></configure></pubsub></iq>`,
  `<iq type='set' id='q26'><pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='urn:ietf:params:xml:ns:vcard-4.0'><item id='current'><vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'><fn><text>Бен</text></fn><tel><parameters><type><text>work</text><text>voice</text></type><pref><integer>1</integer></pref></parameters><uri>tel:+1-555-0100;ext=7</uri></tel></vcard></item></publish></pubsub></iq>`,
  // roster, privacy, archive, storage: to a contact they are just data
  `<iq type='set' id='q27'><query xmlns='jabber:iq:roster'><item jid='zoe@example.com' name='Zoë' subscription='none'><group>Friends</group><group>Läufer &amp; Co</group></item></query></iq>`,
  `<iq type='set' id='q28'><x xmlns='http://jabber.org/protocol/rosterx'><item action='add' jid='zoe@example.com' name='Zoë'><group>Visitors</group></item><item action='delete' jid='old@example.com'/></x></iq>`,
  `<iq type='set' id='q29'><block xmlns='urn:xmpp:blocking'><item jid='spam@example.com'><report xmlns='urn:xmpp:reporting:1' reason='urn:xmpp:reporting:spam'><text xml:lang='en'>Never came trouble to my house like this.</text></report></item></block></iq>`,
  `<iq type='set' id='q30'><query xmlns='urn:xmpp:mam:2' queryid='f27'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>urn:xmpp:mam:2</value></field><field var='start'><value>2025-06-07T00:00:00Z</value></field></x><set xmlns='http://jabber.org/protocol/rsm'><max>10</max><after>09af3-cc343-b409f</after></set></query></iq>`,
  `<iq type='set' id='q31'><query xmlns='jabber:iq:private'><prefs xmlns='urn:example:client' theme='dusk'><window x='10' y='20' w='800' h='600'/></prefs></query></iq>`,
  `<iq type='get' id='q32'><data xmlns='urn:xmpp:bob' cid='sha1+8f35fef110ffc5df08d579a50083ff9308fb6242@bob.xmpp.org'/></iq>`,
  `<iq type='get' id='q33'><query xmlns='http://jabber.org/protocol/bytestreams' sid='vxf9n471bn46'/></iq>`,
  `<iq type='set' id='q34'><query xmlns='http://jabber.org/protocol/bytestreams' sid='vxf9n471bn46' mode='tcp'><streamhost host='192.0.2.1' jid='anna@example.org/laptop' port='5086'/><streamhost host='2001:db8::1' jid='proxy.example.org' port='7777'/></query></iq>`,
  // remote calls, games, things (XEP-0009, XEP-0196, IoT of our own)
  `<iq type='set' id='q35'><query xmlns='jabber:iq:rpc'><methodCall><methodName>stock.levels</methodName><params><param><value><struct><member><name>item</name><value><string>&lt;rope&gt; 10 m</string></value></member><member><name>shelves</name><value><array><data><value><i4>6</i4></value><value><double>-1.5</double></value></data></array></value></member></struct></value></param></params></methodCall></query></iq>`,
  `<iq type='set' id='q36'><move xmlns='urn:example:chess' game='g-4'><from>e2</from><to>e4</to><note>!?</note></move></iq>`,
  `<iq type='get' id='q37'><read xmlns='urn:example:sensors' nodes='roof cellar' since='2025-11-20T00:00:00Z'><unit>°C</unit></read></iq>`,
  `<iq type='set' id='q38'><lamp xmlns='urn:example:lamp' on='true'>&#x1F4A1;</lamp></iq>`,
  `<iq type='get' id='q39&quot;&lt;&amp;&gt;&apos;'><ping xmlns='urn:xmpp:ping'/></iq>`,
  `<iq type='get' id='ид-四十-🦔'><ping xmlns='urn:xmpp:ping'/></iq>`,
  `<iq type='get' id=' q41 with spaces '><query xmlns='jabber:iq:search'/></iq>`,
  `<iq type='set' id='q42'><query xmlns='jabber:iq:search'><first/><last>O'Neill</last><nick/><email/></query></iq>`,
];
