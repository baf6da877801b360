// Lists of rows: dense, folded where they are long, each row a button where there is more to see.

import { announce, button, el } from "./dom.js";
import { number, plainText, plural } from "./format.js";
import { icon } from "./icons.js";

const NO_TOOLS = "no-tools";
const STANDING = { in_house: "In house", request: "Request", inquiry: "Inquiry", past: "Has left", arriving: "Arriving" };
const AUTOMATIC = { assistant: "answered by Hostex’s assistant only", template: "answered by a template only" };

/** Why nothing can be opened or changed here, where the app does not let views use tools; null elsewhere. */
export function noTools(host) {
  if (host.can("tools")) return null;
  return el("p", { id: NO_TOOLS, class: "notice" }, "This app shows views but does not let them use tools. To open or change something, ask in the chat.");
}

/** A button that needs the server: it says why where it cannot be used. */
export function toolButton(host, label, action, options = {}) {
  const unusable = host.can("tools") ? {} : { "aria-disabled": "true", "aria-describedby": NO_TOOLS, title: "This app does not let views use tools." };
  return button(label, action, { ...options, ...unusable });
}

/** A row of a list, and what can be done with it beside it. `open` is null where there is no more to see. */
export function row(host, parts, open = null, actions = []) {
  const usable = open && host.can("tools");
  const line = usable ? el("button", { type: "button", class: "row" }, parts) : el("div", { class: "row" }, parts);
  if (usable) line.addEventListener("click", () => open(line));
  return el("li", {}, line, actions);
}

/** The rows of a list, the first `most` of them until the others are asked for. */
export function foldedRows(rows, draw, most, what) {
  // To fold a single row would save nothing.
  const shown = rows.length > most + 1 ? most : rows.length;
  const list = el("ul", { class: "rows" }, rows.slice(0, shown).map(draw));
  if (shown === rows.length) return [list];
  const unfold = button(`Show all ${number(rows.length, 0)}`, () => {
    const rest = rows.slice(shown).map(draw);
    list.append(...rest);
    unfold.remove();
    rest[0].querySelector("button")?.focus();
    announce(`All ${plural(rows.length, what[0], what[1])} are shown.`);
  }, { kind: "quiet" });
  return [list, unfold];
}

/** A name that others chose, apart from the text around it. */
export function personName(name, otherwise = "Guest without a name") {
  return name ? el("bdi", {}, name) : el("span", { class: "quiet" }, otherwise);
}

/** The property of a row. Its id stands there only where the title does not tell which one it is. */
export function place(row) {
  return row.property && el("span", {}, el("bdi", {}, row.property), row.told_apart && ` · ${row.property_id}`);
}

/** Words of a guest, marked as theirs. */
export function words(text) {
  const said = plainText(text);
  return el("q", { class: "words", dir: "auto" }, said.text);
}

export function hours(count) {
  if (count < 1) return "under 1 h";
  return count < 48 ? `${Math.round(count)} h` : plural(Math.floor(count / 24), "day");
}

/** A guest who waits for an answer. */
export function waitingRow(host, guest, open) {
  return row(host, [
    el(
      "span",
      { class: "line" },
      el("b", { class: "who" }, personName(guest.guest_name)),
      " ",
      el("span", { class: "badge" }, standing(guest)),
      " ",
      guest.waiting_hours !== undefined && el("span", { class: `end ${guest.waiting_hours >= 24 ? "late" : "quiet"}` }, el("span", { class: "unseen" }, "waits "), hours(guest.waiting_hours)),
    ),
    guest.says && el("span", { class: "line" }, words(guest.says)),
    el("span", { class: "line quiet small" }, place(guest), guest.auto_reply && ` · ${AUTOMATIC[guest.auto_reply] ?? guest.auto_reply}`),
  ], open);
}

function standing(guest) {
  const days = guest.arrives_in_days;
  if (days === undefined) return STANDING[guest.guest_is] ?? guest.guest_is ?? "Guest";
  if (days < 2) return days === 0 ? "Arrives today" : "Arrives tomorrow";
  return `Arrives in ${plural(days, "day")}`;
}

/** A code of Hostex's, such as room_service, in words. */
export function worded(code) {
  const text = String(code ?? "").replace(/_/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a result says of itself: what could not be read, and how it was made. */
export function unread(data) {
  const failed = data.failed ?? [];
  const beyond = data.more?.failed;
  return [
    failed.length > 0 &&
      el(
        "div",
        { class: "notice warn" },
        el("p", {}, el("b", {}, "Could not be read")),
        el("ul", {}, failed.map((part) => el("li", {}, el("bdi", {}, part.message ?? part.kind ?? "Something")))),
        beyond && el("p", {}, `and ${number(beyond, 0)} more`),
      ),
    data.notes?.length > 0 && el("details", { class: "notes small" }, el("summary", {}, plural(data.notes.length, "note")), el("ul", {}, data.notes.map((note) => el("li", {}, note)))),
  ];
}

/** The button to full screen and back, where the app has it. */
export function fullscreenButton(host) {
  if (!host.can("fullscreen")) return null;
  const full = host.context.displayMode === "fullscreen";
  const label = full ? "Leave full screen" : "Full screen";
  const change = async () => {
    const { mode } = await host.setDisplayMode(full ? "inline" : "fullscreen");
    host.learn({ displayMode: mode });
  };
  return button(icon(full ? "shrink" : "expand"), change, { "aria-label": label, title: label, class: "button only-icon" });
}
