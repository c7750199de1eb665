/**
 * The secrets over which traces are compared: by their number, first the shapes at which code that is not constant
 * in time likes to differ, then pseudo-random ones. The same seed, name and number give the same secret again.
 */
import { seededRandom } from "esession/testing";

/** Each fills an array that is all zero. */
const shapes = [
  () => undefined,
  (octets) => octets.fill(0xff),
  (octets) => (octets[octets.length - 1] = 1),
  (octets) => (octets[0] = 0x80),
  (octets) => octets.fill(0xff, octets.length >> 1),
  (octets) => octets.fill(0xff, 0, octets.length >> 1),
  (octets) => octets.fill(0x55),
  (octets) => octets.forEach((_, i) => (octets[i] = i)),
];

export class Draw {
  #random;
  #shape;

  constructor(seed, name, index) {
    this.index = index;
    this.#random = seededRandom(`${seed} ${name} ${index}`);
    this.#shape = shapes[index];
  }

  /** Secret octets: the shape of this number, or random. */
  octets(length) {
    const octets = new Uint8Array(length);
    if (length === 0) return octets;
    if (this.#shape === undefined) this.#random(octets);
    else this.#shape(octets);
    return octets;
  }

  /** Secret octets that are random whatever the number is. */
  random(length) {
    const octets = new Uint8Array(length);
    this.#random(octets);
    return octets;
  }

  /** A secret text of printable ASCII. */
  text(length) {
    return String.fromCharCode(...this.octets(length).map((octet) => 32 + (octet % 95)));
  }

  /** A copy that differs in one bit, at a place that depends on the number; equal to it for every eighth. */
  almost(octets) {
    const copy = octets.slice();
    if (this.index % 8 !== 0) copy[(this.index * 5) % copy.length] ^= 1 << (this.index % 8);
    return copy;
  }

  /** A secret number of which as many leading octets are zero as its own number says. */
  stripped(length) {
    const octets = this.octets(length);
    octets.fill(0, 0, this.index % (length + 1));
    return octets;
  }
}
