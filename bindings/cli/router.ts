/**
 * A server in a few lines: between two engines every stanza becomes text and is parsed again, strictly and in order
 * (RFC 6120 §10.1), with the sender's address stamped on it (§8.1.2.1).
 */
import type { AnyStanza } from "../engine/types.js";
import { utf8Length } from "../wire/characters.js";
import type { Element } from "../wire/element.js";
import { parseStanza } from "../wire/gate.js";
import { serializeStanza } from "../wire/serialize.js";
import { readStanza } from "../wire/stanza.js";

export interface WireLine {
  readonly from: string;
  readonly to: string;
  readonly xml: string;
}

export interface Router {
  /** The `send` of the engine with this JID. */
  port(jid: string): (stanza: AnyStanza) => void;
  /** Who receives what goes to this JID, full or bare. */
  connect(jid: string, receive: (stanza: Element) => void): void;
  /** Delivers what waits, and what that causes, now; otherwise it is delivered by itself soon. */
  drain(): void;
  readonly stanzas: number;
  /** Octets of UTF-8. */
  readonly bytes: number;
}

export function createRouter(onLine: (line: WireLine) => void = () => {}): Router {
  const receivers = new Map<string, (stanza: Element) => void>();
  const waiting: WireLine[] = [];
  let draining = false;
  let stanzas = 0;
  let bytes = 0;

  function drain(): void {
    if (draining) return;
    draining = true;
    try {
      for (let line = waiting.shift(); line; line = waiting.shift()) {
        onLine(line);
        const receive = receivers.get(line.to) ?? receivers.get(bare(line.to));
        if (!receive) throw new Error(`nobody is connected as ${line.to}`);
        receive(parseStanza(line.xml));
      }
    } finally {
      draining = false;
    }
  }

  return {
    port: (jid) => (stanza) => {
      const { element } = readStanza(stanza);
      element.attrs.from = jid;
      const line = { from: jid, to: element.attrs.to ?? bare(jid), xml: serializeStanza(element) };
      stanzas += 1;
      bytes += utf8Length(line.xml);
      waiting.push(line);
      queueMicrotask(drain);
    },
    connect(jid, receive) {
      receivers.set(jid, receive);
      receivers.set(bare(jid), receive);
    },
    drain,
    get stanzas() {
      return stanzas;
    },
    get bytes() {
      return bytes;
    },
  };
}

function bare(jid: string): string {
  return jid.split("/", 1)[0]!;
}
