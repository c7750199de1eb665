/** Whether a message comes when it may, from the side that may send it (XEP-0116 §4, §5; XEP-0155 §4, §7). */
import type { Role } from "../core/types.js";
import type { Negotiation } from "./negotiations.js";
import type { Sheet } from "./sheet.js";
import type { Kind } from "./types.js";

/** Who sends each message, and which of the others must have come. */
const turns: Partial<Record<Kind, { by: Role; after: "request" | "response" | "identity"; words: string }>> =
  {
    response: { by: "responder", after: "request", words: "a request" },
    identity: { by: "initiator", after: "response", words: "a response" },
    final: { by: "responder", after: "identity", words: "a third message" },
  };

export function checkOrder(kind: Kind, one: Negotiation, sender: Role | undefined, sheet: Sheet): void {
  const turn = turns[kind];
  if (turn) {
    if (!one[turn.after]) sheet.wrong("order", `comes without ${turn.words} before it`);
    if (sender !== undefined && sender !== turn.by)
      sheet.wrong("sender", `is sent by the ${turn.by}, not by the ${sender}`);
    if (kind === "final" && one.flow === "three")
      sheet.wrong("order", "a negotiation of three messages has no fourth");
    if (one[kind as "response" | "identity" | "final"])
      sheet.wrong("order", "comes a second time: exponents serve one answer only (docs/protocol.md)");
    if (one.ended) sheet.wrong("order", `the negotiation is over: ${one.ended.how}`);
    return;
  }
  if (kind === "sealed") checkSealedTurn(one, sender, sheet);
  if (kind === "acknowledgement" && !one.terminated)
    sheet.wrong("order", "nothing was terminated that it could acknowledge, as far as the capture shows");
  if (kind === "acknowledgement" && one.terminated && one.terminated === sender)
    sheet.wrong("sender", "acknowledges its own termination");
}

function checkSealedTurn(one: Negotiation, sender: Role | undefined, sheet: Sheet): void {
  const last = one.flow === "three" ? one.identity : one.final;
  if (!last) sheet.wrong("order", "comes before the negotiation is done: there are no keys yet");
  // a termination within the session is sealed too, and one that crosses another is no fault
  if (one.terminated !== undefined && one.terminated === sender)
    sheet.wrong("order", "nothing may follow one's own termination (XEP-0116 §5)");
}
