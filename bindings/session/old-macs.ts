/**
 * Expired MAC keys to be published (XEP-0200 §10), so that a transcript proves nothing to anybody. Only those that can
 * never be accepted any more: of either side when the peer was heard under a set whose `<key/>` went no earlier than
 * what was sealed under the key, because then it has all of that; the peer's also when it has exchanged keys itself.
 */
import type { Secret } from "../core/secret.js";
import type { Core } from "../core/types.js";
import { encodeBase64 } from "../wire/base64.js";

/** In one stanza; receivers take no more. */
export const MAX_OLD = 8;
/** That wait; what is beyond is wiped unpublished. */
const MAX_KEPT = 64;

export class OldMacs {
  readonly #core: Core;
  readonly #ready: Secret[] = [];
  readonly #unreceived: { readonly mac: Secret; readonly sent: number }[] = [];

  constructor(core: Core) {
    this.#core = core;
  }

  get some(): boolean {
    return this.#ready.length > 0;
  }

  /** To be told when the peer was heard to have received so many stanzas of ours. Takes the secret. */
  retire(mac: Secret, sent: number): void {
    this.#unreceived.push({ mac, sent });
    if (this.#unreceived.length > MAX_KEPT) this.#unreceived.shift()!.mac.wipe();
  }

  /** To be told. Takes the secret. */
  expire(mac: Secret): void {
    this.#ready.push(mac);
    if (this.#ready.length > MAX_KEPT) this.#ready.shift()!.wipe();
  }

  /** The peer was heard to have received so many stanzas of ours. */
  received(sent: number): void {
    while (this.#unreceived.length > 0 && this.#unreceived[0]!.sent <= sent)
      this.expire(this.#unreceived.shift()!.mac);
  }

  /** The texts of `<old/>` for one stanza; what is told is wiped here. */
  take(): string[] {
    return this.#ready.splice(0, MAX_OLD).map((mac) => encodeBase64(this.#core.keys.publishMac(mac)));
  }

  wipe(): void {
    for (const mac of this.#ready.splice(0)) mac.wipe();
    for (const { mac } of this.#unreceived.splice(0)) mac.wipe();
  }
}
