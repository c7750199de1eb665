/**
 * A man in the middle of Alice and Bob who ends both legs himself: to Alice he is Bob, to Bob he is Alice. Nothing
 * that the two send reaches the other; he makes every message of his own.
 */
import { createHash } from "node:crypto";
import { buildForm, normalForm, parseStanza, type Element } from "esession/wire";
import { octetsOf } from "../support/forms.js";
import type { Pair } from "../support/pair.js";
import * as scripted from "../support/scripted-peer.js";
import {
  cipherOf,
  keyPair,
  normal,
  random,
  type Exchange,
  type Octets,
  type ScriptedKeyPair,
} from "../support/scripted-peer.js";

export interface Middle {
  /** The leg on which he is Bob. */
  readonly withAlice: {
    readonly exchange: Exchange;
    readonly identity: Element;
    readonly pair: ScriptedKeyPair;
    readonly r: Octets;
  };
  /** The leg on which he is Alice; message 3 is not sent yet. */
  readonly withBob: { readonly exchange: Exchange; readonly pair: ScriptedKeyPair };
  /** Resolves or rejects as Alice's start does. */
  readonly starting: Promise<PromiseSettledResult<unknown>>;
  toAlice(stanza: Element): Promise<void>;
  toBob(stanza: Element): Promise<void>;
  lastOf(jid: string): Element;
}

type Sas = "sas28x5" | "sas28x5-bound";

/** Both legs up to the point where everything is fixed but his own message 3 to Bob and message 4 to Alice. */
export async function standBetween({ world, alice, bob }: Pair, sas: Sas): Promise<Middle> {
  const lastOf = (jid: string) => parseStanza(world.log.findLast((sent) => sent.from === jid)!.text);
  const hand = async (engine: typeof alice.engine, stanza: Element) => {
    engine.receive(stanza.toString());
    await world.quiet();
  };
  world.hooks.push(() => false);
  const starting = alice.engine.start(bob.jid).then(
    (value) => ({ status: "fulfilled", value }) as const,
    (reason: unknown) => ({ status: "rejected", reason }) as const,
  );
  await world.quiet();
  const request = lastOf(alice.jid);

  const [toAlice, toBob, r] = [keyPair(), keyPair(), random(32)];
  const ownRequest = scripted.scriptedRequest({ from: alice.jid, to: bob.jid, pair: toBob, sas: [sas] });
  await hand(bob.engine, ownRequest);
  const response = lastOf(bob.jid);
  const commitment = sas === "sas28x5-bound" ? { r } : {};
  const ownResponse = scripted.scriptedResponse(request, {
    from: bob.jid,
    pair: toAlice,
    sas,
    ...commitment,
  });
  await hand(alice.engine, ownResponse);
  return {
    withAlice: {
      exchange: { request, response: ownResponse, cipher: cipherOf(ownResponse) },
      identity: lastOf(alice.jid),
      pair: toAlice,
      r,
    },
    withBob: { exchange: { request: ownRequest, response, cipher: cipherOf(response) }, pair: toBob },
    starting,
    toAlice: (stanza) => hand(alice.engine, stanza),
    toBob: (stanza) => hand(bob.engine, stanza),
    lastOf,
  };
}

/** SHA-256 and HMAC whose beginnings are hashed once: many tries differ in their ends only. */
function prepared(...parts: Octets[]): (...more: Octets[]) => Octets {
  const start = createHash("sha256");
  for (const part of parts) start.update(part);
  return (...more) => {
    const hash = start.copy();
    for (const part of more) hash.update(part);
    return hash.digest();
  };
}

function preparedHmac(key: Octets, ...parts: Octets[]): (...more: Octets[]) => Octets {
  const block = Buffer.concat([key], 64);
  const inner = prepared(
    block.map((octet) => octet ^ 0x36),
    ...parts,
  );
  const outer = prepared(block.map((octet) => octet ^ 0x5c));
  return (...more) => outer(inner(...more));
}

/**
 * Varies a value in rshashes of message 3 to Bob until the sas28x5 of both legs agree in their last `bits` bits.
 * That value is covered by M_A, which the SAS hashes, and by no commitment.
 */
export function grindRshashes(
  { withAlice, withBob }: Middle,
  bits: number,
): { tries: number; message3: Element } {
  const { exchange, pair } = withBob;
  const { request, response, cipher } = exchange;
  const mask = 2 ** bits - 1;
  const shown = scripted.sas28x5(
    octetsOf(withAlice.identity, "mac"),
    normal(withAlice.exchange.response, withAlice.exchange.cipher),
  );
  const wanted = scripted.sasNumber(shown) & mask;

  const keys = scripted.keysOf(scripted.agree(pair, octetsOf(response, "dhkeys")), "Initiator", cipher);
  const counter = octetsOf(response, "counter");
  const marker = "RSHASH";
  const template = new TextDecoder().decode(
    normalForm(
      buildForm(
        "result",
        scripted
          .identityFields(exchange, pair.value, [])
          .filter(({ var: name }) => name !== "rshashes")
          .concat({ var: "rshashes", values: [marker] }),
      ),
      cipher.dialect,
    ),
  );
  const [before, after] = template.split(marker).map(scripted.utf8) as [Octets, Octets];
  const macA = preparedHmac(
    keys.sigma,
    octetsOf(response, "my_nonce"),
    octetsOf(request, "my_nonce"),
    pair.value,
    normal(request, cipher),
    before,
  );
  const m = preparedHmac(keys.mac, scripted.mpi(scripted.toNumber(counter)));
  const keystream = scripted.encrypt(keys, counter, new Uint8Array(32), cipher);
  const formB = normal(response, cipher);
  const rest = Buffer.concat([formB, scripted.utf8("Short Authentication String")]);

  const value = Buffer.from(random(32));
  for (let tries = 1; ; tries++) {
    value.writeUInt32BE(tries);
    const identity = macA(Buffer.from(value.toString("base64")), after).map(
      (octet, index) => octet ^ keystream[index]!,
    );
    const hash = prepared(m(identity), rest)();
    if ((((hash[29]! << 16) | (hash[30]! << 8) | hash[31]!) & mask) === wanted)
      return { tries, message3: scripted.scriptedIdentity(exchange, pair, [new Uint8Array(value)]) };
  }
}

/** His message 4 to Alice. */
export const finalFor = (
  { withAlice: { exchange, identity, pair } }: Middle,
  revealed: { r?: Octets } = {},
): Element => scripted.scriptedFinal(exchange, identity, pair, revealed);

/** What Alice will be shown with sas28x5-bound, as he computes it. */
export function boundSasOf({ withAlice: { exchange, identity, pair, r } }: Middle): string {
  const { request, response, cipher } = exchange;
  return scripted.sas28x5Bound({
    nonceA: octetsOf(request, "my_nonce"),
    nonceB: octetsOf(response, "my_nonce"),
    e: octetsOf(identity, "dhkeys"),
    d: pair.value,
    formA: normal(request, cipher),
    formB: normal(response, cipher),
    r,
  });
}
