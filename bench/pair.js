/**
 * Two engines in one process: what one sends becomes text, is parsed again, and is the other's. They agree to exchange no
 * keys again: what that takes is the section dh's, and a figure of stanzas should not say how often a policy asks for it.
 */
import { createEngine } from "esession";
import { loadTestCore, seededRandom } from "esession/testing";
import { parseStanza, serializeStanza } from "esession/wire";

/** XEP-0116 §4.3, XEP-0217 §4.1: never. */
const NO_REKEY = 4_294_967_295;

export const [alice, bob] = ["alice@example.org/pda", "bob@example.com/laptop"];

/**
 * @param {{ group: import("esession/core").Group, seed: string, policy?: Partial<import("esession").Policy>,
 *   wrap?: (core: import("esession").Core) => import("esession").Core }} options the same seed gives the same keys
 */
export async function openPair({ group, seed, policy = {}, wrap = (core) => core }) {
  /** @type {Map<string, import("esession").Engine>} */
  const engines = new Map();
  for (const jid of [alice, bob]) {
    const { core } = await loadTestCore({ sessions: 4, random: seededRandom(`${seed} ${jid}`) });
    const engine = await createEngine({
      jid,
      core: wrap(core),
      clock: tickingClock(),
      policy: { answer: "everybody", groups: [group], acceptedGroups: [], rekeyFreq: NO_REKEY, ...policy },
      send(stanza) {
        const text = serializeStanza(/** @type {import("esession/wire").Element} */ (stanza));
        queueMicrotask(() => carry(text, jid, engines));
      },
    });
    engines.set(jid, engine);
  }
  const [initiator, responder] = [...engines.values()];
  if (!initiator || !responder) throw new Error("two engines were made");
  return {
    responder,
    /** Negotiates a session; both ends of it. */
    async negotiate() {
      const session = await initiator.start(bob);
      while (responder.session(alice)?.state !== "established") await new Promise(setImmediate);
      const other = /** @type {import("esession").Session} */ (responder.session(alice));
      if (session.sas !== other.sas) throw new Error("the two sides show different characters");
      return { session, other };
    },
    close: () => Promise.all([initiator.close(), responder.close()]),
  };
}

/** A millisecond for each question: the time stands in what is negotiated, and must be the same for the same seed. */
function tickingClock() {
  let now = Date.UTC(2030, 0, 1);
  return {
    now: () => ++now,
    after(/** @type {number} */ delayMs, /** @type {() => void} */ run) {
      const timer = setTimeout(run, delayMs);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}

/** @param {string} text @param {string} from @param {Map<string, import("esession").Engine>} engines */
function carry(text, from, engines) {
  const stanza = parseStanza(text);
  stanza.attrs.from = from;
  engines.get(stanza.attrs.to ?? "")?.receive(stanza);
}
