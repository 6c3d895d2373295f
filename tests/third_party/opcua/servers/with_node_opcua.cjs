// node-opcua's own server with its address space for conformance testing.
// Its arguments: the tester's folder, as `testbed keys opcua` makes it, and a folder for what the server keeps.
// Prints the endpoint URL at which it serves; ends when its standard input does.
//
// Some requests end the process: an assertion fails, and nobody catches it. Here somebody does, so that such a
// request stays without an answer and all others can be judged. README.md says which those are.
"use strict";

const { copyFileSync, mkdirSync, readdirSync, readFileSync } = require("fs");
const net = require("net");
const { basename, join } = require("path");
const {
  DataType, MessageSecurityMode, NodeClass, nodesets, OPCUACertificateManager, OPCUAServer, SecurityPolicy,
  VariantArrayType,
} = require("node-opcua");
const { build_address_space_for_conformance_testing: build } =
  require("node-opcua-address-space-for-conformance-testing");

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

// What STEPS.txt of the tester's folder says of this maker's folders: authorities, their lists, single certificates.
async function trusting(keys, rootFolder, { authorities, lists, certificates }) {
  const put = (file, folder) => {
    mkdirSync(join(rootFolder, folder), { recursive: true });
    copyFileSync(join(keys, file), join(rootFolder, folder, basename(file)));
  };
  for (const file of authorities) put(file, "issuers/certs");
  for (const file of [...authorities, ...certificates]) put(file, "trusted/certs");
  for (const file of lists) put(file, "issuers/crl");
  const manager = new OPCUACertificateManager({ rootFolder, automaticallyAcceptUnknownCertificate: false });
  await manager.initialize();
  return manager;
}

// Some of its variables hold a Variant in a Variant, which has no encoding (10000-6, 5.1.9): who reads one of them
// beside others can read none. README.md says so; without them the address space can be judged.
function withoutVariantsInVariants(addressSpace) {
  for (const namespace of addressSpace.getNamespaceArray()) {
    const nodes = [...namespace.nodeIterator()].filter((node) => node.nodeClass === NodeClass.Variable);
    for (const node of nodes) {
      const value = node.readValue().value;
      if (value?.dataType === DataType.Variant && value.arrayType === VariantArrayType.Scalar) {
        addressSpace.deleteNode(node);
      }
    }
  }
}

process.on("uncaughtException", (error) => console.error(error));

async function main(keys, folder) {
  const password = readFileSync(join(keys, "login.password"), "utf8").trim();
  const lists = readdirSync(join(keys, "issuers")).filter((file) => file.endsWith(".crl"));
  const serverCertificateManager = await trusting(keys, join(folder, "pki"), {
    authorities: ["authority.der", "second-authority.der"],
    lists: ["authority.crl", ...lists.map((file) => join("issuers", file))],
    certificates: ["self-signed.der"],
  });
  const userCertificateManager = await trusting(keys, join(folder, "users"), {
    authorities: ["user-authority.der"], lists: ["user-authority.crl"], certificates: [],
  });
  const server = new OPCUAServer({
    port: await freePort(), hostname: "127.0.0.1", resourcePath: "/", nodeset_filename: [nodesets.standard],
    securityPolicies: ["None", "Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss"].map(
      (policy) => SecurityPolicy[policy],
    ),
    securityModes: ["None", "Sign", "SignAndEncrypt"].map((mode) => MessageSecurityMode[mode]),
    serverCertificateManager, userCertificateManager, allowAnonymous: true,
    userManager: { isValidUser: (user, given) => user === "testbed-login" && given === password },
    maxConnectionsPerEndpoint: 200, serverInfo: { applicationUri: "urn:testbed:node-opcua" },
    serverCapabilities: { maxSessions: 20 },
  });
  await server.initialize();
  await build(server.engine.addressSpace, { mass_variables: false });
  withoutVariantsInVariants(server.engine.addressSpace);
  await server.start();
  console.log(server.getEndpointUrl());
  process.stdin.resume();
  process.stdin.on("end", () => server.shutdown(0).then(() => process.exit(0)));
}

main(...process.argv.slice(2));
