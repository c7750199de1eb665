/**
 * How much XML is read before anything else is asked of it. Beyond a bound: `xml-limit`, or `form-malformed` for forms.
 * The figures leave an honest peer room: the longest value of a form is a public value of MODP group 18 in Base64
 * (1,368 octets), a form of the deployed clients has 18 fields, the deepest stanza in the XEPs is 15 elements deep.
 */
export interface XmlLimits {
  /** Octets of UTF-8. */
  readonly bytes: number;
  /** Elements inside one another; the outermost is 1. */
  readonly depth: number;
  readonly elements: number;
  /** Of one element, namespace declarations included. */
  readonly attributes: number;
}

/** What was decrypted. 262,144 octets are also the default of the core's `maxStanzaBytes`. */
export const contentLimits: XmlLimits = { bytes: 262_144, depth: 64, elements: 20_000, attributes: 64 };

/** One stanza as it comes from the stream; results of a large roster or archive still pass. */
export const stanzaLimits: XmlLimits = { bytes: 4_194_304, depth: 128, elements: 100_000, attributes: 128 };

export interface FormLimits {
  /** UTF-16 units of all names and texts of a form together. */
  readonly size: number;
  readonly fields: number;
  /** Values, and options, of one field: 256 hashes of retained secrets are the most that is ever sent. */
  readonly values: number;
  /** Octets of UTF-8 of one value. */
  readonly valueBytes: number;
  /** UTF-16 units of `var`, `type` and `label`. */
  readonly attributeLength: number;
}

export const formLimits: FormLimits = {
  size: 65_536,
  fields: 128,
  values: 256,
  valueBytes: 12_288,
  attributeLength: 1_024,
};
