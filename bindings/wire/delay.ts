/** Delayed delivery (XEP-0203, and XEP-0091 before it): when a server took a stanza that it kept for later. */
import type { Element } from "./element.js";
import { childrenNamed, ns } from "./namespaces.js";

/** XEP-0082: a date with a time and its zone. Date.parse alone would take a time without a zone for a local one. */
const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
/** XEP-0091 §2: UTC. */
const LEGACY_STAMP = /^(\d{4})(\d\d)(\d\d)T(\d\d:\d\d:\d\d)$/;

/**
 * When the stanza was kept, in milliseconds since 1970: the earliest of its stamps, since several servers may add one;
 * NaN if it was kept at a time that cannot be read; undefined if it was not kept. Whoever is on the way can add a stamp.
 */
export function readDelay(stanza: Element): number | undefined {
  const stamps = [
    ...childrenNamed(stanza, "delay", ns.delay).map(({ attrs }) => attrs.stamp ?? ""),
    ...childrenNamed(stanza, "x", ns.legacyDelay).map(({ attrs }) =>
      (attrs.stamp ?? "").replace(LEGACY_STAMP, "$1-$2-$3T$4Z"),
    ),
  ];
  if (stamps.length === 0) return undefined;
  return Math.min(...stamps.map((stamp) => (STAMP.test(stamp) ? Date.parse(stamp) : NaN)));
}
