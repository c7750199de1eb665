/**
 * We in the place of Alice in the recorded runs: with her exponents, nonce and secrets, and what Bob's client sent, the
 * engine's own machine must come to her values. Message 3 is compared with a computation of its own over our form, the
 * identity MAC's input byte for byte over the recorded forms.
 */
import test from "node:test";
import assert from "node:assert/strict";
import type { Group } from "esession";
import { concat, encodeBase64, field, normalForm, serializeStanza, single } from "esession/wire";
import { completed } from "./complete.js";
import { initiator, makeOffer, proof, receiveFinal } from "./internals.js";
import { hmac, plainForm, proofOf } from "./reference.js";
import { assertOutcome, assertSecret, recordedKeys, stranger, takeSeat, type Seat } from "./replay.js";
import { assertSealedStanzas } from "./sealed.js";
import { hex, jidOf, message, octets, outOfScope, readMessage, runs, unhex, type Run } from "./runs.js";

for (const recorded of runs) {
  const skip = outOfScope(recorded) ?? false;
  test(
    `Alice, message 1: deployed answers are to be had for what we offer: ${recorded.id}`,
    { skip },
    async () => {
      await offersAsAlice(completed(recorded));
    },
  );
  for (const dialect of ["auto", "deployed"] as const)
    test(
      `Alice, messages 2 to 4 (deployed-dialect §5), dialect ${dialect}: ${recorded.id}`,
      { skip },
      async () => {
        await provesAsAlice(completed(recorded), dialect);
      },
    );
}

const common = (run: Run) => ({
  init: { to: jidOf(run, "bob"), thread: run.thread, facts: stranger },
  nonceA: octets(run, "N_A"),
});

const pairsOf = ({ tools }: Seat, run: Run) =>
  Object.entries(run.values.x_by_group!).map(([group, x]) =>
    tools.importKeyPair(Number(group) as Group, unhex(x)),
  );

/** Bob's client reads lists from options and everything else from values, and takes the first group. */
async function offersAsAlice(run: Run): Promise<void> {
  const theirs = message(run, 1).form;
  const groups = field(theirs, "modp")!.options;
  const seat = await takeSeat(run, "alice", "deployed");
  const pairs = pairsOf(seat, run).sort(
    (a, b) => groups.indexOf(String(a.group)) - groups.indexOf(String(b.group)),
  );
  const offer = makeOffer({ policy: seat.env.policy });
  const offering = { kind: "offering" as const, ...common(run), offer };
  const { send } = initiator.sendRequest(seat.env, offering, { pairs });
  const ours = readMessage(serializeStanza(send[0]!)).form;
  for (const { var: name, values, options } of theirs.fields) {
    if (name === "sign_algs") continue;
    const mine = field(ours, name);
    assert.ok(mine, name);
    // public keys are not offered
    if (name.endsWith("_pubkey")) assert.deepEqual([...mine.values, ...mine.options], ["none"]);
    // the bot offers to keep no secrets from the log only
    else if (name === "logging") assert.deepEqual(mine.options.slice(0, options.length), options);
    else if (name === "accept") assert.deepEqual(mine.values, ["1"]);
    else assert.deepEqual([mine.values, mine.options], [values, options], name);
  }
}

async function provesAsAlice(run: Run, dialect: "auto" | "deployed"): Promise<void> {
  const seat = await takeSeat(run, "alice", dialect);
  const formA = message(run, 1, "as sent").form.element;
  const offer = makeOffer({ policy: seat.env.policy });
  const pairs = pairsOf(seat, run);
  const waiting = { kind: "awaiting-response" as const, ...common(run), offer, formA, pairs };

  const answered = initiator.receiveResponse(seat.env, waiting, message(run, 2));
  assert.deepEqual(answered.send, []);
  const agreeing = answered.next;
  assert.ok(agreeing.kind === "agreeing" && answered.ask?.kind === "agree", "message 2 is accepted");
  assert.equal(agreeing.dialect, "deployed", "found by the shape of message 2");
  assert.equal(hex(agreeing.pair.publicKey), hex(octets(run, "e")));
  assert.equal(hex(agreeing.response.counterA), hex(octets(run, "C_A_padded16")));
  const k = seat.env.core.dh.agree(answered.ask.pair, answered.ask.value);
  assertSecret(seat, k, octets(run, "K"), "K");

  const knowledge = { retained: seat.retained, otherSecret: undefined };
  const { send, next } = initiator.sendIdentity(seat.env, agreeing, { k, peer: knowledge });
  assert.ok(next.kind === "awaiting-final");
  assertIdentity(run, serializeStanza(send[0]!));

  // Bob's client answered to the message 3 that is recorded: M_A is hers, for the SAS alone
  const proofA = new Uint8Array(Buffer.from(single(message(run, 3).form, "mac")!, "base64"));
  const { raise, write, send: last } = receiveFinal(seat.env, { ...next, proofA }, message(run, 4));
  const established = raise.find((one) => one.kind === "established");
  assert.ok(established, "Bob's proof verifies");
  assert.deepEqual(last, []);
  assertOutcome(seat, run, established.outcome);
  const [retain] = write;
  assert.ok(retain?.kind === "retain" && !retain.staged);
  assertSecret(seat, retain.secret, octets(run, "SRS_new"), "SRS_new");
  assert.equal(retain.from, established.outcome.sharedRetained?.id);
  assertSealedStanzas(seat, run, established.outcome);
}

/** Message 3 of ours, and the recorded one. */
function assertIdentity(run: Run, xml: string): void {
  const ours = readMessage(xml).form;
  const theirs = message(run, 3, "as sent").form;
  assert.equal(single(ours, "dhkeys"), encodeBase64(octets(run, "e")));
  assert.equal(single(ours, "dhkeys"), single(theirs, "dhkeys"));
  assert.equal(single(ours, "nonce"), encodeBase64(octets(run, "N_B")));
  const hashes = field(ours, "rshashes")!.values;
  const real = (run.secrets_before?.alice ?? []).map(([secret]) =>
    encodeBase64(hmac(octets(run, "N_A"), unhex(secret))),
  );
  assert.deepEqual(
    real.filter((hash) => !hashes.includes(hash)),
    [],
    "the hash of each secret is there",
  );
  // a deployed client announces its secrets and nothing else, or one random value
  const recorded = field(theirs, "rshashes")!.values;
  if (real.length > 0) assert.deepEqual([...recorded].sort(), [...real].sort());

  const keys = recordedKeys(run, "A", "_provisory");
  const counter = octets(run, "C_A_padded16");
  const start = [octets(run, "N_B"), octets(run, "N_A"), octets(run, "e")];
  const formA = message(run, 1, "as sent").form.element;
  const normalA = run.values["formA"] ? octets(run, "formA") : normalForm(formA, "deployed");
  const expected = proofOf(keys, counter, concat(...start, normalA, plainForm(xml)));
  assert.equal(single(ours, "identity"), encodeBase64(expected.identity), "ID_A over our form");
  assert.equal(single(ours, "mac"), encodeBase64(expected.mac), "M_A over our form");

  const nonces = [octets(run, "N_B"), octets(run, "N_A")] as const;
  const forms = [formA, theirs.element] as const;
  const input = proof.macInput({ nonces, publicKey: octets(run, "e"), forms }, "deployed");
  if (run.values["mac_A_input"]) assert.equal(hex(input), run.values["mac_A_input"]);
  const again = proofOf(keys, counter, input);
  assert.equal(encodeBase64(again.identity), single(theirs, "identity"), "ID_A");
  assert.equal(encodeBase64(again.mac), single(theirs, "mac"), "M_A");
}
