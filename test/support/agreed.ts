/** What a negotiation of four messages without keys agrees on: for tests that begin where it has ended. */
import type { Agreed } from "../../dist/negotiation/agreed.js";

export const agreedOn: Agreed = {
  messages: 4,
  group: 14,
  cipher: "aes256-ctr",
  hash: "sha256",
  sas: "sas28x5-bound",
  stanzas: ["message"],
  logging: "may",
  rekeyFreq: 4_294_967_295,
  initPubkey: "none",
  respPubkey: "none",
  signing: undefined,
  multisession: false,
  disclosure: "never",
  fields: {},
};
