// A chat app made of official parts: a client of the TypeScript SDK that declares MCP Apps, and before each view
// the host half of the official package. Prints what it was shown, and what came of a change that the view of
// this file, which is only a pair of ears, proposes, shows, and has approved.
const { readFileSync } = require("node:fs");
const { Client, StreamableHTTPClientTransport, InMemoryTransport } = require("@modelcontextprotocol/client");
const { StdioClientTransport } = require("@modelcontextprotocol/client/stdio");
const {
  AppBridge,
  RESOURCE_MIME_TYPE,
  getToolUiResourceUri,
  isToolVisibilityAppOnly,
} = require("@modelcontextprotocol/ext-apps/app-bridge");

const EXTENSION = "io.modelcontextprotocol/ui";

function connectedTo({ url, command, environment }) {
  if (url) return new StreamableHTTPClientTransport(new URL(url));
  return new StdioClientTransport({ command: command[0], args: command.slice(1), env: environment });
}

/** A view without a page: it asks its host for what a real one would. */
class Ears {
  constructor(transport) {
    this.transport = transport;
    this.last = 0;
    this.open = new Map();
    this.heard = [];
    transport.onmessage = (message) => {
      if (message.method) this.heard.push(message);
      else this.open.get(message.id)?.(message);
    };
  }

  ask(method, params) {
    this.last += 1;
    const id = this.last;
    const answered = new Promise((resolve) => this.open.set(id, resolve));
    this.transport.send({ jsonrpc: "2.0", id, method, params });
    return answered.then(({ result, error }) => result ?? { error });
  }

  call(name, args) {
    return this.ask("tools/call", { name, arguments: args });
  }
}

async function main(given) {
  const capabilities = { extensions: { [EXTENSION]: { mimeTypes: [RESOURCE_MIME_TYPE] } } };
  const client = new Client({ name: "app-host", version: "1" }, { capabilities });
  await client.connect(connectedTo(given));
  const { tools } = await client.listTools();
  const seen = {
    declared: client.getServerCapabilities()?.extensions ?? null,
    appOnly: tools.filter(isToolVisibilityAppOnly).map((tool) => tool.name),
    views: Object.fromEntries(tools.map((tool) => [tool.name, getToolUiResourceUri(tool)])),
    documents: {},
  };
  for (const uri of new Set(Object.values(seen.views).filter(Boolean))) {
    const [contents] = (await client.readResource({ uri })).contents;
    seen.documents[uri] = [contents.mimeType, contents._meta.ui.csp, contents.text.length];
  }
  const [inside, outside] = InMemoryTransport.createLinkedPair();
  const bridge = new AppBridge(client, { name: "app-host", version: "1" }, { serverTools: {} });
  const view = new Ears(inside);
  await bridge.connect(outside);
  await inside.start();
  const started = await view.ask("ui/initialize", {
    appInfo: { name: "ears", version: "1" },
    appCapabilities: {},
    protocolVersion: "2026-01-26",
  });
  seen.tools = started.hostCapabilities.serverTools !== undefined;
  const result = await client.callTool(given.call);
  await bridge.sendToolInput({ arguments: given.call.arguments });
  await bridge.sendToolResult(result);
  const told = view.heard.find(({ method }) => method === "ui/notifications/tool-result").params;
  const card = { change_id: told.structuredContent.change_id, secret: told._meta["hostex/secret"] };
  const waiting = await view.call("read_change", card);
  const { seen: shown, state } = waiting.structuredContent.change;
  const done = await view.call("decide_change", { ...card, approve: true, seen: shown });
  seen.states = [state, done.structuredContent.change.state];
  const again = await client.callTool({ ...given.call, arguments: { ...given.call.arguments, change_id: card.change_id } });
  seen.outcome = again.structuredContent.status;
  console.log(JSON.stringify(seen));
  await client.close();
  process.exit(0);
}

main(JSON.parse(readFileSync(process.argv[2], "utf-8")));
