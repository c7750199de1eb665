/** A core that counts its exponentiations. */
import type { Core } from "esession";

export interface Count {
  generate: number;
  agree: number;
  /** Proofs of identity that were opened. */
  open: number;
}

export function counted(count: Count): (core: Core) => Core {
  return (core) => {
    const dh: Core["dh"] = {
      ...core.dh,
      generate: (...parameters) => (count.generate++, core.dh.generate(...parameters)),
      agree: (...parameters) => (count.agree++, core.dh.agree(...parameters)),
    };
    const identity: Core["identity"] = {
      ...core.identity,
      fault: (...parameters) => (count.open++, core.identity.fault(...parameters)),
    };
    return Object.create(core, { dh: { value: dh }, identity: { value: identity } }) as Core;
  };
}

export const noCount = (): Count => ({ generate: 0, agree: 0, open: 0 });
