/**
 * `esession/wire`: the XML of encrypted sessions, in and out. For tools and adapters; the engine needs none of it from
 * its users.
 */
export { EsessionError } from "../errors.js";
export type { Element, Node } from "./element.js";
export { element, isElement } from "./element.js";
export type { FormLimits, XmlLimits } from "./limits.js";
export { contentLimits, formLimits, stanzaLimits } from "./limits.js";
export type { ContentOptions } from "./gate.js";
export { parseContent, parseStanza } from "./gate.js";
export { serializeContent, serializeStanza } from "./serialize.js";
export { isWhite, utf8Length } from "./characters.js";
export { FORM_TYPE, childrenNamed, named, namespaceOf, ns } from "./namespaces.js";
export type { StanzaForm } from "./stanza.js";
export { readStanza, replaceContent, writeStanza } from "./stanza.js";
export type { DomDocument, DomElement } from "./dom.js";
export type { Field, FieldInit, Form, FormType } from "./forms.js";
export { buildForm, field, offered, parseForm, single } from "./forms.js";
export { parseBoolean } from "./booleans.js";
export type { Dialect } from "./canonical.js";
export { normalForm } from "./canonical.js";
export type { MessageParts, Payload, Wrapper } from "./negotiation.js";
export { buildMessage, readPayload, readThread, wrapForm } from "./negotiation.js";
export type { EncryptedContent, Extra } from "./encrypted.js";
export { buildC, findC, readC, serializeExtra } from "./encrypted.js";
export type { ErrorAddress, ErrorOptions, ErrorType, StanzaError, StanzaKind } from "./stanza-errors.js";
export { errorStanza, readError } from "./stanza-errors.js";
export { clearResidue, errorOf, isForServers, splitContent, splitError } from "./stanza-split.js";
export { addCounter, concat, framed, isSafeCounter, padCounter, toMpi, u32, xorTopBit } from "./integers.js";
export { decodeBase64, encodeBase64 } from "./base64.js";
export type { BareJid, FullJid, Jid } from "./jid.js";
export { bareOf, fullOf, parseJid } from "./jid.js";
