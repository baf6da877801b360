// A client of a TypeScript SDK, v1 or v2. Connects to a URL or starts a command, makes each call, and prints the
// tools it was shown, what the server answered, and which answers it refuses. Listing the tools first makes the
// SDK check each answer against its schema.
const { readFileSync } = require("node:fs");

const SDKS = {
  v1: () => ({
    ...require("@modelcontextprotocol/sdk/client/index.js"),
    ...require("@modelcontextprotocol/sdk/client/stdio.js"),
    ...require("@modelcontextprotocol/sdk/client/streamableHttp.js"),
  }),
  v2: () => ({ ...require("@modelcontextprotocol/client"), ...require("@modelcontextprotocol/client/stdio") }),
};

async function main({ sdk, url, command, environment, folder, calls }) {
  const { Client, StdioClientTransport, StreamableHTTPClientTransport } = SDKS[sdk]();
  const transport = url
    ? new StreamableHTTPClientTransport(new URL(url))
    : new StdioClientTransport({ command: command[0], args: command.slice(1), cwd: folder, env: environment });
  const client = new Client({ name: `typescript-${sdk}`, version: "1" });
  await client.connect(transport);
  const { tools } = await client.listTools();
  const refused = [];
  const outcomes = [];
  for (const [number, [name, args]] of calls.entries()) {
    try {
      const { structuredContent } = await client.callTool({ name, arguments: args });
      outcomes.push(structuredContent.error?.kind ?? structuredContent.status ?? "read");
    } catch (error) {
      outcomes.push("refused");
      refused.push([number, String(error).slice(0, 500)]);
    }
  }
  console.log(JSON.stringify({ tools: tools.map((tool) => tool.name), outcomes, refused }));
  await client.close();
}

main(JSON.parse(readFileSync(process.argv[2], "utf-8")));
