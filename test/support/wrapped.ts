/** A core with some of its calls replaced by the test's; everything else is the core's own. */
import type { Core } from "esession";

export type Replaced = {
  readonly [Part in "dh" | "keys" | "identity" | "stanza" | "records"]?: Partial<Core[Part]>;
};

export function replacing(core: Core, changes: Replaced): Core {
  const parts = Object.entries(changes).map(([part, calls]) => [
    part,
    { ...core[part as keyof Replaced], ...calls },
  ]);
  return Object.assign(Object.create(core) as Core, Object.fromEntries(parts)) as Core;
}
