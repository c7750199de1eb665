/**
 * The stanzas that carry a negotiation (XEP-0155 §4, XEP-0116 §4): a form in `<feature/>` or `<init/>`, and a thread.
 * The wrapper is routing, and untrusted; what it carries is read by `parseForm`.
 */
import { EsessionError } from "../errors.js";
import type { Element } from "./element.js";
import { element } from "./element.js";
import { FORM_TYPE, childrenNamed, inNamespaceOf, ns } from "./namespaces.js";

export type Wrapper = "feature" | "init";

export interface Payload {
  readonly wrapper: Wrapper;
  readonly x: Element;
}

const WRAPPER_NAMESPACES: Readonly<Record<Wrapper, string>> = { feature: ns.featureNeg, init: ns.init };
/** A thread longer than this names no session of ours. */
const MAX_THREAD = 1_023;

/**
 * The negotiation form in a stanza (or in the opened content of one, put into a stanza). undefined where there is none
 * with FORM_TYPE `urn:xmpp:ssn`, and in error stanzas: deployed clients put a whole form into theirs, and a form in an
 * error is never an answer. Throws form-malformed unless there is exactly one wrapper with exactly one form.
 */
export function readPayload(stanza: Element): Payload | undefined {
  if (stanza.attrs.type === "error" || !stanza.children.some(mayWrap)) return undefined;
  const wrapped = (["feature", "init"] as const).flatMap((wrapper) =>
    childrenNamed(stanza, wrapper, WRAPPER_NAMESPACES[wrapper]).map((parent) => ({
      wrapper,
      forms: childrenNamed(parent, "x", ns.data),
    })),
  );
  if (!wrapped.some(({ forms }) => forms.some(isNegotiation))) return undefined;
  const [only, second] = wrapped;
  const [x, another] = only!.forms;
  if (second || !x || another)
    throw new EsessionError(
      "form-malformed",
      "a negotiation message has more than one form, or more than one wrapper",
      {
        condition: "bad-request",
      },
    );
  return { wrapper: only!.wrapper, x };
}

/** Nearly no stanza has such a child, and every stanza is asked. */
const mayWrap = (node: unknown) =>
  typeof node === "object" && node !== null && /^(?:.*:)?(?:feature|init)$/.test((node as Element).name);

function isNegotiation(x: Element): boolean {
  return childrenNamed(x, "field", ns.data).some(
    (field) =>
      field.attrs.var === "FORM_TYPE" &&
      childrenNamed(field, "value", ns.data).some((value) => value.getText() === FORM_TYPE),
  );
}

/** The thread of a stanza; undefined unless it has exactly one, of a usable length. */
export function readThread(stanza: Element): string | undefined {
  const threads = stanza.children.filter((child) => inNamespaceOf(stanza, child, "thread"));
  const text = threads.length === 1 ? threads[0]!.getText() : "";
  return text === "" || text.length > MAX_THREAD ? undefined : text;
}

export interface MessageParts {
  readonly to: string;
  readonly from?: string | undefined;
  readonly thread: string;
  readonly id?: string | undefined;
  readonly type?: string | undefined;
}

/** A message of the negotiation. `amp`: servers shall drop it rather than keep it for later (XEP-0116 §4.3, XEP-0079). */
export function buildMessage(
  parts: MessageParts,
  wrapper: Wrapper,
  x: Element,
  options: { readonly amp?: boolean } = {},
): Element {
  const attrs: Record<string, string> = { xmlns: ns.client, to: parts.to };
  for (const name of ["from", "id", "type"] as const)
    if (parts[name] !== undefined) attrs[name] = parts[name];
  const message = element("message", attrs, element("thread", {}, parts.thread), wrapForm(wrapper, x));
  if (options.amp)
    message.append(
      element(
        "amp",
        { xmlns: ns.amp, "per-hop": "true" },
        element("rule", { action: "drop", condition: "deliver", value: "stored" }),
      ),
    );
  return message;
}

/** The same form alone in its wrapper: content to seal, such as a termination (XEP-0155 §7). */
export function wrapForm(wrapper: Wrapper, x: Element): Element {
  return element(wrapper, { xmlns: WRAPPER_NAMESPACES[wrapper] }, x);
}
