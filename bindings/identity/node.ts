/** `esession/identity/node`: signers and verification by what only Node has. */
export { nodeDsa, nodeRsa } from "./node-backends.js";
export { signerFromKeyObject, signerFromPem } from "./node-signers.js";
