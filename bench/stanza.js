/**
 * Sealing and opening a stanza: AES-128-CTR, Base64, HMAC-SHA256 over content and counter, Base64 (XEP-0200 §6).
 * "node" makes a cipher for each stanza; "node, open cipher" keeps one per direction, which is right only for
 * lengths that are multiples of the block. Key objects are made once.
 */
import assert from "node:assert/strict";
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";

const sizes = [64, 256, 1024, 65536];
const [prefix, suffix] = ["<data>", "</data>"];

/** One direction as a program over node:crypto would write it. */
class NodeDirection {
  #cipherKey;
  #macKey;
  #counter;
  #open;

  /** @param {Buffer} cipherKey @param {Buffer} macKey @param {Buffer} counter @param {"seal" | "open" | undefined} keep */
  constructor(cipherKey, macKey, counter, keep) {
    this.#cipherKey = createSecretKey(cipherKey);
    this.#macKey = createSecretKey(macKey);
    this.#counter = Buffer.from(counter);
    this.#open = keep === undefined ? undefined : createCipheriv("aes-128-ctr", this.#cipherKey, counter);
  }

  /** @param {string} text */
  seal(text) {
    const cipher = this.#open ?? createCipheriv("aes-128-ctr", this.#cipherKey, this.#counter);
    const data = cipher.update(text, "utf8").toString("base64");
    const mac = this.#mac(prefix + data + suffix).toString("base64");
    this.#advance(text.length);
    return { data, mac };
  }

  /** @param {string} content @param {string} mac */
  open(content, mac) {
    assert.ok(timingSafeEqual(this.#mac(content), Buffer.from(mac, "base64")));
    const cipher = this.#open ?? createDecipheriv("aes-128-ctr", this.#cipherKey, this.#counter);
    const clear = cipher.update(content.slice(prefix.length, -suffix.length), "base64");
    this.#advance(clear.length);
    return clear.toString("utf8");
  }

  /** @param {string} content */
  #mac(content) {
    return createHmac("sha256", this.#macKey).update(content).update(this.#counter).digest();
  }

  /** @param {number} length */
  #advance(length) {
    const low = this.#counter.readBigUInt64BE(8) + BigInt(Math.ceil(length / 16));
    this.#counter.writeBigUInt64BE(BigInt.asUintN(64, low), 8);
    if (low >> 64n)
      this.#counter.writeBigUInt64BE(BigInt.asUintN(64, this.#counter.readBigUInt64BE(0) + 1n), 0);
  }
}

/** @param {import("esession/core").Core} core @returns {import("./measure.js").Case[]} */
export function stanzaCases(core) {
  const [cipherKey, macKey, counter] = [randomBytes(16), randomBytes(32), randomBytes(16)];
  const ourDirection = () => {
    const keys = {
      cipher: core.keys.import(new Uint8Array(cipherKey)),
      mac: core.keys.import(new Uint8Array(macKey)),
    };
    const context = core.stanza.context(keys, new Uint8Array(counter), "xep");
    keys.cipher.wipe();
    keys.mac.wipe();
    return context;
  };
  /** @param {"seal" | "open"} [keep] */
  const nodeDirection = (keep) => new NodeDirection(cipherKey, macKey, counter, keep);

  return sizes.flatMap((size) => {
    const text = `<body>${"x".repeat(size - 13)}</body>`;
    const name = size < 1024 ? `${size} B` : `${size / 1024} KiB`;

    /** A row of stanzas, each valid once: opening takes the next, and starts over with a new direction. */
    const count = Math.max(16, Math.min(1024, (4 << 20) / size));
    const sealer = ourDirection();
    const reference = nodeDirection();
    const row = Array.from({ length: count }, () => {
      const { data, mac } = core.stanza.seal(sealer, text);
      assert.deepEqual({ data, mac }, reference.seal(text), `${name}: both must seal to the same octets`);
      return {
        content: prefix + data + suffix,
        data: { start: prefix.length, end: prefix.length + (data ?? "").length },
        mac,
      };
    });
    sealer.wipe();

    let opener = ourDirection();
    let ourNext = 0;
    const ourOpen = () => {
      if (ourNext === count) {
        opener.wipe();
        opener = ourDirection();
        ourNext = 0;
      }
      const { content, data, mac } = /** @type {(typeof row)[number]} */ (row[ourNext++]);
      return core.stanza.open(opener, content, data, mac);
    };
    /** @param {"open"} [keep] */
    const nodeOpener = (keep) => {
      let direction = nodeDirection(keep);
      let next = 0;
      return () => {
        if (next === count) {
          direction = nodeDirection(keep);
          next = 0;
        }
        const { content, mac } = /** @type {(typeof row)[number]} */ (row[next++]);
        return direction.open(content, mac);
      };
    };
    const [nodeOpen, keptOpen] = [nodeOpener(), nodeOpener("open")];
    for (const open of [ourOpen, nodeOpen, keptOpen])
      for (let i = 0; i <= count; i++) assert.equal(open(), text, `${name}: must open to the text`);

    const ours = ourDirection();
    const [node, kept] = [nodeDirection(), nodeDirection("seal")];
    const run = (/** @type {() => unknown} */ work) => () => void work();
    return [
      {
        name: `seal ${name}`,
        ours: run(() => core.stanza.seal(ours, text)),
        peers: { node: run(() => node.seal(text)), "node, open cipher": run(() => kept.seal(text)) },
      },
      {
        name: `open ${name}`,
        ours: run(ourOpen),
        peers: { node: run(nodeOpen), "node, open cipher": run(keptOpen) },
      },
    ];
  });
}
