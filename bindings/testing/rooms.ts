/**
 * The rules of the rooms `store` and `trust`, for tests of those rules. No part of what the package promises to
 * keep: a client uses `esession`.
 */
export * from "../store/types.js";
export { memoryStore } from "../store/memory.js";
export { fixedKey } from "../store/fixed.js";
export { passphraseKey } from "../store/passphrase.js";
export { openSealedStore, type SealedStore } from "../store/sealed.js";
export { frameHeader, readHeader } from "../store/header.js";
export * from "../trust/retained.js";
export * from "../trust/shared-retained.js";
export * from "../trust/sas.js";
export * from "../trust/peers.js";
export * from "../trust/known-keys.js";
export * from "../trust/key-rules.js";
export * from "../trust/petname.js";
export * from "../trust/book.js";
export * from "../trust/other-secret.js";
