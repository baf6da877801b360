// The page around a view: it answers the view as the apps do that show views in a chat (MCP Apps, 2026-01-26),
// and sends its calls of tools to this server.

const place = document.getElementById("host");
const { call, proof, connection, shown, tool, span, view, title } = place.dataset;
const dark = matchMedia("(prefers-color-scheme: dark)");
const frame = document.createElement("iframe");
frame.title = title;
frame.setAttribute("sandbox", "allow-scripts");

function context() {
  return {
    theme: dark.matches ? "dark" : "light",
    locale: navigator.language,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    displayMode: "fullscreen",
    // It has all of the page already.
    availableDisplayModes: [],
    platform: "web",
    containerDimensions: { width: frame.clientWidth, height: frame.clientHeight },
  };
}

function send(message) {
  // The frame has an origin of its own that nobody can name.
  frame.contentWindow.postMessage({ jsonrpc: "2.0", ...message }, "*");
}

async function callTool(name, args) {
  let response;
  try {
    response = await fetch(call, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Proof": proof, "X-Connection": connection, "X-View": shown },
      body: JSON.stringify({ name, arguments: args }),
      redirect: "error",
    });
  } catch {
    throw new Error("The server cannot be reached. Check your connection, then try again.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error_description ?? "The server did not answer. Load this page again.");
  return answer;
}

function failed(error) {
  return { isError: true, content: [{ type: "text", text: error.message }], structuredContent: { error: { kind: "host", message: error.message } } };
}

function download({ contents = [] }) {
  for (const { resource } of contents) {
    if (typeof resource?.text !== "string") continue;
    const link = document.createElement("a");
    const address = URL.createObjectURL(new Blob([resource.text], { type: resource.mimeType ?? "text/plain" }));
    link.href = address;
    link.download = decodeURIComponent(String(resource.uri).split("/").pop());
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }
  return {};
}

function openLink({ url }) {
  if (!/^https:\/\//.test(url)) throw new Error("Only addresses that begin with https:// are opened.");
  open(url, "_blank", "noopener,noreferrer");
  return {};
}

async function answer(method, params) {
  switch (method) {
    case "ui/initialize":
      return {
        protocolVersion: "2026-01-26",
        hostInfo: { name: "hostex-mcp", version: "1" },
        hostCapabilities: { serverTools: {}, openLinks: {}, downloadFile: {} },
        hostContext: context(),
      };
    case "tools/call":
      return callTool(params.name, params.arguments ?? {});
    case "ui/open-link":
      return openLink(params);
    case "ui/download-file":
      return download(params);
    case "ping":
      return {};
    default:
      throw new Error(`Not offered here: ${method}`);
  }
}

/** What the view's tool is asked with: a tool that needs a period gets the month of this browser. */
function question() {
  if (!span) return {};
  const today = new Date();
  const day = (month, date) => new Date(Date.UTC(today.getFullYear(), month, date)).toISOString().slice(0, 10);
  return { start_date: day(today.getMonth(), 1), end_date: day(today.getMonth() + 1, 0) };
}

async function begin() {
  const args = question();
  send({ method: "ui/notifications/tool-input", params: { arguments: args } });
  const result = await callTool(tool, args).catch(failed);
  send({ method: "ui/notifications/tool-result", params: result });
}

addEventListener("message", async ({ source, data }) => {
  if (source !== frame.contentWindow || data?.jsonrpc !== "2.0" || data.method === undefined) return;
  const { id, method, params = {} } = data;
  if (id === undefined) {
    if (method === "ui/notifications/initialized") begin();
    return;
  }
  try {
    send({ id, result: await answer(method, params) });
  } catch (error) {
    send({ id, error: { code: -32000, message: error.message } });
  }
});

dark.addEventListener("change", () => send({ method: "ui/notifications/host-context-changed", params: context() }));
frame.src = view;
place.append(frame);
