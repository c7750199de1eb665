/**
 * otr: Off-the-Record Messaging in JavaScript, two users in memory. DH in group 5, AES-128-CTR, SHA-1 HMAC; signs with
 * DSA keys that it makes anew for each user, which takes long.
 */
export async function load() {
  const { default: otr } = await import("otr");
  return otr;
}

/** The seconds of a new user. @param {any} otr */
export const makeKey = (otr) => new otr.DSA();

/** What waits for its turn has had it. */
const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

/**
 * Two users who have exchanged keys: `exchangeMs` it took them; `send` a message, which resolves to what is read.
 * @param {any} otr @param {any[]} keys
 */
export async function converse(otr, keys) {
  const users = keys.map((priv) => new otr.OTR({ priv, fragment_size: undefined, send_interval: 0 }));
  const [alice, bob] = users;
  /** @type {(text: string) => void} */
  let read = () => undefined;
  alice.on("io", (/** @type {string} */ message) => bob.receiveMsg(message));
  bob.on("io", (/** @type {string} */ message) => alice.receiveMsg(message));
  bob.on("ui", (/** @type {string} */ text) => read(text));
  for (const user of users)
    user.on("error", (/** @type {string} */ message, /** @type {string} */ severity) => {
      if (severity === "error") throw new Error(message);
    });
  const begin = performance.now();
  alice.sendQueryMsg();
  const encrypted = otr.OTR.CONST.MSGSTATE_ENCRYPTED;
  while (users.some(({ msgstate }) => msgstate !== encrypted)) {
    if (performance.now() - begin > 20_000) throw new Error("the key exchange did not end");
    await turn();
  }
  const exchangeMs = performance.now() - begin;
  /** @param {string} text @returns {Promise<string>} */
  const send = (text) =>
    new Promise((resolve) => {
      read = resolve;
      alice.sendMsg(text);
    });
  return { exchangeMs, send };
}
