// A panel beside a list: on a wide screen both are seen, on a narrow one the panel takes the list's place.

import { button, el, replace } from "./dom.js";
import { BACK, icon } from "./icons.js";

/** A frame of a list and the panel that opens beside it. `open(title, node, opener)` puts a node into the
 * panel, on top of what is there; closing brings back what was below and, at the end, the list. */
export function panelled(list, backTo) {
  const panel = el("section", { class: "panel", hidden: true, "aria-labelledby": "panel-title" });
  const frame = el("div", "panelled", el("div", "beside", list), panel);
  const stack = [];

  let at = 0;

  function draw() {
    const top = stack.at(-1);
    panel.hidden = !top;
    frame.classList.toggle("opened", Boolean(top));
    panel.style.setProperty("--at", `${at}px`);
    if (!top) return replace(panel);
    const title = el("h2", { id: "panel-title", tabindex: "-1" }, top.title);
    const label = stack.length > 1 ? "Back" : backTo;
    replace(panel, el("div", "panel-head", button([icon(BACK), el("span", {}, label)], close, { kind: "quiet" }), title), top.node);
    title.focus({ preventScroll: true });
    panel.scrollIntoView({ block: "nearest" });
  }

  function close() {
    const { opener } = stack.pop();
    opener?.removeAttribute("aria-current");
    draw();
    if (stack.length === 0) (opener?.isConnected ? opener : document.querySelector("h1"))?.focus();
  }

  function open(title, node, opener) {
    // What is opened from the list itself begins anew.
    if (list.contains(opener)) {
      for (const other of stack.splice(0)) other.opener?.removeAttribute("aria-current");
      opener.setAttribute("aria-current", "true");
      // In a frame as tall as its content, the top may be far from where the person looks.
      at = window.innerHeight < 1000 ? 0 : Math.max(opener.getBoundingClientRect().top - frame.getBoundingClientRect().top - 48, 0);
    }
    stack.push({ title, node, opener });
    draw();
  }

  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && stack.length > 0) close();
  });
  return { frame, open };
}
