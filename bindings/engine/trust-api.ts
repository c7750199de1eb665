/** `engine.trust`: what the user decides about keys and contacts. Whatever changes is stored before it is shown. */
import { parseFingerprint, type Fingerprint } from "../identity/fingerprint.js";
import { EsessionError } from "../errors.js";
import { wipePeer, type PeerBook } from "../trust/book.js";
import { acceptKey, partKey, unverifyKey, verifyKeyByFingerprint } from "../trust/key-rules.js";
import type { KeyRecord } from "../trust/known-keys.js";
import { comparedPeer, type PeerRecord } from "../trust/peers.js";
import { normalizePetname } from "../trust/petname.js";
import { bareOf } from "../wire/jid.js";
import { describeKey } from "./trust-session.js";
import type { PeerKey, Trust } from "./trust-types.js";

export interface TrustApiOptions {
  readonly book: PeerBook;
  now: () => number;
  /** What is remembered of these bare JIDs has changed: sessions that stand show it. */
  changed: (jids: readonly string[]) => Promise<void>;
}

export function trustApi({ book, now, changed }: TrustApiOptions): Trust {
  async function changeKey(text: string, change: (key: KeyRecord) => KeyRecord): Promise<PeerKey> {
    const fingerprint = parseFingerprint(text);
    let result: KeyRecord | undefined;
    await book.updateKey(fingerprint, (key) => (result = change(key)));
    if (!result) throw unknown(fingerprint);
    await changed(result.uses.map(({ jid }) => jid));
    return describeKey(result);
  }

  async function changePeer(text: string, change: (record: PeerRecord) => PeerRecord): Promise<void> {
    const jid = bareOf(text);
    await book.update(jid, change);
    await changed([jid]);
  }

  const get = async (text: string) => {
    const key = await book.loadKey(parseFingerprint(text));
    return key && describeKey(key);
  };

  return {
    async list() {
      const keys = await Promise.all((await book.listKeys()).map((one) => book.loadKey(one)));
      return keys.filter((key) => key !== undefined).map(describeKey);
    },
    get,
    async of(text) {
      const { peer, keys } = await book.loadWithKeys(bareOf(text));
      wipePeer(peer);
      return {
        jid: peer.jid,
        keys: keys.map(describeKey),
        keyRequired: peer.keyRequired,
        unconfirmedSince: peer.unconfirmedSince,
        remindersWaived: peer.remindersWaived,
        lastVerifiedAt: peer.lastVerifiedAt,
      };
    },
    async setPetname(text, petname) {
      const name = petname === undefined ? undefined : normalizePetname(petname);
      return changeKey(text, (key) => ({ ...key, petname: name }));
    },
    async verify(text) {
      const key = await changeKey(text, (one) => verifyKeyByFingerprint(one, now()));
      for (const { jid } of key.uses.filter(({ accepted }) => accepted))
        await book.update(jid, (record) => ({ ...comparedPeer(record), lastVerifiedAt: now() }));
      return key;
    },
    unverify: (text) => changeKey(text, unverifyKey),
    async accept(text, of) {
      const [fingerprint, jid] = [parseFingerprint(text), bareOf(of)];
      let accepted = false;
      await book.updateWithKeys(jid, fingerprint, (both) => {
        const after = acceptKey(both, fingerprint);
        accepted = after !== undefined;
        return after ?? both;
      });
      const key = await get(fingerprint);
      if (!key) throw unknown(fingerprint);
      if (!accepted) throw new EsessionError("key-unknown", `${jid} has never shown the key ${fingerprint}`);
      await changed(key.jids);
      return key;
    },
    async forget(text) {
      const fingerprint = parseFingerprint(text);
      const key = await book.loadKey(fingerprint);
      if (!key) throw unknown(fingerprint);
      const jids = key.uses.map(({ jid }) => jid);
      for (const jid of jids)
        await book.updateWithKeys(jid, fingerprint, (both) => partKey(both, fingerprint));
      await changed(jids);
    },
    requireKey: (jid, required) => changePeer(jid, (record) => ({ ...record, keyRequired: required })),
    remind: (jid, wanted) => changePeer(jid, (record) => ({ ...record, remindersWaived: !wanted })),
  };
}

function unknown(fingerprint: Fingerprint): EsessionError {
  return new EsessionError("key-unknown", `no key with the fingerprint ${fingerprint} is remembered`);
}
