// Errands of node-opcua's client: each a line of JSON on standard input, answered by one on standard output.
"use strict";

const { AttributeIds, BrowseDirection, DataType, OPCUAClient, Variant, VariantArrayType } = require("node-opcua");

const said = console.log;
console.log = console.info = console.warn = console.debug = () => {};

function plain(variant) {
  if (variant === undefined || variant === null || variant.value === null) return null;
  const long = [DataType.Int64, DataType.UInt64].includes(variant.dataType);
  const one = (value) => (long ? value[0] * 4294967296 + value[1] : value);
  const isArray = variant.arrayType !== VariantArrayType.Scalar;
  return isArray ? Array.from(variant.value) : one(variant.value);
}

function variantOf(type, value) {
  const arrayType = Array.isArray(value) ? VariantArrayType.Array : VariantArrayType.Scalar;
  return new Variant({ dataType: DataType[type], arrayType, value });
}

async function perform(session, errand) {
  switch (errand.verb) {
    case "read": {
      const read = await session.read({ nodeId: errand.node, attributeId: AttributeIds.Value });
      if (!read.statusCode.isGood()) throw new Error(read.statusCode.name);
      return plain(read.value);
    }
    case "write": {
      const value = { value: variantOf(errand.type, errand.value) };
      const status = await session.write({ nodeId: errand.node, attributeId: AttributeIds.Value, value });
      if (!status.isGood()) throw new Error(status.name);
      return null;
    }
    case "browse": {
      const found = await session.browse({
        nodeId: errand.node, browseDirection: BrowseDirection.Forward, referenceTypeId: "i=33",
        includeSubtypes: true, nodeClassMask: 0, resultMask: 63,
      });
      if (!found.statusCode.isGood()) throw new Error(found.statusCode.name);
      return found.references.map((one) => one.nodeId.toString().replace(/^ns=0;/, "")).sort();
    }
    case "call": {
      const called = await session.call({
        objectId: errand.node, methodId: errand.method,
        inputArguments: errand.value.map((one) => variantOf(errand.type, one)),
      });
      if (!called.statusCode.isGood()) throw new Error(called.statusCode.name);
      return called.outputArguments.length === 1 ? plain(called.outputArguments[0]) : called.outputArguments.map(plain);
    }
    default:
      throw new Error(`no errand is called ${errand.verb}`);
  }
}

async function sent(errand) {
  const client = OPCUAClient.create({
    endpointMustExist: false, keepSessionAlive: false, transportTimeout: errand.within,
    connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 100 },
  });
  await client.connect(errand.url);
  const session = await client.createSession();
  try {
    return await perform(session, errand);
  } finally {
    await session.close();
    await client.disconnect();
  }
}

const lines = require("readline").createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const errand = JSON.parse(line);
  sent(errand).then(
    (result) => said(JSON.stringify({ id: errand.id, result })),
    (error) => said(JSON.stringify({ id: errand.id, error: String(error.message || error) })),
  );
});
lines.on("close", () => process.exit(0));
said(JSON.stringify({ loaded: true }));
