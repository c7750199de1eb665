/**
 * The recorded runs of the deployed clients (test/vectors/deployed): every key, proof of identity and encrypted
 * stanza in them, both directions, recomputed by the core.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import type { DirectionKeys, Group } from "esession/core";
import type { TestCore } from "esession/testing";
import { hex, inBoth } from "./builds.js";
import { fromHex } from "./numbers.js";

const folder = new URL("../../vectors/deployed/", import.meta.url);

interface Encrypted {
  stanza: number;
  from: "alice" | "bob";
  m_content: string;
  padded: string;
  plaintext?: string;
  a_mac?: string;
  counter_before: string;
  sender_mac_counter?: string;
}

interface Run {
  file: string;
  format: number;
  flow?: "4-message" | "3-message";
  modp: Group;
  values: Record<string, string>;
  stanzas: { n: number; xml: string }[];
  encrypted: Encrypted[];
}

const runs = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .map((file) => ({ ...(JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Run), file }))
  .filter(({ encrypted }) => encrypted !== undefined);

const sides = [
  ["A", "initiator", "alice"],
  ["B", "responder", "bob"],
] as const;

const pad = (counter: string): Uint8Array => fromHex(counter.padStart(32, "0"));

function assertSecret(
  { core, importSecret }: TestCore,
  secret: Parameters<typeof core.keys.copy>[0],
  octets: string,
) {
  const expected = importSecret(fromHex(octets));
  assert.ok(core.keys.equal(secret, expected), `not ${octets}`);
  expected.wipe();
}

function wipeKeys(...all: DirectionKeys[]): void {
  for (const keys of all) for (const secret of [keys.cipher, keys.mac, keys.sigma]) secret.wipe();
}

for (const run of runs.filter(({ format }) => format === 1)) {
  const { values, file } = run;
  const v = (name: string): Uint8Array => fromHex(values[name]!);

  inBoth(`${file}: public values, K, final K, keys and identities are those of the run`, (testing) => {
    const { core, importKeyPair, importSecret } = testing;
    const [alice, bob] = [importKeyPair(run.modp, v("x")), importKeyPair(run.modp, v("y"))];
    assert.equal(hex(alice.publicKey), values["e"]);
    assert.equal(hex(bob.publicKey), values["d"]);
    const k = core.dh.agree(alice, bob.publicKey);
    const again = core.dh.agree(bob, alice.publicKey);
    assertSecret(testing, k, values["K"]!);
    assertSecret(testing, again, values["K"]!);
    const srs = values["SRS"] ? [importSecret(v("SRS"))] : [];
    const final = run.flow === "3-message" ? core.keys.copy(k) : core.keys.mix(k, srs);
    assertSecret(testing, final, values["K_final"]!);

    for (const [side, role] of sides) {
      const keys = core.keys.derive(final, role, "aes128-ctr", "deployed");
      assertSecret(testing, keys.cipher, values[`KC_${side}`]!);
      assertSecret(testing, keys.mac, values[`KM_${side}`]!);
      assertSecret(testing, keys.sigma, values[`KS_${side}`]!);
      // Alice proves herself before the final K is known. With RSA keys the identity is of another shape.
      const proving =
        run.flow === "4-message" && side === "A" ? core.keys.derive(k, role, "aes128-ctr", "deployed") : keys;
      if (!values[`pubKey_${side}`]) {
        const [counter, input] = [pad(values[`C_${side}`]!), v(`mac_${side}_input`)];
        const proof = core.identity.seal(proving, counter, input, "deployed");
        assert.equal(hex(proof.identity), values[`ID_${side}`]);
        assert.equal(hex(proof.mac), values[`M_${side}`]);
        assert.ok(core.identity.open(proving, counter, input, proof, "deployed"));
        assert.equal(core.identity.open(proving, counter, input, proof, "xep"), false);
      }
      wipeKeys(keys, ...(proving === keys ? [] : [proving]));
    }
    const retained = core.keys.retained(final);
    if (values["SRS_new"]) assertSecret(testing, retained, values["SRS_new"]);
    for (const secret of [alice.secret, bob.secret, k, again, final, retained, ...srs]) secret.wipe();
  });
}

/** The MAC as it stands in the stanza: one of the runs has it nowhere else. */
function macOf({ stanzas }: Run, entry: Encrypted): string {
  const xml = stanzas.find(({ n }) => n === entry.stanza)!.xml;
  return /<mac>([^<]+)<\/mac>/.exec(xml)![1]!;
}

for (const run of runs)
  inBoth(
    `${run.file}: every encrypted stanza opens, and what Gajim and the suite sealed is what we seal`,
    (testing) => {
      const { core, importSecret } = testing;
      for (const [side, , who] of sides) {
        const entries = run.encrypted.filter(({ from }) => from === who);
        if (entries.length === 0) continue;
        const keys = {
          cipher: importSecret(fromHex(run.values[`KC_${side}`]!)),
          mac: importSecret(fromHex(run.values[`KM_${side}`]!)),
        };
        const opening = core.stanza.context(keys, pad(entries[0]!.counter_before), "deployed");
        for (const entry of entries) {
          const { m_content, padded, counter_before } = entry;
          const mac = macOf(run, entry);
          if (entry.a_mac !== undefined)
            assert.equal(Buffer.from(mac, "base64").toString("hex"), entry.a_mac);
          const data = /^<data>([^<]*)<\/data>/.exec(m_content)?.[1];
          const at = data === undefined ? { start: 5, end: 5 } : { start: 6, end: 6 + data.length };
          const text = core.stanza.open(opening, m_content, at, mac);
          assert.equal(Buffer.from(text!).toString("hex"), padded, `stanza ${entry.stanza}`);

          if (data === undefined || entry.sender_mac_counter?.length !== 32) continue;
          const sealing = core.stanza.context(keys, pad(counter_before), "deployed");
          const plaintext = Buffer.from(entry.plaintext!, "hex").toString();
          assert.deepEqual(core.stanza.seal(sealing, plaintext), { data, mac });
          sealing.wipe();
        }
        opening.wipe();
        keys.cipher.wipe();
        keys.mac.wipe();
      }
    },
  );
