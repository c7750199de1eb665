import test from "node:test";
import { parseStanza, readError } from "esession/wire";
import { createWorld, establish, join, aliceJid, bobJid, seedOf } from "../support/pair.js";
import { messageNumber } from "../support/forms.js";
import { changesOf, sameMeaning } from "./mutate.js";
test("dump", async (t) => {
  const world = createWorld();
  const seed = seedOf(t);
  const policy = { groups: [1, 2] as (1|2)[] };
  const alice = await join(t, world, aliceJid, seed, {policy});
  const bob = await join(t, world, bobJid, seed, {policy});
  const [s] = await establish(world, alice, bob);
  await s.close(); await world.quiet();
  for (const number of [1,2,3,4] as const) {
    const template = world.messages(number)[0]!;
    for (const c of [...changesOf(template), ...sameMeaning]) {
      const at = world.log.length, as = alice.sessions.length, bs = bob.sessions.length, aa = bob.alerts.length;
      let done = false;
      world.hooks.push((stanza) => {
        if (messageNumber(stanza) !== number || done) return;
        done = true;
        const text = c.apply(stanza);
        if (text !== undefined) { world.deliver(text); return false; }
        return;
      });
      const r = alice.engine.start(bobJid).then(() => "OK", (e) => e.code as string);
      await world.quiet();
      const q = [alice.sessions.length - as, bob.sessions.length-bs, bob.sessions.at(-1)!.state];
      await world.clock.pass(130_000);
      const out = await r;
      const errs = world.log.slice(at).map((x) => ({f: x.from[0], e: readError(parseStanza(x.text))})).filter((x) => x.e).map((x)=>`${x.f}:${x.e!.condition}(${x.e!.fields.join()})`);
      const rej = world.log.slice(at).filter((x)=>/accept"[^>]*><value>0/.test(x.text)).map((x) => `${x.from[0]}:accept0`);
      console.log(number, "|", c.field, "|", c.kind, "|", out, "|", q.join(), "|", errs.join(" "), rej.join(" "), "| bob:", bob.alerts.slice(aa).map((a)=>a.error?.code ?? a.kind).join(), done ? "" : "NOT APPLIED");
      world.hooks.length = 0;
      for (const x of [...alice.engine.sessions]) void x.close();
      await world.quiet();
      for (const x of [...bob.engine.sessions]) void x.close();
      await world.clock.pass(31_000);
      const [h] = await establish(world, alice, bob);
      if (!h.continued) console.log("   !!! not continued");
      await h.close(); await world.quiet();
      if (alice.engine.sessions.length + bob.engine.sessions.length) console.log("!!! left", alice.engine.sessions.length, bob.engine.sessions.length);
    }
  }
});
