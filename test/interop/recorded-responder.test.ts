/**
 * We in the place of Bob in the recorded runs: with Bob's exponent, nonces and secrets, and what Alice's client sent,
 * the engine's own machine must come to Bob's values. Our forms are written in another way than a deployed client's:
 * message 2 is compared value by value, message 4 with a computation of its own over our form, and the identity MAC's
 * input byte for byte over the recorded forms.
 */
import test from "node:test";
import assert from "node:assert/strict";
import {
  concat,
  encodeBase64,
  field,
  isSafeCounter,
  normalForm,
  serializeStanza,
  single,
} from "esession/wire";
import type { Group } from "esession";
import { completed } from "./complete.js";
import { proof, request as requests, responder, type Message, type Step } from "./internals.js";
import { counterAfter, hmac, plainForm, proofOf } from "./reference.js";
import { assertOutcome, assertSecret, recordedKeys, stranger, takeSeat, type Seat } from "./replay.js";
import { assertSealedStanzas } from "./sealed.js";
import { hex, jidOf, message, octets, outOfScope, readMessage, runs, unhex, type Run } from "./runs.js";

for (const recorded of runs) {
  const skip = outOfScope(recorded) ?? false;
  test(`Bob, message 2 (deployed-dialect §4): ${recorded.id}`, { skip }, async () => {
    await answersAsBob(completed(recorded));
  });
  for (const dialect of ["auto", "deployed"] as const)
    test(`Bob, messages 3 and 4 (§5), dialect ${dialect}: ${recorded.id}`, { skip }, async () => {
      await provesAsBob(completed(recorded), dialect);
    });
  test(`Bob, a policy of the XEPs' dialect alone refuses the proof: ${recorded.id}`, { skip }, async () => {
    const run = completed(recorded);
    const seat = await takeSeat(run, "bob", "xep");
    const step = verify(seat, run, message(run, 3));
    assert.equal(step.next.kind, "ended");
    assert.deepEqual(
      step.raise.map(({ kind }) => kind),
      ["trace", "failed"],
    );
    assert.match(serializeStanza(step.send[0]!), /type="error".*<feature-not-implemented /);
  });
}

/** Bob has answered: what was sent to Alice stands in the recording. */
function awaiting({ tools, env }: Seat, run: Run) {
  return {
    kind: "awaiting-identity" as const,
    peer: jidOf(run, "alice"),
    thread: run.thread,
    facts: stranger,
    request: requests.readRequest(message(run, 1).form, env.policy),
    nonceB: octets(run, "N_B"),
    counterA: octets(run, "C_A_padded16"),
    pair: tools.importKeyPair(run.modp as Group, octets(run, "y")),
    formB: message(run, 2, "as sent").form.element,
    sasNonce: undefined,
  };
}

function verify(
  seat: Seat,
  run: Run,
  third: Message,
): Step<unknown> & ReturnType<typeof responder.sendFinal> {
  const received = responder.receiveIdentity(seat.env, awaiting(seat, run), third);
  assert.ok(received.next.kind === "verifying" && received.ask?.kind === "agree", "message 3 is well-formed");
  const k = seat.env.core.dh.agree(received.ask.pair, received.ask.value);
  assertSecret(seat, k, octets(run, "K"), "K");
  return responder.sendFinal(seat.env, received.next, {
    k,
    peer: { retained: seat.retained, otherSecret: undefined },
  });
}

async function answersAsBob(run: Run): Promise<void> {
  const counter = octets(run, "C_A_padded16");
  const nonce = octets(run, "N_B");
  // ours are longer: theirs, and eight octets more
  const random = [Uint8Array.from([...nonce, ...unhex("0123456789abcdef")]), counter];
  const seat = await takeSeat(run, "bob", "auto", random);
  const preparing = responder.receiveRequest(seat.env, message(run, 1), stranger);
  assert.ok(preparing.next.kind === "preparing" && preparing.ask?.kind === "generate");
  assert.deepEqual(preparing.ask.groups, [run.modp]);

  const pair = seat.tools.importKeyPair(run.modp as Group, octets(run, "y"));
  const { send } = responder.sendResponse(seat.env, preparing.next, { pairs: [pair] });
  assert.equal(send.length, 1);
  const ours = readMessage(serializeStanza(send[0]!));
  assert.equal(single(ours.form, "dhkeys"), encodeBase64(octets(run, "d")));
  assert.ok(single(ours.form, "my_nonce")!.startsWith(encodeBase64(nonce).slice(0, 10)));
  assert.equal(single(ours.form, "counter") === encodeBase64(counter), isSafeCounter(counter));
  for (const { var: name, values } of message(run, 2).form.fields) {
    // signatures are for public keys; booleans have two spellings; the rest stands above
    if (["sign_algs", "accept", "my_nonce", "counter"].includes(name)) continue;
    assert.deepEqual(field(ours.form, name)?.values, values, name);
  }
}

async function provesAsBob(run: Run, dialect: "auto" | "deployed"): Promise<void> {
  const seat = await takeSeat(run, "bob", dialect);
  const step = verify(seat, run, message(run, 3));
  assert.equal(step.next.kind, "ended");
  const established = step.raise.find((one) => one.kind === "established");
  assert.ok(established, "Alice's proof verifies");
  const { outcome } = established;
  assertOutcome(seat, run, outcome);
  assert.equal(outcome.confirmed, outcome.sharedRetained === undefined);

  const [retain] = step.write;
  assert.ok(retain?.kind === "retain");
  assertSecret(seat, retain.secret, octets(run, "SRS_new"), "SRS_new");
  assert.equal(retain.from, outcome.sharedRetained?.id);

  const keys = recordedKeys(run, "B");
  const counterB = octets(run, "C_A_padded16");
  counterB[0]! ^= 0x80;
  const start = [octets(run, "N_A"), octets(run, "N_B"), octets(run, "d")];
  assert.equal(hex(outcome.responderCounter), hex(counterAfter(counterB, 2)));

  // message 4 as we write it
  const xml = serializeStanza(step.send[0]!);
  const { form, wrapper } = readMessage(xml);
  assert.equal(wrapper, "init");
  assert.equal(single(form, "nonce"), encodeBase64(octets(run, "N_A")));
  const srshash = outcome.sharedRetained && hmac(octets(run, "SRS"), "Shared Retained Secret");
  if (srshash) {
    assert.equal(single(form, "srshash"), encodeBase64(srshash));
    if (run.values["srshash"]) assert.equal(hex(srshash), run.values["srshash"]);
  }
  const formB = run.values["formB"]
    ? octets(run, "formB")
    : normalForm(message(run, 2).form.element, "deployed");
  const expected = proofOf(keys, counterB, concat(...start, formB, plainForm(xml)));
  assert.equal(single(form, "identity"), encodeBase64(expected.identity), "ID_B over our form");
  assert.equal(single(form, "mac"), encodeBase64(expected.mac), "M_B over our form");

  // message 4 as Bob's client wrote it: byte for byte
  const theirs = message(run, 4, "as sent").form;
  const forms = [message(run, 2, "as sent").form.element, theirs.element] as const;
  const nonces = [octets(run, "N_A"), octets(run, "N_B")] as const;
  const input = proof.macInput({ nonces, publicKey: octets(run, "d"), forms }, "deployed");
  if (run.values["mac_B_input"]) assert.equal(hex(input), run.values["mac_B_input"]);
  const again = seat.env.core.identity.seal(outcome.responderKeys, counterB, input, "deployed");
  assert.equal(encodeBase64(again.identity), single(theirs, "identity"), "ID_B");
  assert.equal(encodeBase64(again.mac), single(theirs, "mac"), "M_B");

  assertSealedStanzas(seat, run, outcome);
}
