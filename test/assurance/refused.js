/** An act that must throw an EsessionError of this code; any other outcome is an error of the check. */
import { EsessionError } from "esession/core";

export function refused(code, act) {
  try {
    act();
  } catch (error) {
    if (EsessionError.is(error) && error.code === code) return;
    throw error;
  }
  throw new Error(`${code} was expected, and nothing was thrown`);
}
