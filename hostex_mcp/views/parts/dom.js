// Elements of a view. What others wrote enters the document as text nodes only.

const SVG = new Set(["svg", "g", "path", "rect", "line", "circle", "polyline", "text", "title"]);

/** Create an element. `attributes` may hold `on` (event name to listener), `data` and plain attributes; false
 * and null leave one out; a text is the class. Children are nodes or texts. */
export function el(tag, attributes = {}, ...children) {
  const drawn = SVG.has(tag) && (tag !== "title" || attributes.svg);
  const node = drawn ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  const { on = {}, data = {}, svg, ...plain } = typeof attributes === "string" ? { class: attributes } : attributes;
  for (const [name, value] of Object.entries(plain)) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const [name, value] of Object.entries(data)) node.dataset[name] = String(value);
  listen(node, on);
  node.append(...kept(children));
  return node;
}

/** Have a node call listeners, each by the name of its event. */
export function listen(node, listeners) {
  for (const [name, listener] of Object.entries(listeners)) node.addEventListener(name, listener);
}

function kept(children) {
  return children.flat(3).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Put children in the place of what a node holds. */
export function replace(node, ...children) {
  node.replaceChildren(...kept(children));
}

/** Create a button. `options.kind` is "primary", "quiet" or plain; while its action runs it cannot be
 * pressed again. */
export function button(label, action, options = {}) {
  const { kind = "", ...attributes } = options;
  const node = el("button", { type: "button", class: `button ${kind}`.trim(), ...attributes }, label);
  node.addEventListener("click", async (event) => {
    if (node.ariaDisabled) return;
    node.ariaDisabled = "true";
    try {
      await action(event);
    } finally {
      node.ariaDisabled = null;
    }
  });
  return node;
}

/** Lines that stand where text will be. */
export function skeleton(lines = 4) {
  const bars = Array.from({ length: lines }, () => el("span", "bar"));
  return el("div", { class: "skeleton", role: "status", "aria-label": "Loading" }, bars);
}

/** What is shown where there is nothing to show. */
export function emptyState(title, text = "") {
  return el("div", "empty", el("p", "empty-title", title), text && el("p", "quiet", text));
}

/** What went wrong and what to do, with a way to try again where there is one. */
export function problem(error, retry = null) {
  return el(
    "div",
    { class: "notice bad", role: "alert" },
    el("p", {}, error.message || "That did not work."),
    error.hint && el("p", "quiet", error.hint),
    retry && button("Try again", retry),
  );
}

/** Show a dialog until it is closed. */
export async function untilClosed(dialog) {
  document.body.append(dialog);
  dialog.showModal();
  await new Promise((close) => dialog.addEventListener("close", close));
  dialog.remove();
}

/** Say something to people who listen to the page. */
export function announce(text) {
  let region = document.getElementById("announcements");
  if (!region) {
    region = el("div", { id: "announcements", class: "unseen", role: "status", "aria-live": "polite" });
    document.body.append(region);
  }
  region.textContent = text;
}
