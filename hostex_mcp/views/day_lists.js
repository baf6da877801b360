// The lists of a day: what each row says, and what can be done about it.

import { propose } from "./parts/card.js";
import { threadPane } from "./parts/conversation.js";
import { el, emptyState, problem, replace } from "./parts/dom.js";
import { nearDay, number, plural } from "./parts/format.js";
import { ALERT, ARRIVE, CHAT, DEPART, HOME, INBOX, STAR, TASK, TURN, icon } from "./parts/icons.js";
import { bdi, dotted, foldedRows, hours, personName, place, row, span, tellOf, toolButton, waitingRow, worded } from "./parts/rows.js";
import { isSent } from "./parts/seen.js";
import { stayPane } from "./parts/stay.js";

/** The lists of a day in the order of their weight: heading, word on a tile, sign, what a row is called and how it
 * is drawn. */
export const LISTS = [
  ["warnings", "Needs you first", "Warnings", ALERT, "warning", warning],
  ["requests", "Booking requests", "Requests", INBOX, "request", request],
  ["waiting", "Guests waiting for an answer", "Waiting", CHAT, "guest", waits],
  ["turnovers", "Same-day turnovers", "Turnovers", TURN, "turnover", turnover],
  ["arrivals", "Arrivals", "Arrivals", ARRIVE, "arrival", movement],
  ["departures", "Departures", "Departures", DEPART, "departure", movement],
  ["tasks", "Tasks", "Tasks", TASK, "task", task],
  ["reviews", "Reviews due", "Reviews", STAR, "review", review],
  ["in_house", "In house", "In house", HOME, "guest", staying],
].map(([name, heading, short, sign, what, draw]) => ({ name, heading, short, sign, what, draw }));
const KINDS = {
  __proto__: null,
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
  __proto__: null,
  completed: ["Cleaned", "good"],
  in_progress: ["Being cleaned", "calm"],
  pending: ["To be cleaned", ""],
  "no task": ["No cleaning", "bad"],
  "not known": ["Cleaning not known", "warn"],
};
const DUE = { __proto__: null, write: "write one", answer: "reply to theirs" };
const HOUR = 3_600_000;
const FEW = 5;
const MANY = 12;

/** The lists that a day has, by name. `open(title, node, opener)` shows more beside them, `refresh(name)` reads the
 * whole day, `sent(name, key, isThere)` does until no row fits, and `due` has what to say of rows by their key. */
export function dayLists(parts) {
  const day = { ...parts, most: parts.host.context.displayMode === "fullscreen" ? MANY : FEW };
  return Object.fromEntries(LISTS.map((list) => [list.name, section(day, list)]));
}

/** How many rows a list of a day has, those included that the answer had no room for. */
export function countOf(data, name) {
  return (data[name]?.length ?? 0) + (data.more?.[name] ?? 0);
}

function section(day, list) {
  const { name, heading, sign } = list;
  const total = countOf(day.data, name);
  if (total === 0) return null;
  const rows = day.data[name] ?? [];
  return el(
    "section",
    { class: `group ${name}`, "aria-labelledby": `list-${name}` },
    el("h2", { id: `list-${name}`, tabindex: "-1" }, icon(sign), heading, " ", span("count", number(total, 0))),
    rows.length > 0 && foldedRows(rows, (item) => list.draw(day, item), name === "warnings" ? MANY : day.most, list.what),
    total > rows.length && leftOut(day, list, total - rows.length, rows.length > 0),
  );
}

// What the answer had no room for is in the whole day, which is read when somebody asks for it.
function leftOut(day, list, left, some) {
  const line = el("p", "left quiet small", `${number(left, 0)} ${some ? "more " : ""}not in this answer. `);
  line.append(toolButton(day.host, "Load all", () => day.refresh(list.name), { kind: "quiet" }));
  return line;
}

function stayOf(day, item) {
  const query = item.stay_code ? { stay_code: item.stay_code } : { reservation_code: item.reservation_code };
  const [code] = Object.values(query);
  if (!code) return null;
  return (opener) => {
    const thread = (id, guest, from) => day.open(guest || "Conversation", threadPane(day.host, id), from);
    day.open(item.guest_name || item.property || "Stay", stayPane(day.host, query, thread), opener);
    tellOf(day.host, `stay ${code}`);
  };
}

function guestAndPlace(item) {
  return [span("who", personName(item.guest_name)), " ", span("quiet", place(item, true))];
}

function warning(day, item) {
  const same = (other) => other.property === item.property && other.guest_name === item.guest_name;
  const listedOnce = item.guest_name && [...(day.data.requests ?? []), ...(day.data.arrivals ?? [])].find(same);
  return row(day.host, {
    at: span(SEVERE.has(item.kind) ? "mark bad" : "mark"),
    body: [
      span("who", KINDS[item.kind] ?? worded(item.kind)),
      span("sub quiet small", dotted(item.detail && el("bdi", "detail", item.detail), item.guest_name && bdi(item.guest_name), place(item, true), item.date && nearDay(item.date))),
    ],
    open: stayOf(day, item.stay_code ? item : { ...listedOnce }),
  });
}

function request(day, item) {
  const code = item.reservation_code ?? item.stay_code;
  const forHost = item.waits_for === "host";
  const { waiting_hours: waiting } = item;
  const lapses = item.lapses_at ? Math.max((Date.parse(item.lapses_at) - Date.now()) / HOUR, 0) : item.lapses_in_hours;
  const approve = async () => {
    const change = await propose(day.host, "approve_reservation", { reservation_code: code });
    const isThere = (other) => other.waits_for === "host" && (other.reservation_code ?? other.stay_code) === code;
    follow(day, "requests", code, change, isThere);
  };
  return row(day.host, {
    body: [span("who", personName(item.guest_name)), !forHost && [" ", span("badge", "Awaits payment")], span("sub quiet small", dotted(place(item, true), item.check_in_date && `arrives ${nearDay(item.check_in_date)}`))],
    end: lapses !== undefined ? span(lapses < 6 ? "late" : "quiet", `${hours(lapses)} left`) : waiting !== undefined && span("quiet", hours(waiting)),
    open: stayOf(day, item),
    actions: forHost && code && doing(day, code, "Approve", approve, { "aria-label": `Approve the request of ${item.guest_name || "a guest without a name"}` }),
  });
}

// What was sent for a row is shown as soon as Hostex shows it, and cannot be sent twice meanwhile.
function follow(day, name, key, change, isThere) {
  if (isSent(change) && !change.undone) day.sent(name, key, isThere);
  else if (change?.outcome && change.state !== "declined") day.refresh(name);
}

function doing(day, key, ...rest) {
  const words = day.due.get(key);
  return words ? span("quiet small", words) : toolButton(day.host, ...rest);
}

function waits(day, item) {
  return waitingRow(day.host, item, (opener) => openWaiting(day, item, opener), true);
}

// What the model was told has no room for the ids of conversations: who waits is asked for again then.
async function openWaiting(day, item, opener) {
  if (item.conversation_id) {
    day.open(item.guest_name || "Conversation", threadPane(day.host, item.conversation_id), opener);
    return;
  }
  const pane = el("div", {}, el("p", { class: "quiet", role: "status" }, "Looking for the conversation …"));
  day.open(item.guest_name || "Conversation", pane, opener);
  const where = item.property && item.property !== "no property" ? { property_ids: [item.property_id ?? item.property] } : {};
  const answer = await day.host.call("list_guests_waiting", { ...where, limit: 100 });
  const fits = (answer.data.items ?? []).filter((guest) => guest.guest_name === item.guest_name && guest.property === item.property);
  const show = (guest) => replace(pane, threadPane(day.host, guest.conversation_id));
  if (answer.error) replace(pane, problem(answer.error));
  else if (fits.length === 1) show(fits[0]);
  else if (fits.length === 0) replace(pane, answer.data.next_cursor ? emptyState("Not among the first 100 who wait", "Ask for this guest in the chat.") : emptyState("No longer waiting", "Somebody has answered this guest since the day was read."));
  else replace(pane, el("p", "quiet", "Several guests fit:"), foldedRows(fits, (guest) => waitingRow(day.host, guest, () => show(guest)), FEW, "guest"));
}

function turnover(day, item) {
  const whole = item.cleaning === "task";
  const [told, ...who] = String(item.cleaning ?? "").split(", ");
  const status = whole ? item.status : told;
  const [label, look] = CLEANING[status] ?? [worded(status), ""];
  const cleaner = whole ? item.staff_name || "nobody assigned" : who.join(", ");
  const one = (name) => {
    const guests = (day.data[name] ?? []).filter((stay) => stay.property === item.property && stay.property_id === item.property_id);
    // Of several guests none can be told to be the one.
    return guests.length === 1 && [" ", personName(guests[0].guest_name)];
  };
  return row(day.host, {
    body: [
      span("who", place(item, true)),
      span("sub small", span("", item.out_time ?? "?", one("departures")), el("span", { class: "quiet", role: "img", "aria-label": "then" }, " → "), span("", item.in_time ?? "?", one("arrivals"))),
      span("sub quiet small", dotted(between(item), cleaner === "nobody assigned" ? span("late", cleaner) : cleaner && bdi(cleaner))),
    ],
    end: span(`badge ${look}`, label),
  });
}

function between({ out_time: out, in_time: into }) {
  const [from, to] = [out, into].map((text) => (/^\d\d:\d\d$/.test(text ?? "") ? Number(text.slice(0, 2)) + Number(text.slice(3)) / 60 : Number.NaN));
  return to > from ? `${number(to - from, 1)} h between` : null;
}

function movement(day, item) {
  return row(day.host, { at: item.time ?? "–", body: guestAndPlace(item), end: item.guests && span("quiet small", plural(item.guests, "guest")), open: stayOf(day, item) });
}

function task(day, item) {
  const finish = async () => {
    const change = await propose(day.host, "update_task", { id: item.id, status: "completed" });
    follow(day, "tasks", item.id, change, ({ id }) => id === item.id);
  };
  const nobody = !item.staff_name || item.staff_name === "nobody";
  return row(day.host, {
    at: item.time || "–",
    body: [
      span("who", worded(item.type)),
      " ",
      span("quiet", place(item)),
      span("sub small quiet", dotted(nobody ? span("late", "nobody assigned") : bdi(item.staff_name), item.note && bdi(item.note))),
    ],
    actions: doing(day, item.id, "Done", finish, { "aria-label": `Mark as done: ${worded(item.type)}, ${item.property ?? ""}` }),
  });
}

function review(day, item) {
  const { due = [], guest_score: score, closes } = item;
  return row(day.host, {
    body: [span("who", place(item)), score !== undefined && [" ", span(score < 4 ? "badge warn" : "badge", `${number(score)} of 5`)], span("sub quiet small", worded(due.map((what) => DUE[what] ?? what).join(" and ")))],
    end: closes && span("quiet small", `until ${nearDay(closes)}`),
    open: stayOf(day, item),
  });
}

function staying(day, item) {
  return row(day.host, { body: guestAndPlace(item), end: item.check_out_date && span("quiet small", `until ${nearDay(item.check_out_date)}`), open: stayOf(day, item) });
}
