/**
 * `<KeyValue/>`: a public key as text (XMLDSIG §4.4.2, XEP-0116 §8). It is hashed, and goes into MACs, so a key has
 * one text only: what is read must be, character by character, what would be written. Nothing is normalised, because
 * two spellings of a key would be two fingerprints of it.
 */
import { EsessionError } from "../errors.js";
import { decodeBase64, encodeBase64 } from "../wire/base64.js";
import { checkPublicKey, type KeyOptions, type PublicKey } from "./public-key.js";

export const XMLDSIG = "http://www.w3.org/2000/09/xmldsig#";

const OPEN = `<KeyValue xmlns="${XMLDSIG}">`;
const CLOSE = "</KeyValue>";
/** The longest, DSA with 3072 bits, has 1,727; RSA with 8192 bits has 1,555. */
const MAX_CHARACTERS = 2048;

const number = (name: string) => `<${name}>([A-Za-z0-9+/=]{1,1368})</${name}>`;
const shape = (kind: string, ...names: readonly string[]) =>
  new RegExp(`^${OPEN}<${kind}>${names.map(number).join("")}</${kind}>${CLOSE}$`);
const RSA = shape("RSAKeyValue", "Modulus", "Exponent");
const DSA = shape("DSAKeyValue", "P", "Q", "G", "Y");

/** The text of a key. Throws key-unacceptable. */
export function writeKeyValue(key: PublicKey, options: KeyOptions = {}): string {
  checkPublicKey(key, options);
  const [kind, numbers] =
    key.kind === "rsa"
      ? ["RSAKeyValue", { Modulus: key.modulus, Exponent: key.exponent }]
      : ["DSAKeyValue", { P: key.p, Q: key.q, G: key.g, Y: key.y }];
  const children = Object.entries(numbers).map(
    ([name, octets]) => `<${name}>${encodeBase64(octets)}</${name}>`,
  );
  return `${OPEN}<${kind}>${children.join("")}</${kind}>${CLOSE}`;
}

/** The key of a text. Throws key-malformed, base64-malformed and key-unacceptable. */
export function readKeyValue(text: string, options: KeyOptions = {}): PublicKey {
  if (text.length > MAX_CHARACTERS)
    throw malformed(`it has ${text.length} characters, and no key needs more than ${MAX_CHARACTERS}`);
  const key = readShape(text);
  if (writeKeyValue(key, options) !== text) throw malformed(faultIn(text));
  return key;
}

/** The shape only finds the numbers; that writing them gives the same text is what makes it the one text. */
function readShape(text: string): PublicKey {
  const [, modulus, exponent] = RSA.exec(text) ?? [];
  if (modulus !== undefined && exponent !== undefined)
    return { kind: "rsa", modulus: octets(modulus, "Modulus"), exponent: octets(exponent, "Exponent") };
  const [, p, q, g, y] = DSA.exec(text) ?? [];
  if (p !== undefined && q !== undefined && g !== undefined && y !== undefined)
    return { kind: "dsa", p: octets(p, "P"), q: octets(q, "Q"), g: octets(g, "G"), y: octets(y, "Y") };
  throw malformed(faultIn(text));
}

const octets = (text: string, name: string) => decodeBase64(text, `<${name}/> of a public key`);

/** For whoever has to find out why a client's key is refused; the first that is found. */
const faults: readonly (readonly [RegExp, string])[] = [
  [/\s(?!xmlns)/, "it has white space in it"],
  [/<(J|Seed|PgenCounter)\b/, "it has J, Seed or PgenCounter, which are left out"],
  [/^<DSAKeyValue|^<RSAKeyValue/, "it lacks the element <KeyValue/> around it"],
  [
    /<KeyValue(?! xmlns="http:\/\/www\.w3\.org\/2000\/09\/xmldsig#">)/,
    "its namespace is not at <KeyValue> alone",
  ],
  [/.xmlns.*xmlns/, "it has a second xmlns"],
];

const faultIn = (text: string) =>
  faults.find(([pattern]) => pattern.test(text))?.[1] ??
  "it has other elements, or in another order, than Modulus and Exponent, or P, Q, G and Y";

const malformed = (fault: string) =>
  new EsessionError("key-malformed", `a <KeyValue/> is not in the one form that is read: ${fault}`);
