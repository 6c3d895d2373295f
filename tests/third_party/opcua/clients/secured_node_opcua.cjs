// node-opcua's client under each policy, mode and identity token; prints one line of JSON.
// Its arguments: the server's URL, a folder with app.der, app.pem, user.der, user.pem, and a password.
"use strict";

const { readFileSync } = require("fs");
const { join } = require("path");
const {
  MessageSecurityMode, OPCUACertificateManager, OPCUAClient, SecurityPolicy, UserTokenType,
} = require("node-opcua");

const URI = "urn:mother-factory:testbed";
const POLICIES = ["None", "Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss"];
const NODE = "Access.UserReadOnly";
const USER_ACCESS_LEVEL = 18;
const said = console.log;
console.log = console.info = console.warn = console.debug = () => {};

async function met(url, folder, manager, way, password) {
  const [policy, mode, token] = way;
  const client = OPCUAClient.create({
    applicationUri: URI, applicationName: "tester", endpointMustExist: true,
    certificateFile: join(folder, "app.crt"), privateKeyFile: join(folder, "app.pem"),
    clientCertificateManager: manager,
    securityPolicy: SecurityPolicy[policy], securityMode: MessageSecurityMode[mode],
    connectionStrategy: { maxRetry: 0 },
  });
  const identities = {
    anonymous: { type: UserTokenType.Anonymous },
    username: { type: UserTokenType.UserName, userName: "operator", password },
    certificate: {
      type: UserTokenType.Certificate, certificateData: readFileSync(join(folder, "user.der")),
      privateKey: readFileSync(join(folder, "user.pem"), "utf8"),
    },
  };
  await client.connect(url);
  const session = await client.createSession(identities[token]);
  try {
    const index = (await session.readNamespaceArray()).indexOf("https://example.org/mother-factory/plc");
    return (await session.read({ nodeId: `ns=${index};s=${NODE}`, attributeId: USER_ACCESS_LEVEL })).value.value;
  } finally {
    await session.close();
    await client.disconnect();
  }
}

async function main(url, folder, password) {
  const manager = new OPCUACertificateManager({
    rootFolder: join(folder, "pki"), automaticallyAcceptUnknownCertificate: true,
  });
  await manager.initialize();
  const found = {};
  for (const policy of POLICIES) {
    for (const mode of policy === "None" ? ["None"] : ["Sign", "SignAndEncrypt"]) {
      for (const token of ["anonymous", "username", "certificate"]) {
        const name = `${policy.replace(/_/g, "")} ${MessageSecurityMode[mode]} ${token}`;
        found[name] = await met(url, folder, manager, [policy, mode, token], password);
      }
    }
  }
  said(JSON.stringify(found));
}

main(...process.argv.slice(2)).then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
