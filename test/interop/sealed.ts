/** The stanzas of a recorded session, through the channel that the negotiation has led to. */
import assert from "node:assert/strict";
import {
  decodeBase64,
  element,
  parseContent,
  parseStanza,
  readC,
  findC,
  serializeContent,
} from "esession/wire";
import type { Element } from "esession/wire";
import { channel, type Outcome } from "./internals.js";
import { counterAfter, deployedCtr, hmac } from "./reference.js";
import { recordedKeys, type Seat } from "./replay.js";
import { base64, hex, unhex, type Run, type SealedStanza } from "./runs.js";

/** Opens all that the other side sent, and seals again all that this side sent. */
export function assertSealedStanzas(seat: Seat, run: Run, outcome: Outcome): void {
  const own = outcome.role === "initiator" ? "alice" : "bob";
  opensAll(
    seat,
    run,
    outcome,
    run.encrypted.filter(({ from }) => from !== own),
  );
  sealsTheSame(
    seat,
    run,
    outcome,
    run.encrypted.filter(({ from }) => from === own),
  );
  sealsAsTheyRead(
    seat,
    run,
    outcome,
    run.encrypted.filter(({ from }) => from === own),
  );
}

const content = (padded: string) => Buffer.from(padded, "hex").toString("utf8");
const stream = element("message", { xmlns: "jabber:client" });
const written = (children: readonly Element[]) => serializeContent(children, stream);

function channelOf({ env }: Seat, run: Run, outcome: Outcome) {
  const initiator = { keys: outcome.initiatorKeys, counter: outcome.initiatorCounter };
  const responder = { keys: outcome.responderKeys, counter: outcome.responderCounter };
  const first = outcome.role === "initiator";
  return new channel.Channel({
    core: env.core,
    agreed: outcome.agreed,
    dialect: outcome.dialect,
    peer: outcome.peer,
    thread: run.thread,
    sending: first ? initiator : responder,
    receiving: first ? responder : initiator,
    padTo: 0,
    fallbackBody: undefined,
  });
}

function opensAll(seat: Seat, run: Run, outcome: Outcome, entries: readonly SealedStanza[]): void {
  const open = channelOf(seat, run, outcome);
  for (const { stanza, padded, receiver_body: body } of entries) {
    const { xml, received = xml } = run.stanzas.find(({ n }) => n === stanza)!;
    const opened = open.open(parseStanza(received));
    assert.ok(opened.kind === "opened", `stanza ${stanza} of ${run.id}`);
    assert.deepEqual(opened.residue, [], `the note beside stanza ${stanza} is no surprise`);
    const children = opened.element.getChildElements().filter((child) => child.getName() !== "thread");
    assert.equal(written(children), written(parseContent(content(padded))), `stanza ${stanza} of ${run.id}`);
    if (typeof body === "string") assert.equal(opened.element.getChildText("body"), body);
    // a copy, from an archive say, is no attack; but what encrypts nothing leaves the counter where it was (§6.2)
    if (padded !== "") assert.equal(open.open(parseStanza(received)).kind, "duplicate");
  }
  open.wipe();
}

/** The recorded text gives the recorded octets, as long as the keystream is at a block's begin. */
function sealsTheSame({ env }: Seat, run: Run, outcome: Outcome, entries: readonly SealedStanza[]): void {
  const first = outcome.role === "initiator";
  const context = env.core.stanza.context(
    first ? outcome.initiatorKeys : outcome.responderKeys,
    first ? outcome.initiatorCounter : outcome.responderCounter,
    "deployed",
  );
  const { mac: macKey } = recordedKeys(run, first ? "A" : "B");
  for (const entry of entries) {
    // where a block is left half used (Gajim 1.0), or nothing was encrypted, we go on with a fresh block
    if (entry.padded.length % 32 !== 0) break;
    if (entry.padded === "") continue;
    const { data, mac } = env.core.stanza.seal(context, content(entry.padded));
    assert.equal(`<data>${data ?? ""}</data>`, entry.m_content, `stanza ${entry.stanza} of ${run.id}`);
    // Gajim leaves out leading zero octets when it sends and expects them when it receives
    const counter = unhex(entry.counter_before.padStart(32, "0"));
    assert.equal(mac, base64(hmac(macKey, entry.m_content, counter)));
    if (entry.sender_mac_counter === hex(counter)) assert.equal(mac, base64(unhex(entry.a_mac!)));
  }
  context.wipe();
}

/** What the channel makes of the same content is what a deployed receiver can read: whole blocks, padded with blanks. */
function sealsAsTheyRead(seat: Seat, run: Run, outcome: Outcome, entries: readonly SealedStanza[]): void {
  const seal = channelOf(seat, run, outcome);
  const first = outcome.role === "initiator";
  const keys = recordedKeys(run, first ? "A" : "B");
  let counter = first ? outcome.initiatorCounter : outcome.responderCounter;
  for (const entry of entries) {
    const children = parseContent(content(entry.padded));
    const sealed = seal.seal(
      seal.prepare(element("message", { to: outcome.peer, type: "chat" }, ...children)),
    );
    assert.deepEqual(
      sealed.getChildElements().map(({ name }) => name),
      ["thread", "c"],
    );
    const { content: covered, data, mac } = readC(findC(sealed)[0]!, "deployed");
    assert.equal(mac, base64(hmac(keys.mac, covered, counter)), "the MAC over sixteen octets of counter");
    const text = deployedCtr(keys.cipher, counter, decodeBase64(covered.slice(data!.start, data!.end)));
    assert.equal(text.length % 16, 0);
    assert.notEqual(text.length, 0);
    assert.equal(written(parseContent(Buffer.from(text).toString("utf8"))), written(children));
    counter = counterAfter(counter, text.length / 16);
  }
  seal.wipe();
}
