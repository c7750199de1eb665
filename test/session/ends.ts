/** The two ends of an established session with random keys, without negotiation or engine: what seals and what opens. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { loadTestCore } from "esession/testing";
import type { TestCore } from "esession/testing";
import {
  buildC,
  element,
  parseStanza,
  serializeContent,
  serializeExtra,
  serializeStanza,
} from "esession/wire";
import type { Element, Extra } from "esession/wire";
import type { Channel, ChannelOptions, Opened } from "../../dist/session/channel.js";
import { root } from "../support/built.js";
import { agreedOn } from "../support/agreed.js";

const built = (await import(pathToFileURL(join(root, "dist/session/channel.js")).href)) as {
  Channel: typeof Channel;
};

export const aliceJid = "alice@example.org/pda";
export const bobJid = "bob@example.com/laptop";
export const thread = "ffd7076498744578d10edabfe7f4a866";

export interface Keys {
  readonly cipher: Uint8Array;
  readonly mac: Uint8Array;
  readonly counter: Uint8Array;
}

export interface End {
  readonly seal: (stanza: Element) => Element;
  readonly open: (stanza: Element) => Opened;
}

export interface Ends {
  readonly testing: TestCore;
  readonly alice: End;
  readonly bob: End;
  /** The keys of the direction from Alice to Bob. */
  readonly keys: Keys;
  /** The next message that Alice could send, with this text as its content; without text, without `<data/>`. */
  readonly forge: (text?: string, extra?: Extra) => Element;
}

const random = (length: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(length));

/** A core for small stanzas, shared by what does not ask for its own. */
const shared = loadTestCore({ sessions: 256, maxStanzaBytes: 131_072 });

export async function ends({
  testing,
  counter = random(16),
  stanzas = ["message", "iq", "presence"],
  ...options
}: Partial<Pick<ChannelOptions, "core" | "dialect" | "padTo" | "fallbackBody">> & {
  testing?: TestCore;
  counter?: Uint8Array;
  stanzas?: ChannelOptions["agreed"]["stanzas"];
} = {}): Promise<Ends> {
  const used = testing ?? (await shared);
  const { core, importSecret } = used;
  const bytes = [32, 32, 32, 32].map(random);
  const [cipher, mac, otherCipher, otherMac] = bytes.map(importSecret);
  const one = { keys: { cipher: cipher!, mac: mac! }, counter };
  const other = { keys: { cipher: otherCipher!, mac: otherMac! }, counter: random(16) };
  const common: Omit<ChannelOptions, "peer" | "sending" | "receiving"> = {
    core,
    agreed: { ...agreedOn, stanzas },
    dialect: "xep",
    thread,
    padTo: 0,
    fallbackBody: undefined,
    ...options,
  };
  const forging = core.stanza.context(one.keys, counter, common.dialect);
  const made = {
    testing: used,
    alice: endOf({ ...common, peer: bobJid, sending: one, receiving: other }),
    bob: endOf({ ...common, peer: aliceJid, sending: other, receiving: one }),
    keys: { cipher: bytes[0]!, mac: bytes[1]!, counter },
    forge: (text?: string, extra: Extra = {}) => {
      const sealed = core.stanza.seal(forging, text, serializeExtra(extra));
      return arrived(element("message", {}, element("thread", {}, thread), buildC({ ...sealed, extra })));
    },
  };
  for (const secret of [cipher, mac, otherCipher, otherMac]) secret!.wipe();
  return made;
}

function endOf(options: ChannelOptions): End {
  const channel = new built.Channel(options);
  return {
    seal: (stanza) => channel.seal(channel.prepare(stanza)),
    open: (stanza) => channel.open(stanza),
  };
}

/** As the other side gets it: through text, with the sender's address. */
export function arrived(stanza: Element, from = aliceJid): Element {
  const copy = parseStanza(serializeStanza(stanza));
  copy.attrs.from = from;
  return copy;
}

/** What the peer makes of a stanza that was sealed: its children as text, without the session's thread. */
export function opened({ open }: End, stanza: Element): string {
  const result = open(stanza);
  if (result.kind !== "opened") throw new Error(`the stanza was ${result.kind}`);
  const { element: read } = result;
  const thread = read.getChild("thread", "jabber:client") ?? read.getChild("thread");
  return serializeContent(
    read.children.filter((child) => child !== thread || child.attrs.xmlns !== undefined),
    read,
  );
}

/** One side alone, which may exchange keys: from the exponent x of group 1 and the peer's public value. */
export async function channelOf({
  cipher,
  x,
  peer,
}: {
  cipher: ChannelOptions["agreed"]["cipher"];
  x: Uint8Array;
  peer: Uint8Array;
}): Promise<{ channel: Channel; testing: TestCore; keys: Keys }> {
  const testing = await shared;
  const { core, importSecret, importKeyPair } = testing;
  const octets = [cipher === "aes128-ctr" ? 16 : 32, 32].map(random);
  const [cipherKey, mac] = octets.map(importSecret);
  const counter = random(16);
  const direction = {
    keys: { cipher: cipherKey!, mac: mac!, suite: { cipher, hash: "sha256" as const } },
    counter,
  };
  const channel = new built.Channel({
    core,
    agreed: { ...agreedOn, group: 1, cipher, rekeyFreq: 1 },
    dialect: "xep",
    peer: bobJid,
    thread,
    padTo: 0,
    fallbackBody: undefined,
    sending: direction,
    receiving: direction,
    exchange: {
      own: importKeyPair(1, x),
      peer,
      publish: false,
      sent: () => undefined,
      accepted: () => undefined,
    },
  });
  cipherKey!.wipe();
  mac!.wipe();
  return { channel, testing, keys: { cipher: octets[0]!, mac: octets[1]!, counter } };
}
