/** What `start` may be told, checked before anything is sent. */
import { EsessionError } from "../errors.js";
import type { PubkeyMode } from "../negotiation/policy.js";
import { withoutNone } from "../negotiation/pubkeys.js";
import { readStanza } from "../wire/stanza.js";
import type { EngineOptions, Policy, StartOptions } from "./types.js";

const modes: readonly PubkeyMode[] = ["key", "hash", "none"];

/** Throws option-invalid. */
export function checkStart(
  { messages = 4, content, terminate, initPubkey, respPubkey }: StartOptions,
  { policy, options }: { readonly policy: Policy; readonly options: EngineOptions },
): void {
  for (const [name, liked] of Object.entries({ initPubkey, respPubkey }))
    if (liked && (liked.length === 0 || liked.some((mode) => !modes.includes(mode))))
      throw invalid(name, `must be a list of: ${modes.join(", ")}`);
  if (content !== undefined && messages !== 3)
    throw invalid("content", "travels in the third of three messages only: give { messages: 3 } with it");
  if (terminate && content === undefined)
    throw invalid("terminate", "ends the session with its first stanza: give that as 'content'");
  if (content !== undefined && readStanza(content).element.getName() !== "message")
    throw invalid("content", "must be a message: that is what the third message is");
  if (messages === 4) return;
  if (messages !== 3) throw invalid("messages", "must be 3 or 4");
  if (policy.dialect === "deployed")
    throw invalid("messages", "must be 4 in the deployed dialect, whose three messages protect less");
  const { identity = [] } = options;
  if (!("sign" in identity) && identity.length === 0)
    throw invalid("messages", "must be 4 without an identity: three messages need public keys");
  for (const [name, liked] of Object.entries({
    initPubkey: initPubkey ?? policy.initPubkey,
    respPubkey: respPubkey ?? policy.respPubkey,
  }))
    if (liked && withoutNone(liked).length === 0)
      throw invalid("messages", `must be 4 where '${name}' is 'none' alone: three messages need public keys`);
}

const invalid = (name: string, what: string): EsessionError =>
  new EsessionError("option-invalid", `the option '${name}' ${what}`);
