// A client of the TypeScript SDK v1. Connects to the URL or command of its first argument, calls what the second
// names, and prints what it read. Listing the tools first makes the SDK check each result against its schema.
const { Client } = require("@modelcontextprotocol/sdk/client/index.js");
const { StdioClientTransport } = require("@modelcontextprotocol/sdk/client/stdio.js");
const { StreamableHTTPClientTransport } = require("@modelcontextprotocol/sdk/client/streamableHttp.js");

async function attempt(client, [name, args]) {
  try {
    return await client.callTool({ name, arguments: args });
  } catch (error) {
    return { thrown: String(error) };
  }
}

async function main({ url, command, environment, headers }, calls) {
  const transport = url
    ? new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: headers ?? {} } })
    : new StdioClientTransport({ command: command[0], args: command.slice(1), env: environment, stderr: "ignore" });
  const client = new Client({ name: "typescript-v1", version: "1" });
  await client.connect(transport);
  const { tools } = await client.listTools();
  const results = [];
  for (const call of calls) results.push(await attempt(client, call));
  console.log(JSON.stringify({ tools: tools.map((tool) => tool.name), results }));
  await client.close();
}

main(...process.argv.slice(2).map((text) => JSON.parse(text)));
