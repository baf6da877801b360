// One stay: guest, dates, money, door, tasks, and the way to its conversation.

import { button, el, problem, replace, skeleton } from "./dom.js";
import { brandClass, brand, daysBetween, moment, money, nearDay, number, plainText, plural } from "./format.js";
import { bdi, dotted, foldedRows, noTools, personName, place, row, span, unread, words, worded } from "./rows.js";

const STATES = {
  __proto__: null,
  accepted: ["Confirmed", "good"],
  wait_accept: ["Waits for your answer", "warn"],
  wait_pay: ["Waits for payment", "warn"],
  cancelled: ["Cancelled", "bad"],
  denied: ["Declined", "bad"],
  timeout: ["Lapsed", "bad"],
};
const LOCK = { __proto__: null, set: "Set", missing: "Not set", hidden: "Hidden by the privacy setting" };
const SOME = 6;

/** A stay by `query`, {stay_code} or {reservation_code}. `onThread(id, guest, opener)` opens its conversation. */
export function stayPane(host, query, onThread = null) {
  const pane = el("div", { class: "stay", "aria-busy": "true" }, skeleton(6));
  const load = async () => {
    const answer = await host.read("get_stay", query);
    pane.ariaBusy = null;
    if (answer.error) replace(pane, noTools(host) ?? problem(answer.error, () => load()));
    else if (answer.data.candidates) replace(pane, candidates(host, pane, answer.data, onThread));
    else replace(pane, dossier(answer.data, onThread));
  };
  load();
  return pane;
}

function candidates(host, pane, data, onThread) {
  const choose = (stay) => pane.replaceWith(stayPane(host, { stay_code: stay.stay_code }, onThread));
  const draw = (stay) => row(host, { body: [span("who", personName(stay.guest_name)), span("sub quiet small", dotted(place(stay), dates(stay)))], open: () => choose(stay) });
  return [el("p", "quiet", "Several stays belong to this booking:"), foldedRows(data.candidates, draw, SOME, "stay")];
}

/** From when to when somebody stays. */
export function dates({ check_in_date: from, check_out_date: to }) {
  return from && to && `${nearDay(from)} – ${nearDay(to)}, ${plural(daysBetween(from, to), "night")}`;
}

function dossier(data, onThread) {
  const { stay, money: sums = {}, thread } = data;
  const [state, look] = STATES[stay.status] ?? [stay.status, ""];
  return [
    el(
      "p",
      { class: "line" },
      span(`badge ${look}`, state),
      span(brandClass(stay.channel_type), span("dot"), brand(stay.channel_type)),
      (stay.tags ?? []).map((tag) => span("badge", bdi(tag))),
    ),
    facts([
      ["Property", bdi(stay.property)],
      ["Arrives", `${nearDay(stay.check_in_date)}${stay.check_in_time ? `, ${stay.check_in_time}` : ""}`],
      ["Leaves", `${nearDay(stay.check_out_date)}${stay.check_out_time ? `, ${stay.check_out_time}` : ""}`],
      ["Nights", stay.nights],
      ["Guests", party(stay)],
      ["Phone", contact(stay.guest_phone)],
      ["E-mail", contact(stay.guest_email)],
      ["Door code", LOCK[stay.lock_code] ?? stay.lock_code],
      ["Price", sums.rate && money(sums.rate.amount, sums.rate.currency)],
      ["To collect", sums.balance_to_collect && el("b", "late", money(sums.balance_to_collect.amount, sums.balance_to_collect.currency))],
      ["Booked", stay.booked_at && moment(stay.booked_at)],
      ["Code", bdi(stay.stay_code)],
      ...Object.entries(stay.custom_fields ?? {}).map(([name, value]) => [bdi(name), said(value)]),
    ]),
    stay.remarks && el("div", {}, el("h3", {}, "Remarks"), said(stay.remarks)),
    thread?.note && el("div", {}, el("h3", {}, "Your team’s note"), el("p", { class: "passage", dir: "auto" }, thread.note)),
    conversation(stay, thread, data.messages, onThread),
    few("Tasks", data.tasks, "task", taskOfStay),
    few("Goes out by itself", data.automations, "message", (item) => dotted(bdi(item.name), item.scheduled_at && moment(item.scheduled_at))),
    unread(data),
  ];
}

function facts(rows) {
  const known = rows.filter(([, value]) => value !== undefined && value !== null && value !== "");
  return el("dl", "facts", known.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

function party(stay) {
  const parts = [["adult", stay.adults], ["child", stay.children, "children"], ["infant", stay.infants], ["pet", stay.pets]];
  const told = parts.filter(([, count]) => count).map(([one, count, many]) => plural(count, one, many));
  return told.length > 0 ? told.join(", ") : stay.guests;
}

function contact(value) {
  return value === "hidden" ? span("quiet", "Hidden by the privacy setting") : value && bdi(value);
}

function said(value) {
  return plainText(value).outside ? words(value) : bdi(String(value));
}

function conversation(stay, thread, messages = [], onThread) {
  const id = thread?.conversation_id ?? stay.conversation_id;
  const last = [...messages].reverse().find((message) => message.author === "guest" && message.content);
  if (!id) return el("p", "quiet", "This stay has no conversation.");
  return el(
    "div",
    {},
    el("h3", {}, "Conversation ", thread?.guest_waits && span("badge warn", "waits for an answer")),
    last && el("p", "line", words(last.content)),
    onThread && button(thread ? `Open the conversation (${plural(thread.messages_in_all, "message")})` : "Open the conversation", (event) => onThread(id, stay.guest_name, event.currentTarget)),
  );
}

function few(title, rows, what, body) {
  return rows?.length > 0 && el("div", {}, el("h3", {}, title), foldedRows(rows, (item) => el("li", {}, el("p", "small", body(item))), SOME, what));
}

function taskOfStay(item) {
  const day = item.expected && nearDay(item.expected.slice(0, 10));
  return dotted(el("b", {}, worded(item.type)), worded(item.status).toLowerCase(), day, bdi(item.staff_name || "nobody assigned"), item.note && bdi(item.note));
}
