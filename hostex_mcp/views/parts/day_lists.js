// The lists of a day: what each row says, and what can be done about it.

import { propose } from "./card.js";
import { threadPane } from "./conversation.js";
import { button, el, emptyState, problem, replace } from "./dom.js";
import { nearDay, number, plural } from "./format.js";
import { icon } from "./icons.js";
import { foldedRows, hours, personName, place, row, toolButton, waitingRow, worded } from "./rows.js";
import { readUnlisted, stayPane } from "./stay.js";

/** The lists of a day in the order of their weight: heading, word on a tile, and what a row is called. */
export const LISTS = [
  { name: "warnings", heading: "Needs you first", short: "Urgent", sign: "alert", look: "late", what: ["warning"], draw: warning },
  { name: "requests", heading: "Booking requests", short: "Requests", sign: "inbox", what: ["request"], draw: request },
  { name: "waiting", heading: "Guests waiting for an answer", short: "Waiting", sign: "chat", what: ["guest"], draw: waits },
  { name: "turnovers", heading: "Same-day turnovers", short: "Turnovers", sign: "turn", what: ["turnover"], draw: turnover },
  { name: "arrivals", heading: "Arrivals", short: "Arrivals", sign: "arrive", what: ["arrival"], draw: movement },
  { name: "departures", heading: "Departures", short: "Departures", sign: "depart", what: ["departure"], draw: movement },
  { name: "tasks", heading: "Tasks", short: "Tasks", sign: "task", what: ["task"], draw: task },
  { name: "reviews", heading: "Reviews due", short: "Reviews", sign: "star", what: ["review"], draw: review },
  { name: "in_house", heading: "In house", short: "In house", sign: "home", what: ["guest"], draw: staying },
];
const KINDS = {
  request_expiring: "Request about to lapse",
  overlapping_stays: "Double booking",
  unallocated_stay: "Stay without a property",
  turnover_without_cleaning: "No cleaning before the next guest",
  turnover_without_time: "No time to clean before the next guest",
  turnover_without_cleaner: "Nobody assigned to the cleaning",
  arrival_without_lock_code: "No door code set",
  balance_due: "Balance to collect",
  channel_disconnected: "Channel disconnected",
};
const SEVERE = new Set(["overlapping_stays", "request_expiring", "turnover_without_cleaning", "turnover_without_time", "channel_disconnected"]);
const CLEANING = {
  completed: ["Cleaned", "good"],
  in_progress: ["Being cleaned", "calm"],
  pending: ["To be cleaned", ""],
  "no task": ["No cleaning", "bad"],
  "not known": ["Cleaning not known", "warn"],
};
const DUE = { write: "write a review", answer: "reply to the guest’s" };
const FEW = 5;
const MANY = 12;

/** The lists that a day has, by name. `open(title, node, opener)` shows more beside them, and `refresh()` reads the
 * day again. */
export function dayLists(host, data, { open, refresh }) {
  const day = { host, data, open, refresh, most: host.context.displayMode === "fullscreen" ? MANY : FEW };
  return Object.fromEntries(LISTS.map((list) => [list.name, section(day, list)]));
}

function section(day, list) {
  const rows = day.data[list.name] ?? [];
  const left = day.data.more?.[list.name] ?? 0;
  if (rows.length + left === 0) return null;
  const body = el("div", {}, rows.length > 0 && foldedRows(rows, (item) => list.draw(day, item, list), day.most, list.what));
  if (left > 0) body.append(leftOut(day, list, left, body));
  return el(
    "section",
    { class: `group ${list.name}`, "aria-labelledby": `list-${list.name}` },
    el("h2", { id: `list-${list.name}`, tabindex: "-1" }, icon(list.sign), list.heading, " ", el("span", { class: "count" }, number(rows.length + left, 0))),
    body,
  );
}

// What the answer had no room for is read when somebody asks for it, where a tool lists just that.
function leftOut(day, list, left, body) {
  const text = `${number(left, 0)} ${left === day.data.more[list.name] && !day.data[list.name]?.length ? "" : "more "}not in this answer`;
  const read = READERS[list.name];
  if (!read) return el("p", { class: "left quiet small" }, `${text}: ask for fewer properties to see them.`);
  const line = el("p", { class: "left quiet small" }, text, " ");
  line.append(
    toolButton(day.host, "Load all", async () => {
      const { error, rows, beyond } = await read(day);
      if (error) {
        line.replaceWith(problem(error));
        return;
      }
      replace(body, foldedRows(rows, (item) => list.draw(day, item, list), day.most, list.what), beyond > 0 && el("p", { class: "left quiet small" }, `${number(beyond, 0)} more: ask in the chat for them.`));
      (body.querySelector("button") ?? body).focus();
    }, { kind: "quiet" }),
  );
  return line;
}

const READERS = {
  tasks: async ({ host, data }) => {
    const answer = await host.call("list_tasks", { start_date: data.date, end_date: data.date, limit: 100 });
    return listed(answer, (item) => item.status !== "completed" && item.status !== "cancelled" && { ...item, property: item.property_title, time: item.expected?.slice(11, 16).replace("00:00", "") });
  },
  reviews: async ({ host }) => listed(await readUnlisted(host, "list_reviews_due", { limit: 100 }), (item) => item),
};

function listed({ error, data }, read) {
  const items = data.items ?? [];
  return { error, rows: items.map(read).filter(Boolean), beyond: (data.total ?? items.length) - items.length };
}

function openStay(day, query, title) {
  return (opener) => {
    const thread = (id, guest, from) => day.open(guest || "Conversation", threadPane(day.host, id), from);
    day.open(title || "Stay", stayPane(day.host, query, thread), opener);
    const code = query.stay_code ?? query.reservation_code;
    if (day.host.can("modelContext")) day.host.tell(`The person opened stay ${code} in the day view.`).catch(() => {});
  };
}

function stayOf(day, item) {
  if (item.stay_code) return openStay(day, { stay_code: item.stay_code }, item.guest_name);
  return item.reservation_code ? openStay(day, { reservation_code: item.reservation_code }, item.guest_name ?? item.property) : null;
}

function spot(item) {
  return place({ ...item, told_apart: item.property_id !== undefined });
}

function joined(...parts) {
  return parts.filter(Boolean).flatMap((part, index) => (index === 0 ? [part] : [" · ", part]));
}

function warning(day, item) {
  const same = (other) => other.property === item.property && other.guest_name === item.guest_name;
  const found = item.stay_code ? item : (item.guest_name && [...(day.data.requests ?? []), ...(day.data.arrivals ?? [])].find(same)) || {};
  return row(
    day.host,
    [
      el("span", { class: "line" }, el("span", { class: `mark ${SEVERE.has(item.kind) ? "bad" : "warn"}`, "aria-hidden": "true" }), el("b", {}, KINDS[item.kind] ?? worded(item.kind)), " ", item.detail && el("span", { class: "end quiet" }, el("bdi", {}, item.detail))),
      el("span", { class: "line quiet small indent" }, joined(item.guest_name && personName(item.guest_name), spot(item), item.date && nearDay(item.date))),
    ],
    stayOf(day, { ...item, ...found, guest_name: item.guest_name }),
  );
}

function request(day, item) {
  const code = item.reservation_code ?? item.stay_code;
  const forHost = item.waits_for === "host";
  const approve = async () => {
    const change = await propose(day.host, "approve_reservation", { reservation_code: code });
    if (change && !change.open && change.state !== "declined") await day.refresh();
  };
  const when = item.lapses_in_hours !== undefined ? `lapses in ${hours(item.lapses_in_hours)}` : item.waiting_hours !== undefined && `for ${hours(item.waiting_hours)}`;
  return row(
    day.host,
    [
      el("span", { class: "line" }, el("b", { class: "who" }, personName(item.guest_name)), " ", !forHost && el("span", { class: "badge" }, "waits for payment"), " ", when && el("span", { class: `end ${item.lapses_in_hours < 6 ? "late" : "quiet"}` }, when)),
      el("span", { class: "line quiet small" }, joined(spot(item), item.check_in_date && `arrives ${nearDay(item.check_in_date)}`)),
    ],
    stayOf(day, item),
    forHost && code ? [toolButton(day.host, "Approve", approve, { "aria-label": `Approve the request of ${item.guest_name || "a guest without a name"}` })] : [],
  );
}

function waits(day, item) {
  return waitingRow(day.host, { ...item, told_apart: item.property_id !== undefined }, (opener) => openWaiting(day, item, opener));
}

// The day has no room for the ids of conversations: who waits is asked for again when one is opened.
async function openWaiting(day, item, opener) {
  const pane = el("div", { "aria-busy": "true" }, el("p", { class: "quiet", role: "status" }, "Looking for the conversation …"));
  day.open(item.guest_name || "Conversation", pane, opener);
  const answer = await day.host.call("list_guests_waiting", { limit: 100 });
  pane.removeAttribute("aria-busy");
  const fits = (answer.data.items ?? []).filter((guest) => guest.guest_name === item.guest_name && guest.property === item.property);
  const show = (guest) => replace(pane, threadPane(day.host, guest.conversation_id));
  if (answer.error) replace(pane, problem(answer.error));
  else if (fits.length === 1) show(fits[0]);
  else if (fits.length === 0) replace(pane, emptyState("No longer waiting", "Somebody has answered this guest since the day was read."));
  else replace(pane, el("p", { class: "quiet" }, "Several guests fit:"), el("ul", { class: "rows" }, fits.map((guest) => waitingRow(day.host, guest, () => show(guest)))));
}

function turnover(day, item) {
  const [status, ...who] = String(item.cleaning ?? "").split(", ");
  const [label, look] = CLEANING[status] ?? [worded(status), ""];
  const cleaner = who.join(", ");
  const at = (name) => {
    const guests = (day.data[name] ?? []).filter((stay) => stay.property === item.property && stay.property_id === item.property_id);
    // Of several guests none can be told to be the one.
    return guests.length === 1 ? guests[0].guest_name : null;
  };
  const leaves = at("departures");
  const comes = at("arrivals");
  return el(
    "li",
    {},
    el(
      "div",
      { class: "row" },
      el("span", { class: "line" }, el("b", { class: "who" }, spot(item)), " ", el("span", { class: `badge end ${look}` }, label)),
      el("span", { class: "line small" }, el("span", {}, item.out_time ?? "?", " ", leaves && personName(leaves)), el("span", { class: "quiet", "aria-label": "then" }, "→"), el("span", {}, item.in_time ?? "?", " ", comes && personName(comes)), el("span", { class: `end ${cleaner === "nobody assigned" ? "late" : "quiet"}` }, joined(between(item), cleaner && el("bdi", {}, cleaner)))),
    ),
  );
}

function between({ out_time: out, in_time: into }) {
  const [from, to] = [out, into].map((text) => (/^\d\d:\d\d$/.test(text ?? "") ? Number(text.slice(0, 2)) + Number(text.slice(3)) / 60 : Number.NaN));
  return to > from ? `${number(to - from, 1)} h` : null;
}

function movement(day, item) {
  return row(
    day.host,
    [
      el("span", { class: "line" }, el("span", { class: "at" }, item.time ?? "–"), " ", el("b", { class: "who" }, personName(item.guest_name)), " ", el("span", { class: "quiet" }, spot(item)), " ", item.guests && el("span", { class: "end quiet small" }, plural(item.guests, "guest"))),
    ],
    stayOf(day, item),
  );
}

function task(day, item) {
  const finish = async () => {
    const change = await propose(day.host, "update_task", { id: item.id, status: "completed" });
    if (change && change.state === "done") await day.refresh();
  };
  const nobody = !item.staff_name || item.staff_name === "nobody";
  return row(
    day.host,
    [
      el("span", { class: "line" }, el("span", { class: "at" }, item.time || "–"), " ", el("b", {}, worded(item.type)), " ", el("span", { class: "quiet" }, spot({ property: item.property })), " ", el("span", { class: `end small ${nobody ? "late" : "quiet"}` }, nobody ? "nobody assigned" : el("bdi", {}, item.staff_name))),
      item.note && el("span", { class: "line quiet small indent", dir: "auto" }, item.note),
    ],
    null,
    [toolButton(day.host, "Done", finish, { "aria-label": `Mark as done: ${worded(item.type)}${item.property ? `, ${item.property}` : ""}` })],
  );
}

function review(day, item) {
  const due = (item.due ?? []).map((what) => DUE[what] ?? what).join(" and ");
  return row(
    day.host,
    [
      el("span", { class: "line" }, el("b", { class: "who" }, spot({ property: item.property })), " ", item.guest_score !== undefined && el("span", { class: `badge ${item.guest_score < 4 ? "warn" : ""}` }, `${number(item.guest_score)} of 5`), " ", item.closes && el("span", { class: "end quiet small" }, `until ${nearDay(item.closes)}`)),
      el("span", { class: "line quiet small" }, due.charAt(0).toUpperCase() + due.slice(1)),
    ],
    stayOf(day, item),
  );
}

function staying(day, item) {
  return row(
    day.host,
    [el("span", { class: "line" }, el("b", { class: "who" }, personName(item.guest_name)), " ", el("span", { class: "quiet" }, spot(item)), " ", item.check_out_date && el("span", { class: "end quiet small" }, `until ${nearDay(item.check_out_date)}`))],
    stayOf(day, item),
  );
}
