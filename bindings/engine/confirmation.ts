/**
 * The beginning of a session, while one side does not know yet whether the other holds the final keys: the initiator
 * says something at once, the responder waits for it (XEP-0116 §4.7.3, §4.8).
 */
import type { Dialect, Role } from "../core/types.js";
import { element, type Element } from "../wire/element.js";
import { inNamespaceOf, named, ns } from "../wire/namespaces.js";
import type { Dispatch } from "./dispatch.js";
import type { Life } from "./life.js";
import type { SessionWorld } from "./session-world.js";

const DEPLOYED_RELEASE_MS = 10_000;

export interface ConfirmationOptions {
  readonly peer: string;
  readonly role: Role;
  readonly dialect: Dialect;
  /** We sent the last message of the negotiation, the third of three, and the peer may refuse it. */
  readonly opened: boolean;
  /** The negotiation ended with a message of the peer's, the third of three: it stands at the other end. */
  readonly opening: boolean;
  readonly world: SessionWorld;
  readonly dispatch: Dispatch;
  readonly life: Life;
}

export class Confirmation {
  readonly #options: ConfirmationOptions;
  readonly #began: number;
  #released = false;
  #heard: boolean;

  constructor(options: ConfirmationOptions) {
    this.#options = options;
    this.#heard = options.opening;
    this.#began = options.world.clock.now();
  }

  /** A stanza of the peer's has been accepted: it stands at the other end. */
  get heard(): boolean {
    return this.#heard;
  }

  /** Nothing was ever heard from the peer, in a time in which every initiator says something: it has no such session. */
  get leftOver(): boolean {
    const { role, world } = this.#options;
    return !this.#heard && role === "responder" && world.clock.now() - this.#began >= world.policy.halfOpenMs;
  }

  /** Nothing is sealed for the application until the peer has proved that it holds the final keys. */
  get pending(): boolean {
    return this.#options.life.state === "unconfirmed" && !this.#released;
  }

  /** What an initiator says first, so that the responder knows that it holds the final keys. */
  begin(): void {
    const { role, dialect, peer, world, dispatch, life } = this.#options;
    if (role === "initiator" && dialect === "xep") dispatch.transmitOwn(element("message", { to: peer }));
    if (life.state !== "unconfirmed") return;
    // Deployed initiators say nothing by themselves; everybody else does so at once or has never got message 4.
    if (dialect === "xep") life.after(world.policy.halfOpenMs, () => life.neverConfirmed());
    else if (world.policy.releaseUnconfirmed) life.after(DEPLOYED_RELEASE_MS, () => this.#release());
  }

  /** A stanza of the peer's under the final keys. True: it was sent for nothing else. */
  accepted(opened: Element): boolean {
    const first = !this.#heard;
    this.#heard = true;
    if (this.#options.life.state === "unconfirmed") this.#confirm();
    return first && this.#options.role === "responder" && isBare(opened);
  }

  #confirm(): void {
    const { world, dispatch, life } = this.#options;
    life.confirm();
    world.trace("confirmed by the initiator");
    world.confirmed();
    dispatch.flush();
  }

  #release(): void {
    const { world, dispatch, life } = this.#options;
    if (life.state !== "unconfirmed") return;
    this.#released = true;
    world.alert({
      kind: "released-unconfirmed",
      message: "what waited was sent although the peer has not proved that it holds the keys",
    });
    dispatch.flush();
  }

  /**
   * The peer refuses or cancels in clear. That ends what is still a part of the negotiation, a session of which nothing
   * was heard (in `deployed`, whose initiators may stay silent: one that is unconfirmed). False: it changes nothing.
   */
  refusedInClear(): boolean {
    const { role, dialect, opened, life } = this.#options;
    const open = life.state === "unconfirmed" || (dialect === "xep" && !this.#heard);
    if (!(role === "responder" || opened) || !open || life.over) return false;
    life.end("never-confirmed", false);
    return true;
  }
}

/**
 * What is sent when there is nothing to say but what `<c/>` does: a message with a thread and nothing else. Servers add
 * a language (RFC 6120 §8.1.5), an id of their archive, or when they received it.
 */
export function isBare(opened: Element): boolean {
  const own = Object.keys(opened.attrs).filter((name) => !["to", "from", "xmlns", "xml:lang"].includes(name));
  return (
    opened.getName() === "message" &&
    own.length === 0 &&
    opened.children.every(
      (child) =>
        inNamespaceOf(opened, child, "thread") ||
        named(child, "stanza-id", ns.stanzaIds) ||
        named(child, "delay", ns.delay),
    )
  );
}
