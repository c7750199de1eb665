/**
 * Real stanzas: the shared corpus where it lies beside the package, or the package's own. Every n-th of it in its own
 * order, so that kinds and sizes are those of the whole.
 */
import { serializeContent, serializeStanza, splitContent, utf8Length } from "esession/wire";
import { openCorpus } from "../dist/cli/corpus.js";

const SAMPLE = 240;

export function sampledCorpus() {
  const { source, stanzas: found } = openCorpus(undefined);
  const usable = found
    .map(({ stanza }) => stanza)
    .filter((stanza) => contentOf(stanza) !== "" && !answers(stanza));
  const step = Math.max(1, Math.floor(usable.length / SAMPLE));
  const stanzas = usable.filter((_, at) => at % step === 0);
  const median = (/** @type {number[]} */ lengths) => lengths.sort((a, b) => a - b)[lengths.length >> 1] ?? 0;
  const contents = stanzas.map(contentOf);
  return {
    stanzas,
    contents,
    corpus: source === "embedded" ? "embedded" : "shared",
    about: {
      source: source === "embedded" ? "the package's own" : "examples of the XMPP Extension Protocols",
      stanzas: stanzas.length,
      of: found.length,
      medianStanzaBytes: median(stanzas.map((stanza) => utf8Length(serializeStanza(stanza)))),
      medianContentBytes: median(contents.map((content) => utf8Length(content))),
    },
  };
}

/** An answer is accepted only after its request, which the corpus has not. @param {import("esession/wire").Element} stanza */
const answers = ({ name, attrs: { type } }) => name === "iq" && (type === "result" || type === "error");

/** What a session encrypts of a stanza. @param {import("esession/wire").Element} stanza */
const contentOf = (stanza) => serializeContent(splitContent(stanza).protect, stanza);
