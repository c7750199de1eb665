/**
 * The last 256 MACs, 60 bits of each: of the stanzas that were accepted, because a carbon, an archive or a resend may
 * bring a copy, and of those that we sealed, because a server may return one with an error. Neither must end the
 * session, as any other MAC that does not match does (XEP-0200 §8).
 * What is found here is never delivered as protected, so a collision could at most keep a session alive.
 */
const SIZE = 256;

export class MacWindow {
  readonly #macs = new BigUint64Array(SIZE);
  #next = 0;
  #filled = 0;

  add(mac: string): void {
    this.#macs[this.#next] = key(mac);
    this.#next = (this.#next + 1) % SIZE;
    this.#filled = Math.min(SIZE, this.#filled + 1);
  }

  has(mac: string): boolean {
    return this.#macs.subarray(0, this.#filled).includes(key(mac));
  }
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The first 60 bits of a Base64 text. MACs are public, so a table may be read by them. */
function key(mac: string): bigint {
  let high = 0;
  let low = 0;
  for (let i = 0; i < 5; i++) high = high * 64 + alphabet.indexOf(mac.charAt(i));
  for (let i = 5; i < 10; i++) low = low * 64 + alphabet.indexOf(mac.charAt(i));
  return (BigInt(high) << 32n) | BigInt(low);
}
