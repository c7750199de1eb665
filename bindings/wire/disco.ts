/** Service discovery (XEP-0030, XEP-0115) of encrypted sessions: what a client announces, and how a peer's answer is read. */
import type { Element } from "./element.js";
import { FORM_TYPE, childrenNamed, ns } from "./namespaces.js";

/** XEP-0116 §3: who supports encrypted sessions MUST announce this one; the others follow from it. */
export const SUPPORT = "http://www.xmpp.org/extensions/xep-0116.html#ns";

/**
 * The features to announce, in the order that XEP-0115 §5.1 sorts them in: of XEP-0020 §4, of XEP-0155 §12.2, and of
 * XEP-0116 §3. XEP-0200 and XEP-0217 announce none of their own.
 */
export const features: readonly string[] = [ns.featureNeg, SUPPORT, FORM_TYPE];

/** The features that a `disco#info` result names; none in any other stanza. Lenient: nothing of it is trusted. */
export function readFeatures(iq: Element): string[] {
  if (iq.getName() !== "iq" || iq.attrs.type !== "result") return [];
  return childrenNamed(iq, "query", ns.discoInfo)
    .flatMap((query) => childrenNamed(query, "feature", ns.discoInfo))
    .map((feature) => feature.attrs.var)
    .filter((name): name is string => name !== undefined);
}
