/** Two engines in one page. Between them every stanza becomes text and is parsed again, into the form of the run. */
import { createEngine } from "esession";
import type { AlertKind, AnyStanza, Core, Engine, Exponentiations, Session } from "esession";
import { forms, parseDom, type FormName } from "./forms.js";

export const aliceJid = "alice@example.org/pda";
export const bobJid = "bob@example.com/laptop";

export interface Party {
  readonly jid: string;
  readonly engine: Engine;
  /** What was handed on to the client, opened. */
  readonly inbox: AnyStanza[];
  readonly alerts: AlertKind[];
}

export type Pair = readonly [alice: Party, bob: Party];

export interface PairOptions {
  readonly form: FormName;
  readonly cores?: readonly [Core, Core];
  readonly exponentiations?: Exponentiations;
  /** Sees every stanza as text on its way. */
  readonly onWire?: (xml: string) => void;
}

export async function createPair(options: PairOptions): Promise<Pair> {
  const [alice, bob] = [aliceJid, bobJid].map((jid) => ({ jid, inbox: [], alerts: [] })) as unknown as [Party, Party]; // prettier-ignore
  await join(alice, bob, options, options.cores?.[0]);
  await join(bob, alice, options, options.cores?.[1]);
  return [alice, bob];
}

async function join(party: Party, peer: Party, options: PairOptions, core?: Core): Promise<void> {
  const { form, onWire, exponentiations } = options;
  const engine = await createEngine({
    jid: party.jid,
    form: form === "element" ? "element" : "string",
    policy: { groups: [14], answer: "everybody" },
    sessions: 4,
    ...(core && { core }),
    ...(exponentiations && { exponentiations }),
    send(stanza) {
      const made = parseDom(typeof stanza === "string" ? stanza : forms[form].print(stanza));
      made.setAttribute("from", party.jid);
      const text = forms.dom.print(made);
      onWire?.(text);
      queueMicrotask(() => {
        const clear = peer.engine.receive(forms[form].parse(text));
        if (clear !== undefined) peer.inbox.push(clear);
      });
    },
  });
  engine.on("stanza", ({ stanza }) => party.inbox.push(stanza));
  engine.on("alert", ({ kind }) => party.alerts.push(kind));
  Object.assign(party, { engine });
}

/** Alice asks; both ends of the session, when both may send. */
export async function negotiate([alice, bob]: Pair): Promise<readonly [Session, Session]> {
  const ours = await alice.engine.start(bob.jid);
  await until(
    "Bob's end of the session stands",
    () => bob.engine.session(alice.jid)?.state === "established",
  );
  return [ours, bob.engine.session(alice.jid)!];
}

/** True if both ends know that nothing is missing. */
export async function terminate([ours, theirs]: readonly [Session, Session]): Promise<boolean> {
  const [mine, peers] = await Promise.all([ours.close(), theirs.ended]);
  return mine.complete && peers.complete;
}

export async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !holds();) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
