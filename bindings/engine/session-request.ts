/** A stranger's request as the application sees it (XEP-0155 §4.3, §10.1): decided once, and only while it stands. */
import { EsessionError } from "../errors.js";
import { rejection } from "../negotiation/refusal.js";
import type { HalfOpenTable } from "./half-open-table.js";
import type { ResponderHalf } from "./half-open.js";
import type { SessionRequest } from "./types.js";

export function sessionRequest(
  half: ResponderHalf,
  table: HalfOpenTable,
  accept: () => void,
): SessionRequest {
  /** True for the first decision. */
  const decide = () => {
    if (half.over)
      throw new EsessionError(
        "negotiation-timeout",
        `the request of ${half.from} has expired; start a session instead`,
      );
    const first = half.undecided;
    half.undecided = false;
    return first;
  };
  const { fields } = half.request.form;
  return {
    from: half.from,
    thread: half.thread,
    fields: Object.fromEntries(
      fields.map((one) => [one.var, one.options.length > 0 ? one.options : one.values]),
    ),
    accept: () => {
      if (decide()) accept();
    },
    reject: (reason) => {
      if (!decide()) return;
      table.tell(rejection(half.from, half.thread, reason));
      table.abandon(half, new EsessionError("negotiation-aborted", "the application declined the request"));
    },
  };
}
