// node-opcua's client: browses, reads, writes and calls, and prints what it got as one line of JSON.
"use strict";

const { DataType, OPCUAClient, Variant } = require("node-opcua");

const NAMESPACE = "https://example.org/mother-factory/plc";
const said = console.log;
console.log = console.info = console.warn = console.debug = () => {};

function good(statusCode) {
  if (!statusCode.isGood()) throw new Error(statusCode.name);
}

async function errands(session) {
  const at = `ns=${(await session.readNamespaceArray()).indexOf(NAMESPACE)};s=`;
  const read = async (node) => (await session.read({ nodeId: `${at}${node}` })).value.value;
  const double = (value) => new Variant({ dataType: DataType.Double, value });
  const found = await session.browse("ObjectsFolder");
  good(found.statusCode);
  good(await session.write({ nodeId: `${at}Scratch.Double`, attributeId: 13, value: { value: double(6.5) } }));
  const inputArguments = [double(2), double(3)];
  const called = await session.call({ objectId: `${at}Methods`, methodId: `${at}Methods.Add`, inputArguments });
  good(called.statusCode);
  return {
    children: found.references.map((one) => one.browseName.name),
    read: await read("Static.Double"), written: await read("Scratch.Double"),
    called: called.outputArguments[0].value,
  };
}

async function main(url) {
  const client = OPCUAClient.create({ endpointMustExist: false, connectionStrategy: { maxRetry: 0 } });
  await client.connect(url);
  const session = await client.createSession();
  try {
    said(JSON.stringify(await errands(session)));
  } finally {
    await session.close();
    await client.disconnect();
  }
}

main(process.argv[2]).then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
