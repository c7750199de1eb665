/**
 * @matrix-org/matrix-sdk-crypto-wasm: what a Matrix client would use. Two OlmMachines without a server: the answers that
 * a homeserver would give to what they ask are made here. A message goes by Olm (a double ratchet), device to device.
 */

const USERS = /** @type {const} */ (["@alice:example.org", "@bob:example.org"]);
const DEVICES = /** @type {const} */ (["ALICEDEVICE", "BOBDEVICE"]);

export async function load() {
  const matrix = await import("@matrix-org/matrix-sdk-crypto-wasm");
  await matrix.initAsync();
  return { attachment: attachment(matrix), olm: () => olm(matrix) };
}

/** @param {any} matrix @returns {(octets: Uint8Array) => Uint8Array} encrypts and decrypts */
const attachment = (matrix) => (octets) => matrix.Attachment.decrypt(matrix.Attachment.encrypt(octets));

/** @param {any} matrix @returns {Promise<(text: string) => Promise<string>>} sends a message, returns what is read */
async function olm(matrix) {
  const machines = await Promise.all(
    USERS.map((user, at) =>
      matrix.OlmMachine.initialize(new matrix.UserId(user), new matrix.DeviceId(DEVICES[at])),
    ),
  );
  const [alice, bob] = machines;
  /** @type {Record<string, any>} what they upload */
  const uploaded = {};
  for (const [at, machine] of machines.entries())
    for (const request of await machine.outgoingRequests())
      if (request.type === matrix.RequestType.KeysUpload) {
        uploaded[USERS[at] ?? ""] = JSON.parse(request.body);
        const counts = { one_time_key_counts: { signed_curve25519: 50 } };
        await machine.markRequestAsSent(request.id, request.type, JSON.stringify(counts));
      }
  for (const [at, machine] of machines.entries()) {
    const other = 1 - at;
    const user = USERS[other] ?? "";
    await machine.updateTrackedUsers([new matrix.UserId(user)]);
    const device_keys = { [user]: { [DEVICES[other] ?? ""]: uploaded[user].device_keys } };
    const answer = JSON.stringify({ device_keys, failures: {} });
    for (const request of await machine.outgoingRequests())
      if (request.type === matrix.RequestType.KeysQuery)
        await machine.markRequestAsSent(request.id, request.type, answer);
  }
  const claim = await alice.getMissingSessions([new matrix.UserId(USERS[1])]);
  const [key] = Object.entries(uploaded[USERS[1]].one_time_keys);
  const one_time_keys = { [USERS[1]]: { [DEVICES[1]]: Object.fromEntries([key]) } };
  const claimed = JSON.stringify({ one_time_keys, failures: {} });
  await alice.markRequestAsSent(claim.id, claim.type, claimed);
  const device = await alice.getDevice(new matrix.UserId(USERS[1]), new matrix.DeviceId(DEVICES[1]));
  const settings = new matrix.DecryptionSettings(matrix.TrustRequirement.Untrusted);
  return async (text) => {
    const content = JSON.parse(await device.encryptToDeviceEvent("org.example.message", { body: text }));
    const event = { sender: USERS[0], type: "m.room.encrypted", content };
    const lists = new matrix.DeviceLists();
    const counts = new Map([["signed_curve25519", 50]]);
    const [read] = await bob.receiveSyncChanges(JSON.stringify([event]), lists, counts, undefined, settings);
    return JSON.parse(read.rawEvent).content?.body;
  };
}
