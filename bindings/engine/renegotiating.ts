/**
 * The renegotiation of a session's parameters (XEP-0155 §6), inside the session: one at a time, complete with the
 * acceptance. What is not renegotiated, and everything when it fails, stays as it was agreed.
 */
import type { Dialect, Role } from "../core/types.js";
import { EsessionError } from "../errors.js";
import {
  answerContent,
  completeAnswer,
  kindOf,
  mustBeAcceptable,
  parametersOf,
  readAnswer,
  requestContent,
  type AskedField,
  type Terms,
  type Values,
} from "../session/renegotiation.js";
import { element, type Element } from "../wire/element.js";
import { field, parseForm, type Form } from "../wire/forms.js";
import { errorStanza, type StanzaError } from "../wire/stanza-errors.js";
import type { Dispatch } from "./dispatch.js";
import type { Life } from "./life.js";
import { requestField } from "./session-request.js";
import type { SessionWorld } from "./session-world.js";
import type { Renegotiated, Renegotiation } from "./types.js";

export interface RenegotiatingOptions {
  readonly peer: string;
  readonly thread: string;
  readonly role: Role;
  readonly dialect: Dialect;
  readonly world: SessionWorld;
  readonly dispatch: Dispatch;
  readonly life: Life;
  /** As agreed so far. */
  terms(): Terms;
  /** Both sides want it from here on. */
  agree(values: Values): void;
}

interface Asked {
  readonly form: Form;
  resolve(answer: Renegotiated): void;
  reject(error: EsessionError): void;
}

export class Renegotiating {
  readonly #options: RenegotiatingOptions;
  /** Ours, which the peer has not answered. */
  #asked: Asked | undefined;
  /** The peer's, which the application has not decided. */
  #undecided: Form | undefined;

  constructor(options: RenegotiatingOptions) {
    this.#options = options;
    void options.life.ended.then(() =>
      this.#asked?.reject(new EsessionError("session-ended", "the session ended before there was an answer")),
    );
  }

  /** Throws session-ended, peer-unsupported, renegotiation-open, option-invalid, form-malformed. */
  ask(fields: readonly AskedField[]): Promise<Renegotiated> {
    const { dialect, world, peer } = this.#options;
    if (dialect === "deployed")
      throw new EsessionError("peer-unsupported", `the client of ${peer} does not read forms in a session`);
    if (this.#asked || this.#undecided)
      throw new EsessionError("renegotiation-open", "another renegotiation of the session is under way");
    const content = requestContent(fields, world.policy);
    const form = parseForm(content.getChildElements()[0]!);
    this.#send(content);
    world.trace("renegotiation asked for");
    return new Promise((resolve, reject) => (this.#asked = { form, resolve, reject }));
  }

  /** A form that came sealed. True: it was one of a renegotiation. */
  receive(form: Form): boolean {
    const kind = kindOf(form);
    if (!kind) return false;
    if (!this.#options.life.lives) return true;
    if ("answer" in kind) this.#answered(kind.answer, form);
    else this.#receiveRequest(form);
    return true;
  }

  /** A form that came sealed and cannot be read: whoever asks by it is answered. */
  refuse(error: EsessionError): void {
    const { peer, thread, dispatch } = this.#options;
    const { condition = "not-acceptable", fields } = error;
    dispatch.transmitOwn(errorStanza({ to: peer, thread, kind: "message" }, condition, { fields }));
  }

  /**
   * An error that came sealed, and names fields. True: it answers our request. One of other fields is the application's;
   * taken for an answer, it would make nothing of the one that is still to come.
   */
  receiveError({ condition, fields }: StanzaError): boolean {
    const asked = this.#asked;
    if (!asked || !fields.some((name) => field(asked.form, name) !== undefined)) return false;
    this.#asked = undefined;
    asked.reject(
      new EsessionError("options-unacceptable", `the peer answered ${condition} for ${fields.join(", ")}`, {
        fields,
      }),
    );
    return true;
  }

  #receiveRequest(form: Form): void {
    const { role, world } = this.#options;
    if (this.#asked) {
      // Both asked before either knew: both sides let the request of the session's initiator go on, and drop the other.
      world.trace("renegotiations cross");
      if (role === "initiator") return;
      this.#asked.reject(
        new EsessionError("renegotiation-open", "both sides asked; the peer's request goes on"),
      );
      this.#asked = undefined;
    }
    try {
      if (this.#undecided)
        throw new EsessionError("renegotiation-open", "the peer asks again before it was answered", {
          condition: "not-acceptable",
          fields: ["renegotiate"],
        });
      mustBeAcceptable(form, world.policy);
    } catch (error) {
      if (!EsessionError.is(error)) throw error;
      world.trace("renegotiation refused");
      this.refuse(error);
      return;
    }
    this.#undecided = form;
    world.renegotiation(this.#toDecide(form));
  }

  #toDecide(form: Form): Omit<Renegotiation, "session"> {
    const { world, life } = this.#options;
    const decide = (send: () => void) => {
      life.mustLive();
      if (this.#undecided !== form) return;
      send();
      this.#undecided = undefined;
    };
    return {
      fields: parametersOf(form).map((one) => requestField(one, form)),
      accept: (given = {}) =>
        decide(() => {
          const values = completeAnswer(form, given, world.policy, this.#options.terms());
          this.#send(answerContent(true, values));
          if (!life.over) this.#options.agree(values);
        }),
      reject: () => decide(() => this.#send(answerContent(false))),
      unsupported: (...fields) =>
        decide(() => {
          if (fields.length === 0)
            throw new EsessionError("option-invalid", "name the fields that are not supported");
          const detail = { condition: "feature-not-implemented", fields } as const;
          this.refuse(new EsessionError("options-unacceptable", "not supported here", detail));
        }),
    };
  }

  #answered(accepted: boolean, form: Form): void {
    const { world, life } = this.#options;
    const asked = this.#asked;
    if (!asked) {
      world.trace("an answer to no renegotiation was ignored");
      return;
    }
    this.#asked = undefined;
    if (!accepted) {
      asked.resolve({ accepted, values: {} });
      return;
    }
    try {
      const values = readAnswer(form, asked.form, world.policy);
      this.#options.agree(values);
      asked.resolve({ accepted, values });
    } catch (error) {
      if (!EsessionError.is(error)) throw error;
      // For the peer it is complete, with values that we never offered: the two would not mean the same any more.
      asked.reject(error);
      life.terminate("protocol-violation");
    }
  }

  #send(content: Element): void {
    const { peer, dispatch } = this.#options;
    dispatch.transmitOwn(element("message", { xmlns: "jabber:client", to: peer }, content));
  }
}
