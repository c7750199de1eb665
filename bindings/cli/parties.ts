/** Two engines in one process, a router between them, and what each hands to its client. */
import { loadCore } from "../core/index.js";
import type { Core, Group } from "../core/types.js";
import type { Clock, Engine, Policy, Session } from "../engine/types.js";
import { createEngine } from "../index.js";
import { loadTestCore, seededRandom } from "../testing/index.js";
import type { Element } from "../wire/element.js";
import { readStanza } from "../wire/stanza.js";
import type { Router, WireLine } from "./router.js";
import { createRouter } from "./router.js";

export interface Party {
  readonly jid: string;
  readonly engine: Engine;
  /** What came for the client, and through which session; emptied by who reads it. */
  readonly inbox: { stanza: Element; session: Session | undefined }[];
  /** What the engine warned of. */
  readonly alerts: string[];
}

export interface Parties {
  readonly initiator: Party;
  readonly responder: Party;
  readonly router: Router;
}

export interface PartiesOptions {
  readonly group: Group;
  /** With it all that is random is derived from it, and time goes by in ticks: the traffic is the same in every run. */
  readonly seed: string | undefined;
  readonly onLine?: ((line: WireLine) => void) | undefined;
}

export async function createParties(options: PartiesOptions): Promise<Parties> {
  const router = createRouter(options.onLine);
  return {
    initiator: await createParty("anna@example.org/laptop", options, router),
    responder: await createParty("ben@example.net/phone", options, router),
    router,
  };
}

async function createParty(jid: string, { group, seed }: PartiesOptions, router: Router): Promise<Party> {
  const engine = await createEngine({
    jid,
    send: router.port(jid),
    policy: policyFor(group),
    core: await coreFor(jid, seed),
    ...(seed === undefined ? {} : { clock: tickingClock() }),
  });
  const party: Party = { jid, engine, inbox: [], alerts: [] };
  router.connect(jid, (stanza) => {
    const received = engine.open(stanza);
    if (received.kind === "stanza")
      party.inbox.push({ stanza: readStanza(received.stanza).element, session: received.session });
  });
  engine.on("stanza", ({ stanza, session }) =>
    party.inbox.push({ stanza: readStanza(stanza).element, session }),
  );
  engine.on("request", (request) => request.accept());
  engine.on("alert", ({ kind, message }) => party.alerts.push(`${kind}: ${message}`));
  return party;
}

/** The one group, and the permissions without which the weak ones are refused. */
function policyFor(group: Group): Partial<Policy> {
  return {
    groups: [group],
    acceptedGroups: [],
    legacy: group === 5,
    insecureBrokenGroups: group === 1 || group === 2,
  };
}

async function coreFor(jid: string, seed: string | undefined): Promise<Core> {
  const options = { sessions: 4 };
  if (seed === undefined) return loadCore(options);
  return (await loadTestCore({ ...options, random: seededRandom(`${seed} ${jid}`) })).core;
}

/** A millisecond for each question. Delays are real: in a run without faults none of them ends. */
function tickingClock(): Clock {
  let time = Date.UTC(2026, 0, 1);
  return {
    now: () => ++time,
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
  };
}
