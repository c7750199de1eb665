/** The 128-bit counter of a direction (XEP-0200 §6), for peers that make a cipher for each stanza. */

export class Counter {
  octets;
  #view;

  /** @param {Uint8Array} initial */
  constructor(initial) {
    this.octets = Uint8Array.from(initial);
    this.#view = new DataView(this.octets.buffer);
  }

  /** The blocks that so many octets take. @param {number} length */
  advance(length) {
    const low = this.#view.getBigUint64(8) + BigInt(Math.ceil(length / 16));
    this.#view.setBigUint64(8, low);
    if (low >> 64n) this.#view.setBigUint64(0, this.#view.getBigUint64(0) + 1n);
  }
}
