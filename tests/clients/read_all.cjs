// A client of the TypeScript SDK v1. Starts a replay of answers, calls for each, and prints those that it
// refuses. Listing the tools first makes the SDK check each answer against its schema.
const { readFileSync } = require("node:fs");
const { Client } = require("@modelcontextprotocol/sdk/client/index.js");
const { StdioClientTransport } = require("@modelcontextprotocol/sdk/client/stdio.js");

async function main({ command, folder, tools }) {
  const transport = new StdioClientTransport({ command: command[0], args: command.slice(1), cwd: folder });
  const client = new Client({ name: "typescript-v1", version: "1" });
  await client.connect(transport);
  await client.listTools();
  const refused = [];
  for (const [number, name] of tools.entries()) {
    try {
      await client.callTool({ name, arguments: { number } });
    } catch (error) {
      refused.push([number, String(error).slice(0, 500)]);
    }
  }
  console.log(JSON.stringify(refused));
  await client.close();
}

main(JSON.parse(readFileSync(process.argv[2], "utf-8")));
