/**
 * Moving a session to another resource (XEP-0155 §5), ours or the peer's. Asked for and accepted inside the session only;
 * the keys and the counters go on. While ours is asked for nothing of the application is sent from either resource, and
 * after the acceptance not before the client is at the new one.
 */
import type { Dialect } from "../core/types.js";
import { EsessionError } from "../errors.js";
import { continuationContent, readContinuation } from "../session/continuation.js";
import { element } from "../wire/element.js";
import type { Form } from "../wire/forms.js";
import { bareOf, parseJid } from "../wire/jid.js";
import { errorStanza, type StanzaError } from "../wire/stanza-errors.js";
import type { Dispatch } from "./dispatch.js";
import type { Life } from "./life.js";
import type { SessionWorld } from "./session-world.js";

export interface MovingOptions {
  readonly peer: string;
  readonly thread: string;
  readonly dialect: Dialect;
  readonly world: SessionWorld;
  readonly dispatch: Dispatch;
  readonly life: Life;
  /** The peer goes on under this full JID. */
  readdress(peer: string): void;
}

interface Asked {
  readonly resource: string;
  readonly cancelTimer: () => void;
  resolve(): void;
  reject(error: EsessionError): void;
}

export class Moving {
  readonly #options: MovingOptions;
  #asked: Asked | undefined;
  /** The peer has accepted, and our client is not there yet. */
  #accepted: string | undefined;

  constructor(options: MovingOptions) {
    this.#options = options;
    void options.life.ended.then(() =>
      this.#asked?.reject(new EsessionError("session-ended", "the session ended before the peer accepted")),
    );
  }

  /** Stanzas of the application wait. */
  get pending(): boolean {
    return this.#asked !== undefined || this.#accepted !== undefined;
  }

  /** Throws session-moving. */
  mustStay(): void {
    if (this.pending)
      throw new EsessionError(
        "session-moving",
        "the session moves to another resource of ours; send() waits for that, see engine.moved()",
      );
  }

  /** Throws session-moving, peer-unsupported, jid-malformed. */
  ask(resource: string): Promise<void> {
    const { peer, dialect, world, dispatch, life } = this.#options;
    if (dialect === "deployed")
      throw new EsessionError("peer-unsupported", `the client of ${peer} does not read forms in a session`);
    this.mustStay();
    const asked = parseJid(`${world.bare}/${resource}`).resource!;
    dispatch.transmitOwn(
      element("message", { xmlns: "jabber:client", to: peer }, continuationContent("submit", asked)),
    );
    world.trace("asked to go on at another resource of ours");
    return new Promise((resolve, reject) => {
      // Whether the peer has switched is not known then, and at neither resource would all be heard.
      const cancelTimer = life.after(world.policy.acknowledgementMs, () => {
        this.#asked = undefined;
        reject(new EsessionError("negotiation-timeout", `${peer} did not say whether it goes on with us`));
        life.terminate("acknowledgement-missing");
      });
      this.#asked = { resource: asked, cancelTimer, resolve, reject };
    });
  }

  /** A form that came sealed. True: it was one of these. */
  receive(form: Form): boolean {
    const read = readContinuation(form);
    if (!read || !this.#options.life.lives) return read !== undefined;
    if (read.type === "submit") this.#receiveRequest(read.resource);
    else if (this.#asked?.resource === read.resource) {
      this.#options.world.trace("the peer accepted our other resource");
      this.#accepted = read.resource;
      this.#settle()!.resolve();
    }
    return true;
  }

  /** XEP-0155 §5: accepted by itself, since the peer may be unable to go on otherwise. */
  #receiveRequest(resource: string): void {
    const { peer, thread, world, dispatch, life } = this.#options;
    const next = fullJid(peer, resource);
    if (next === undefined || (next !== peer && !world.mayMoveTo(next))) {
      world.trace("the peer's other resource was refused");
      const fields = ["continue"];
      dispatch.transmitOwn(errorStanza({ to: peer, thread, kind: "message" }, "not-acceptable", { fields }));
      return;
    }
    dispatch.transmitOwn(
      element("message", { xmlns: "jabber:client", to: peer }, continuationContent("result", resource)),
    );
    if (next !== peer && life.lives) this.#options.readdress(next);
  }

  /** An error that came sealed, and names fields. True: it answers our request. */
  receiveError({ condition, fields }: StanzaError): boolean {
    if (!fields.includes("continue") || !this.#asked) return false;
    this.#settle()!.reject(
      new EsessionError("negotiation-refused", `the peer answered ${condition}: it stays with this resource`),
    );
    this.#options.dispatch.flush();
    return true;
  }

  /** Our client is at another resource. False: the peer has not accepted that one. */
  arrived(resource: string): boolean {
    if (this.#accepted !== resource) return false;
    this.#accepted = undefined;
    this.#options.dispatch.flush();
    return true;
  }

  #settle(): Asked | undefined {
    const asked = this.#asked;
    this.#asked = undefined;
    asked?.cancelTimer();
    return asked;
  }
}

function fullJid(peer: string, resource: string): string | undefined {
  try {
    return parseJid(`${bareOf(peer)}/${resource}`).full;
  } catch (error) {
    if (EsessionError.is(error, "jid-malformed")) return undefined;
    throw error;
  }
}
