// node-opcua as a server with every policy and no address space, until its input ends.
// Arguments: folder for its certificate store, certificate, key (both PEM). Prints "port" and its port.
const { OPCUAServer } = require("node-opcua-server");
const { OPCUACertificateManager } = require("node-opcua-certificate-manager");

const POLICIES = ["None", "Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss"];

async function main() {
  const [folder, certificateFile, privateKeyFile] = process.argv.slice(2);
  const serverCertificateManager = new OPCUACertificateManager({
    rootFolder: folder,
    automaticallyAcceptUnknownCertificate: true,
  });
  await serverCertificateManager.initialize();
  const server = new OPCUAServer({
    certificateFile,
    host: "127.0.0.1",
    nodeset_filename: [],
    port: 0,
    privateKeyFile,
    securityPolicies: POLICIES.map((name) => `http://opcfoundation.org/UA/SecurityPolicy#${name}`),
    serverCertificateManager,
    serverInfo: { applicationUri: "urn:localhost:server" },
    userCertificateManager: serverCertificateManager,
  });
  await server.start();
  console.log(`port ${server.endpoints[0].port}`);
  process.stdin.resume();
  process.stdin.on("end", () => process.exit(0));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
