/** The error stanzas of a negotiation, octet for octet (XEP-0116 §4.4 to §4.7, XEP-0155 §4.3). */
const codes = { "not-acceptable": 406, "feature-not-implemented": 501 } as const;

/** In the thread of machines.ts. `names`: the offending fields. */
export function refusal(to: string, condition: keyof typeof codes, ...names: readonly string[]): string {
  const fields = names.map((name) => `<field var="${name}"/>`).join("");
  return (
    `<message xmlns="jabber:client" type="error" to="${to}"><thread>thread-1</thread>` +
    `<error type="cancel" code="${codes[condition]}"><${condition} xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/>` +
    (fields === "" ? "" : `<feature xmlns="http://jabber.org/protocol/feature-neg">${fields}</feature>`) +
    `</error></message>`
  );
}
