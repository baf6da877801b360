// The view's half of MCP Apps (2026-01-26): JSON-RPC with the page around the frame.

import { useContext } from "./format.js";

const VERSION = "2026-01-26";
const MOST_SECONDS = 120;
const CAPABILITIES = {
  __proto__: null,
  tools: "serverTools",
  links: "openLinks",
  download: "downloadFile",
  modelContext: "updateModelContext",
};

/** Join the host. `handlers` may hold onInput(arguments), onResult(answer), onCancelled(reason) and
 * onContext(context). */
export async function connect({ name, ...handlers }) {
  const host = new Host(handlers);
  await host.start(name);
  return host;
}

/** An answer of a tool: `data` is its structured result, `meta` what only views get, `error` null or
 * {kind, message, hint}. */
function answerOf(result) {
  const data = result?.structuredContent ?? {};
  const text = (result?.content ?? []).filter((block) => block.type === "text").map((block) => block.text).join("\n");
  const failed = result?.isError || data.error;
  const error = failed ? { kind: "unknown", message: text || "That did not work.", ...(data.error ?? {}) } : null;
  return { data, meta: result?._meta ?? {}, text, error };
}

function refused(message) {
  return answerOf({ structuredContent: { error: { kind: "host", message } } });
}

class Host {
  constructor(handlers) {
    this.handlers = handlers;
    this.context = {};
    this.capabilities = {};
    this.last = 0;
    this.open = new Map();
  }

  async start(name) {
    window.addEventListener("message", (event) => this.receive(event));
    const started = await this.request("ui/initialize", {
      appInfo: { name: `hostex-${name}`, version: "1" },
      appCapabilities: { availableDisplayModes: ["inline", "fullscreen"] },
      protocolVersion: VERSION,
    });
    this.capabilities = started.hostCapabilities ?? {};
    this.learn(started.hostContext ?? {});
    this.notify("ui/notifications/initialized", {});
    this.watchSize();
  }

  /** Whether the host offers "tools", "links", "download", "modelContext" or "fullscreen". */
  can(capability) {
    const { availableDisplayModes: modes = [], displayMode } = this.context;
    if (capability === "fullscreen") return modes.includes(capability) && modes.some((mode) => mode !== displayMode);
    return this.capabilities[CAPABILITIES[capability]] !== undefined;
  }

  /** Call a tool of the server through the host. A tool's error is in the answer. */
  async call(tool, args) {
    if (!this.can("tools")) return refused("This app does not let views use tools. Ask in the chat instead.");
    try {
      return answerOf(await this.request("tools/call", { name: tool, arguments: args }));
    } catch (error) {
      return refused(error.message);
    }
  }

  /** Read with a tool that the app may not list, which one that it does list can run. */
  async read(tool, args) {
    const answer = await this.call(tool, args);
    const refused = answer.error?.kind === "host" && this.can("tools");
    return refused ? this.call("call_read_tool", { name: tool, arguments: args }) : answer;
  }

  openLink(url) {
    return this.request("ui/open-link", { url });
  }

  /** Tell the model what the person sees now. */
  tell(text) {
    return this.request("ui/update-model-context", { content: [{ type: "text", text }] });
  }

  download(filename, mimeType, text) {
    const resource = { uri: `file:///${encodeURIComponent(filename)}`, mimeType, text };
    return this.request("ui/download-file", { contents: [{ type: "resource", resource }] });
  }

  setDisplayMode(mode) {
    return this.request("ui/request-display-mode", { mode });
  }

  request(method, params) {
    this.last += 1;
    const id = this.last;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.open.delete(id);
        reject(new Error("The app around this view does not answer. Load it again."));
      }, MOST_SECONDS * 1000);
      this.open.set(id, { resolve, reject, timer });
      this.send({ id, method, params });
    });
  }

  notify(method, params) {
    this.send({ method, params });
  }

  send(message) {
    // A view cannot know the address of the page around it, and sends it nothing that page did not give.
    window.parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
  }

  receive(event) {
    if (event.source !== window.parent || event.data?.jsonrpc !== "2.0") return;
    const { id, method, params = {}, result, error } = event.data;
    if (method !== undefined) this.hear(id, method, params);
    else if (this.open.has(id)) {
      const { resolve, reject, timer } = this.open.get(id);
      this.open.delete(id);
      clearTimeout(timer);
      if (error) reject(new Error(error.message || "The app refused that."));
      else resolve(result);
    }
  }

  hear(id, method, params) {
    const { onInput, onResult, onCancelled } = this.handlers;
    if (method === "ui/notifications/tool-input") onInput?.(params.arguments ?? {});
    else if (method === "ui/notifications/tool-result") onResult?.(answerOf(params));
    else if (method === "ui/notifications/tool-cancelled") onCancelled?.(params.reason ?? "");
    else if (method === "ui/notifications/host-context-changed") this.learn(params);
    if (id === undefined) return;
    const known = method === "ui/resource-teardown" || method === "ping";
    this.send(known ? { id, result: {} } : { id, error: { code: -32601, message: `Unknown method: ${method}` } });
  }

  learn(context) {
    this.context = { ...this.context, ...context };
    const root = document.documentElement;
    if (this.context.theme) root.dataset.theme = this.context.theme;
    for (const [name, value] of Object.entries(this.context.styles?.variables ?? {})) {
      // Typefaces and corners follow the host; colours are our own, whose contrast is known.
      if (value && /^--(font-sans|font-mono|border-radius-\w+)$/.test(name)) root.style.setProperty(name, value);
    }
    root.dataset.mode = this.context.displayMode ?? "inline";
    useContext(this.context);
    this.handlers.onContext?.(this.context);
  }

  watchSize() {
    let told = "";
    const tell = () => {
      const { width, height } = document.documentElement.getBoundingClientRect();
      const size = { width: Math.ceil(width), height: Math.ceil(height) };
      if (JSON.stringify(size) === told) return;
      told = JSON.stringify(size);
      this.notify("ui/notifications/size-changed", size);
    };
    new ResizeObserver(tell).observe(document.documentElement);
  }
}
