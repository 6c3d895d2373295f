// node-opcua as a client: opens a channel under each policy and asks what needs no session.
// Arguments: URL, folder for its certificate store, certificate, key (both PEM), the server's certificate (DER).
// Prints one line of JSON a channel: policy, mode, number of endpoints, number of servers.
const fs = require("fs");
const { OPCUAClient, SecurityPolicy } = require("node-opcua-client");
const { OPCUACertificateManager } = require("node-opcua-certificate-manager");

const CHANNELS = [
  [1, "None"],
  [2, "Basic256Sha256"],
  [3, "Basic256Sha256"],
  [3, "Aes128_Sha256_RsaOaep"],
  [3, "Aes256_Sha256_RsaPss"],
];

async function main() {
  const [url, folder, certificateFile, privateKeyFile, serverCertificate] = process.argv.slice(2);
  const clientCertificateManager = new OPCUACertificateManager({
    rootFolder: folder,
    automaticallyAcceptUnknownCertificate: true,
  });
  await clientCertificateManager.initialize();
  for (const [securityMode, policy] of CHANNELS) {
    const client = OPCUAClient.create({
      applicationUri: "urn:localhost:client",
      certificateFile,
      clientCertificateManager,
      connectionStrategy: { maxRetry: 0 },
      endpointMustExist: false,
      privateKeyFile,
      securityMode,
      securityPolicy: SecurityPolicy[policy],
      serverCertificate: securityMode === 1 ? undefined : fs.readFileSync(serverCertificate),
    });
    await client.connect(url);
    const endpoints = await client.getEndpoints({ endpointUrl: url });
    const servers = await client.findServers({ localeIds: new Array(60).fill("x".repeat(400)) });
    await client.disconnect();
    console.log(JSON.stringify([policy, securityMode, endpoints.length, servers.length]));
  }
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
