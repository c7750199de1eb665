/** `accept` 0 in place of a message of a negotiation: a refusal (XEP-0155 §4.3) or a cancellation (§4.4). */
import {
  buildForm,
  buildMessage,
  parseForm,
  parseStanza,
  readPayload,
  readThread,
  single,
} from "esession/wire";
import type { Element } from "esession/wire";

/** From and to whom the message was, on its thread. */
export function rejectionOf(message: Element, type: "submit" | "result"): Element {
  const form = buildForm(type, [
    { var: "FORM_TYPE", values: ["urn:xmpp:ssn"] },
    { var: "accept", values: ["0"] },
  ]);
  const { from, to } = message.attrs;
  return buildMessage({ from, to: to!, thread: readThread(message)! }, "feature", form);
}

/** The types of the forms with `accept` 0 among stanzas as text. */
export const rejectionsIn = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => {
    const payload = readPayload(parseStanza(text));
    if (!payload || single(parseForm(payload.x), "accept") !== "0") return [];
    return payload.x.attrs.type!;
  });
