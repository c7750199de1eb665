/** Gates over whole words, for circuits: T is v128, u64 or u32, which the compiler knows and TypeScript's checker does not. */
export { and, xor } from "./planes";

// @ts-ignore: decorator
@inline
export function or<T>(a: T, b: T): T {
  // @ts-ignore: type
  if (isVector<T>()) return v128.or(a, b);
  // @ts-ignore: type
  return a | b;
}

/** a where b is zero. */
// @ts-ignore: decorator
@inline
export function andNot<T>(a: T, b: T): T {
  // @ts-ignore: type
  if (isVector<T>()) return v128.andnot(a, b);
  // @ts-ignore: type
  return a & ~b;
}

// @ts-ignore: decorator
@inline
export function not<T>(a: T): T {
  // @ts-ignore: type
  if (isVector<T>()) return v128.not(a);
  // @ts-ignore: type
  return ~a;
}
