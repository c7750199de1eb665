/** A page with a pool: what it makes, whether the page goes on meanwhile, and how a pool is refused. */
import { EsessionError, loadCore } from "esession";
import { openPool } from "esession/pool";
import { createPair, negotiate, terminate } from "./pair.js";

export interface PoolReport {
  /** Both ends of an agreement have the same K: one made by a worker, the other by the page's core. */
  readonly agreed: boolean;
  /** Timers of the page that ran while the workers computed in group 18. */
  readonly turns: number;
  /** Octets that are left of each key when it was sent. */
  readonly keysLeft: readonly number[];
  readonly sas: readonly (string | undefined)[];
  readonly complete: boolean;
  readonly afterClose: string;
  readonly shared: number;
}

/** `url` undefined: where the package itself looks for the script. */
export async function reportOnPool(url: string | undefined): Promise<PoolReport> {
  const keysLeft: number[] = [];
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (this: Worker, ...sent: unknown[]) {
    postMessage.apply(this, sent as Parameters<Worker["postMessage"]>);
    const [{ key }] = sent as [{ key?: Uint8Array }];
    if (key) keysLeft.push(key.byteLength);
  };
  const pool = await openPool({ workers: 2, ...(url !== undefined && { url }) });
  const core = await loadCore({ sessions: 1 });
  const [a, b] = [await pool.generate(core, 14), core.dh.generate(14)];
  const [k, same] = [await pool.agree(core, a, b.publicKey), core.dh.agree(b, a.publicKey)];

  let turns = 0;
  const ticking = setInterval(() => turns++, 1);
  await Promise.all(Array.from({ length: 8 }, () => pool.generate(core, 18)));
  clearInterval(ticking);

  const pair = await createPair({ form: "string", exponentiations: pool });
  const sessions = await negotiate(pair);
  const sas = sessions.map((session) => session.sas);
  const complete = await terminate(sessions);
  await Promise.all(pair.map(({ engine }) => engine.close()));
  await pool.close();
  Worker.prototype.postMessage = postMessage;
  return {
    agreed: core.keys.equal(k, same),
    turns,
    keysLeft,
    sas,
    complete,
    afterClose: await codeOf(pool.generate(core, 14)),
    shared: core.usage.secrets - 12,
  };
}

/** How a pool is refused where workers are forbidden, or the script is not there: code and sentence. */
export async function poolRefusals(urls: readonly string[]): Promise<string[]> {
  const codes: string[] = [];
  for (const url of urls) codes.push(await codeOf(openPool({ workers: 1, url })));
  return codes;
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "none";
  } catch (error) {
    return EsessionError.is(error) ? `${error.code}: ${error.message}` : String(error);
  }
}
