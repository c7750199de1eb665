/**
 * Powers of 2 by a fixed-base comb (C. H. Lim, P. J. Lee, "More flexible exponentiation with precomputation", 1994):
 * 6 teeth and 7 tables for exponents of 256 bits, a = 43 bits between two teeth, b = 7 between two tables. Entry i of
 * table j is the product of the 2^(2^(43t + 7j)) over the bits t of i that are set, in Montgomery form, packed:
 * 448 entries (126 KiB for 2048 bits, 504 KiB for 8192), for 6 squarings and 42 multiplications. 5 teeth and 8 tables,
 * 51 multiplications, take a tenth more time; 7 teeth as much, with tables of 128 entries that are read in full.
 *
 * The tables are public. Making them takes two and a half times as long as a key without them, so that the first key of
 * a group does without; room is reserved when the core is loaded, and given to the first two groups that make a second key.
 * Exponents are secret: time and addresses depend on the group and their length only.
 */
import { entryBytes, pack, readEntry } from "./entries";
import { entryOf, resultOf } from "./exponentiation";
import { Field, ONE, R_SQUARED, constant } from "./field";
import { keepFactor, multiply, multiplyByKept, square } from "./product";

const TEETH: u32 = 6;
const ENTRIES: u32 = 1 << TEETH;
const TABLES: u32 = 7;
const TOOTH_BITS: u32 = 43;
const TABLE_BITS: u32 = 7;
const EXPONENT_BITS: u32 = 256;

/** The longest exponent that the comb takes. */
export const COMB_OCTETS: u32 = EXPONENT_BITS >> 3;

const MOST_COMBS: u32 = 2;
let room: usize = 0;
let end: usize = 0;
let combs: u32 = 0;

/** Where tables are made: all zero, aligned to 16. */
export function keepCombs(address: usize, bytes: u32): void {
  room = address;
  end = address + bytes;
}

/** Makes the field's tables if there is room for them. */
export function buildComb(f: Field, work: usize): void {
  const bytes = <u32>entryBytes(f) * (ENTRIES * TABLES);
  if (combs == MOST_COMBS || room + bytes > end) return;
  const comb = room;
  room += bytes;
  combs++;

  const entry = entryOf(f, work);
  memory.fill(entry, 0, f.bytes);
  store<f64>(entry, 2);
  multiply(f, entry, entry, constant(f, R_SQUARED), work);
  for (let e: u32 = 0; e < EXPONENT_BITS; e++) {
    // Entry is 2^(2^e): entry 2^t of the table, if e = 43t + 7 table.
    if (e > 0) square(f, entry, entry, work);
    for (let table: u32 = 0; table < TABLES && table * TABLE_BITS <= e; table++) {
      const bits = e - table * TABLE_BITS;
      if (bits % TOOTH_BITS == 0) pack(f, entryAt(f, comb, table, 1 << (bits / TOOTH_BITS)), entry);
    }
  }
  const result = resultOf(f, work);
  for (let table: u32 = 0; table < TABLES; table++) {
    pack(f, entryAt(f, comb, table, 0), constant(f, ONE));
    for (let tooth: u32 = 2; tooth < ENTRIES; tooth <<= 1) {
      readEntry(f, entry, entryAt(f, comb, table, tooth), 1, 0, work);
      keepFactor(f, entry, work);
      for (let i: u32 = 1; i < tooth; i++) {
        readEntry(f, result, entryAt(f, comb, table, i), 1, 0, work);
        multiplyByKept(f, result, result, work);
        pack(f, entryAt(f, comb, table, tooth + i), result);
      }
    }
  }
  f.comb = comb;
}

// @ts-ignore: decorator
@inline
function entryAt(f: Field, comb: usize, table: u32, i: u32): usize {
  return comb + <usize>((table << TEETH) + i) * entryBytes(f);
}

/** The bits of the exponent that choose an entry of the table: one for each tooth, `shift` above its place. */
function indexAt(exponent: usize, octets: u32, table: u32, shift: u32): u32 {
  let index: u32 = 0;
  for (let tooth: u32 = 0; tooth < TEETH; tooth++) {
    const place = tooth * TOOTH_BITS + table * TABLE_BITS + shift;
    if (place < octets << 3)
      index |= (((<u32>load<u8>(exponent + octets - 1 - (place >> 3))) >> (place & 7)) & 1) << tooth;
  }
  return index;
}

/** Result := 2^x in Montgomery form, for x of at most COMB_OCTETS. The field has its tables. */
export function powerByComb(f: Field, exponent: usize, octets: u32, work: usize): void {
  const result = resultOf(f, work);
  const entry = entryOf(f, work);
  readEntry(f, result, f.comb, ENTRIES, indexAt(exponent, octets, 0, TABLE_BITS - 1), work);
  for (let shift: u32 = TABLE_BITS; shift-- > 0;) {
    if (shift < TABLE_BITS - 1) square(f, result, result, work);
    for (let table: u32 = 0; table < TABLES; table++) {
      const first = shift == TABLE_BITS - 1 && table == 0;
      if (first || table * TABLE_BITS + shift >= TOOTH_BITS) continue;
      readEntry(
        f,
        entry,
        entryAt(f, f.comb, table, 0),
        ENTRIES,
        indexAt(exponent, octets, table, shift),
        work,
      );
      multiply(f, result, result, entry, work);
    }
  }
}
