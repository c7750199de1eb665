/** What a core says of itself when it has been used once, in a page or a worker. The browser's WebCrypto is the judge. */
import { loadCore, EsessionError } from "esession/core";
import type { Core, StanzaContext } from "esession/core";
import { loadTestCore } from "esession/testing";

export interface CoreReport {
  readonly build: string;
  /** Both ends of an agreement in group 14 have the same K, a third does not. */
  readonly agreed: boolean;
  readonly strangerAgreed: boolean;
  readonly opened: string | undefined;
  /** The code of the error for a stanza that was touched. */
  readonly touched: string;
  /** Primitives that give something else than WebCrypto. */
  readonly unlikeWebCrypto: readonly string[];
}

export const CONTENT = "<body>Grüße 🦊 &amp; &lt;all&gt;</body>";

export async function reportOn(build: Core["build"]): Promise<CoreReport> {
  const core = await loadCore({ build, sessions: 1 });
  const [a, b, stranger] = [core.dh.generate(14), core.dh.generate(14), core.dh.generate(14)];
  const [k, same] = [core.dh.agree(a, b.publicKey), core.dh.agree(b, a.publicKey)];
  const other = core.dh.agree(stranger, a.publicKey);
  const counter = core.randomBytes(16);
  const [sealing, opening] = [k, same].map((secret) =>
    core.stanza.context(core.keys.derive(secret, "initiator", "aes256-ctr", "xep"), counter, "xep"),
  ) as [StanzaContext, StanzaContext];

  const { data = "", mac } = core.stanza.seal(sealing, CONTENT);
  const open = (text: string) =>
    core.stanza.open(opening, `<data>${text}</data>`, { start: 6, end: 6 + text.length }, mac);
  const touched = codeOf(() => open((data.startsWith("A") ? "B" : "A") + data.slice(1)));
  return {
    build: core.build,
    agreed: core.keys.equal(k, same),
    strangerAgreed: core.keys.equal(k, other),
    opened: open(data),
    touched,
    unlikeWebCrypto: await unlikeWebCrypto(build),
  };
}

function codeOf(call: () => unknown): string {
  try {
    call();
    return "none";
  } catch (error) {
    return EsessionError.is(error) ? error.code : String(error);
  }
}

async function unlikeWebCrypto(build: Core["build"]): Promise<string[]> {
  const { sha256, hmac, aesCtr } = await loadTestCore({ build, sessions: 1 });
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
  const [message, key, counter] = [random(1000), random(32), random(16)];
  const [macKey, cipherKey] = [
    await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]),
    await crypto.subtle.importKey("raw", key, "AES-CTR", false, ["encrypt"]),
  ];
  const pairs: Record<string, [Uint8Array, ArrayBuffer]> = {
    sha256: [sha256(message), await crypto.subtle.digest("SHA-256", message)],
    hmac: [hmac(key, message), await crypto.subtle.sign("HMAC", macKey, message)],
    aesCtr: [
      aesCtr(key, counter, message),
      await crypto.subtle.encrypt({ name: "AES-CTR", counter, length: 128 }, cipherKey, message),
    ],
  };
  return Object.entries(pairs)
    .filter(([, [ours, theirs]]) => ours.join() !== new Uint8Array(theirs).join())
    .map(([name]) => name);
}
