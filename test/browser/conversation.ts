/** The whole life of two sessions in one form of stanza: negotiation, stanzas both ways, termination, recognition. */
import type { Level } from "esession";
import { forms, meaningOf, parseDom, type FormName, type Meaning } from "./forms.js";
import { createPair, negotiate, terminate, until, type Pair } from "./pair.js";

export interface ConversationReport {
  readonly group: number;
  readonly sas: readonly (string | undefined)[];
  readonly levels: readonly Level[];
  readonly sent: readonly Meaning[];
  readonly arrived: readonly Meaning[];
  /** Whether each stanza was handed on in the form of the run. */
  readonly inForm: boolean;
  /** Stanzas on the wire with a word of their content in clear. */
  readonly leaks: readonly string[];
  readonly complete: readonly boolean[];
  readonly continued: readonly boolean[];
  readonly laterLevels: readonly Level[];
  readonly alerts: readonly string[];
}

/** Stands in every content, and nowhere else. */
const WORD = "confidential";

/** What goes through: who sends it (0: Alice), and what is sealed of it. Messages have the thread beside that, in clear. */
const stanzas: readonly (readonly [sender: 0 | 1, kind: string, attributes: string, content: string])[] = [
  [0, "message", "type='chat' id='m1'", `<body>${WORD}: Grüße 🦊 &amp; &lt;all&gt; <![CDATA[<b>&]]></body>`],
  [1, "message", "type='chat' xml:lang='de'", `<body xml:lang='de'>${WORD}</body><active xmlns='http://jabber.org/protocol/chatstates'/>`],
  [0, "message", "", `<x xmlns='urn:a' xmlns:p='urn:p' p:k='&quot;&lt;'><p:y><z xmlns=''>${WORD}</z></p:y></x>`],
  [1, "message", "type='chat'", `<body>${WORD}</body><html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'><p class='a'>${WORD}<br/><em>${WORD}</em></p></body></html>`],
  [0, "iq", "type='get' id='q1'", `<query xmlns='jabber:iq:private'><storage xmlns='${WORD}'/></query>`],
  [1, "iq", "type='result' id='q1'", `<query xmlns='jabber:iq:private'><storage xmlns='${WORD}'>a\nb</storage></query>`],
  [0, "presence", "", `<show>away</show><status>${WORD}</status>`],
  [1, "message", "type='chat'", `<body>${WORD} ${"long €😀 ".repeat(4000)}</body>`],
]; // prettier-ignore

export async function converse(form: FormName): Promise<ConversationReport> {
  const wire: string[] = [];
  const pair = await createPair({ form, onWire: (xml) => wire.push(xml) });
  const first = await negotiate(pair);
  await Promise.all(first.map((session) => session.confirmSas()));

  const sent: Meaning[] = [];
  const arrived: Meaning[] = [];
  let inForm = true;
  for (const [sender, kind, attributes, content] of stanzas) {
    const [from, to] = [pair[sender], pair[1 - sender]!];
    const thread = kind === "message" ? `<thread>${first[0].thread}</thread>` : "";
    const xml = `<${kind} xmlns='jabber:client' from='${from.jid}' to='${to.jid}' ${attributes}>${content}${thread}</${kind}>`;
    sent.push(stanzaMeaning(xml));
    first[sender].send(forms[form].parse(xml));
    await until(`${kind} ${sent.length} arrives`, () => to.inbox.length > 0);
    for (const stanza of to.inbox.splice(0)) {
      inForm &&= forms[form].is(stanza);
      arrived.push(stanzaMeaning(forms[form].print(stanza)));
    }
  }
  const report = {
    group: first[0].info.group,
    sas: first.map(({ sas }) => sas),
    levels: first.map(({ level }) => level),
    sent,
    arrived,
    inForm,
    leaks: wire.filter((xml) => xml.includes(WORD)),
  };
  const complete = [await terminate(first)];

  const second = await negotiate(pair);
  const later = {
    continued: second.map((one) => one.continued),
    laterLevels: second.map(({ level }) => level),
  };
  complete.push(await terminate(second));
  await close(pair);
  return { ...report, ...later, complete, alerts: pair.flatMap(({ alerts }) => alerts) };
}

/** The thread last: how what is sealed and what is clear were mixed does not survive, nor matter. */
function stanzaMeaning(xml: string): Meaning {
  const [name, attributes, children] = meaningOf(parseDom(xml));
  const isThread = (child: Meaning | string) => child[0] === "{jabber:client}thread";
  const sealed = children.filter((child) => !isThread(child));
  return [name, attributes, [...sealed, ...children.filter(isThread)]];
}

const close = (pair: Pair) => Promise.all(pair.map(({ engine }) => engine.close()));
