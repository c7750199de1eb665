/**
 * Petnames (XEP-0116 §7.4): what a user calls the holder of a key. They are shown in place of what a peer calls
 * itself, so nothing in them may change how the text around them is read.
 */
import { EsessionError } from "../errors.js";

/** In code points, after normalising. */
export const maxPetname = 64;

/**
 * Controls, line and paragraph separators, lone surrogates, and the marks that turn the direction of what follows
 * (UAX #9). The joiners U+200C and U+200D stay: names in Indic scripts and Persian are written with them.
 */
const FORBIDDEN =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/u;

/** NFC, without white space around it. Throws option-invalid. */
export function normalizePetname(name: string): string {
  if (typeof name !== "string") throw refuse("is not a text");
  if (name.length > 8 * maxPetname) throw refuse(`has more than ${maxPetname} characters`);
  const normal = name
    .normalize("NFC")
    .replaceAll(/\p{Zs}+/gu, " ")
    .trim();
  if (FORBIDDEN.test(normal))
    throw refuse("has a control character, or one that turns the direction of text");
  if (Array.from(normal).length > maxPetname) throw refuse(`has more than ${maxPetname} characters`);
  if (!/[\p{L}\p{N}\p{S}\p{P}]/u.test(normal)) throw refuse("has nothing in it that can be seen");
  return normal;
}

function refuse(fault: string): EsessionError {
  return new EsessionError("option-invalid", `the petname ${fault}`);
}
