// Lists of rows: dense, folded where they are long, each row a button where there is more to see.

import { announce, button, el } from "./dom.js";
import { number, plainText, plural } from "./format.js";

const NO_TOOLS = "no-tools";
const STANDING = { __proto__: null, in_house: "In house", request: "Request", inquiry: "Inquiry", past: "Has left", arriving: "Arriving" };
const AUTOMATIC = { __proto__: null, assistant: "answered by Hostex’s assistant only", template: "answered by a template only" };

export function span(look, ...children) {
  return el("span", { class: look }, children);
}

/** A text that others chose, apart from what stands around it. */
export function bdi(text) {
  return el("bdi", {}, text);
}

/** Why nothing can be opened or changed here, where the app does not let views use tools; null elsewhere. */
export function noTools(host) {
  if (host.can("tools")) return null;
  return el("p", { id: NO_TOOLS, class: "notice" }, "This app shows views but does not let them use tools. To open or change something, ask in the chat.");
}

/** A button that needs the server: it says why where it cannot be used. */
export function toolButton(host, label, action, options = {}) {
  const unusable = host.can("tools") ? {} : { "aria-disabled": "true", "aria-describedby": NO_TOOLS };
  return button(label, action, { ...options, ...unusable });
}

/** A row of a list: `at` before and `end` behind its body, and what can be done with it. `open(opener)` shows more. */
export function row(host, { at, body, end, open, actions }) {
  const parts = [at && span("at", at, " "), span("body", body, " "), end && span("end", end)];
  const usable = open && host.can("tools");
  const line = usable ? el("button", { type: "button", class: "row" }, parts) : el("div", "row", parts);
  if (usable) line.addEventListener("click", () => open(line));
  return el("li", {}, line, actions);
}

/** The rows of a list, the first `most` of them until the others are asked for; `what` is such a row. */
export function foldedRows(rows, draw, most, what) {
  // To fold a single row would save nothing.
  const shown = rows.length > most + 1 ? most : rows.length;
  const list = el("ul", "rows", rows.slice(0, shown).map(draw));
  if (shown === rows.length) return [list];
  const unfold = button(`Show all ${number(rows.length, 0)}`, () => {
    const rest = rows.slice(shown).map(draw);
    list.append(...rest);
    unfold.remove();
    (rest[0].querySelector("button") ?? list.closest("section")?.querySelector("h2"))?.focus();
    announce(`All ${plural(rows.length, what)} are shown.`);
  }, { kind: "quiet" });
  return [list, unfold];
}

/** Things that stand on one line, with dots between those that are there. */
export function dotted(...parts) {
  return parts.filter(Boolean).flatMap((part, index) => (index === 0 ? [part] : [" · ", part]));
}

/** The name of a guest. */
export function personName(name) {
  return name ? bdi(name) : span("quiet", "Guest without a name");
}

/** The property of a row. Its id stands there only where the title does not tell which one it is. */
export function place(item, apart = false) {
  return item.property && span("place", bdi(item.property), apart && item.property_id && ` · ${item.property_id}`);
}

/** Words of a guest, marked as theirs. */
export function words(text) {
  return el("q", { class: "words", dir: "auto" }, plainText(text).text);
}

export function hours(count) {
  if (count < 1) return "under 1 h";
  return count < 48 ? `${Math.round(count)} h` : plural(Math.floor(count / 24), "day");
}

/** A guest who waits for an answer. */
export function waitingRow(host, guest, open, apart = false) {
  const waits = guest.waiting_hours;
  return row(host, {
    body: [
      span("who", personName(guest.guest_name)),
      " ",
      span("badge", standing(guest)),
      guest.says && [" ", span("sub", words(guest.says))],
      span("sub quiet small", dotted(place(guest, apart), guest.auto_reply && (AUTOMATIC[guest.auto_reply] ?? guest.auto_reply))),
    ],
    end: waits !== undefined && span(waits >= 24 ? "late" : "quiet", span("unseen", "waits "), hours(waits)),
    open,
  });
}

function standing(guest) {
  const days = guest.arrives_in_days;
  if (days === undefined) return STANDING[guest.guest_is] ?? guest.guest_is ?? "Guest";
  return ["Arrives today", "Arrives tomorrow"][days] ?? `Arrives in ${days} days`;
}

/** A code of Hostex's, such as room_service, in words. */
export function worded(code) {
  const text = String(code ?? "").replace(/_/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a result says of itself: what could not be read, and how it was made. */
export function unread(data) {
  const { failed = [], notes = [], more } = data;
  return [
    failed.length > 0 &&
      el(
        "div",
        "notice warn",
        el("b", {}, "Could not be read"),
        el("ul", {}, failed.map((part) => el("li", {}, bdi(part.message ?? part.kind)))),
        more?.failed && el("p", {}, `and ${number(more.failed, 0)} more`),
      ),
    notes.length > 0 && el("details", "notes small", el("summary", {}, plural(notes.length, "note")), el("ul", {}, notes.map((note) => el("li", {}, note)))),
  ];
}

/** Tell the model what the person opened, by its id alone: nothing that a guest wrote. */
export function tellOf(host, what) {
  if (host.can("modelContext")) host.tell(`The person opened ${what} in a view.`).catch(() => {});
}
