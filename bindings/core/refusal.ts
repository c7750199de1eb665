/** The errors of sealing and opening: what the core refuses, and what was opened and is no text. */
import { EsessionError } from "../errors.js";
import { status } from "./abi.js";

/** What a refusal of the core means. */
export function refusal(result: number): EsessionError {
  if (result === status.tooLarge)
    return new EsessionError("stanza-too-large", "the sealed stanza would be larger than the limit");
  if (result === status.exhausted)
    return new EsessionError(
      "key-exhausted",
      "the key has encrypted as many blocks as it may; agree on new keys",
    );
  return new EsessionError("stanza-mac", "the MAC of the stanza does not match");
}

export const malformed = (cause: unknown) =>
  new EsessionError("content-malformed", "the decrypted content is not UTF-8", { cause });
