// node-opcua's own server with its address space for conformance testing.
// Prints the endpoint URL at which it serves; ends when its standard input does.
//
// Some requests end the process: an assertion fails, and nobody catches it. Here somebody does, so that such a
// request stays without an answer and all others can be judged. README.md says which those are.
"use strict";

const net = require("net");
const {
  DataType, MessageSecurityMode, NodeClass, nodesets, OPCUAServer, SecurityPolicy, VariantArrayType,
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

async function main() {
  const server = new OPCUAServer({
    port: await freePort(), hostname: "127.0.0.1", resourcePath: "/", nodeset_filename: [nodesets.standard],
    securityPolicies: [SecurityPolicy.None], securityModes: [MessageSecurityMode.None], allowAnonymous: true,
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

main();
