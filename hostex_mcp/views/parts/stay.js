// One stay: guest, dates, money, door, tasks, and the way to its conversation.

import { button, el, problem, replace, skeleton } from "./dom.js";
import { channelClass, channelName, moment, money, nearDay, number, plainText, plural } from "./format.js";
import { foldedRows, personName, noTools, unread, words, worded } from "./rows.js";

const STATES = {
  accepted: ["Confirmed", "good"],
  wait_accept: ["Waits for your answer", "warn"],
  wait_pay: ["Waits for payment", "warn"],
  cancelled: ["Cancelled", "bad"],
  denied: ["Declined", "bad"],
  timeout: ["Lapsed", "bad"],
};
const LOCK = { set: "Set", missing: "Not set", hidden: "Hidden by the privacy setting" };
const SOME = 6;

/** Read with a tool that the app may not list, which one that it does list can run. */
export async function readUnlisted(host, tool, args) {
  const answer = await host.call(tool, args);
  const refused = answer.error?.kind === "host" && host.can("tools");
  return refused ? host.call("call_read_tool", { name: tool, arguments: args }) : answer;
}

/** A stay by `query`, {stay_code} or {reservation_code}. `onThread(id, guest, opener)` opens its conversation. */
export function stayPane(host, query, onThread = null) {
  const pane = el("div", { class: "stay", "aria-busy": "true" }, skeleton(6));
  const load = async () => {
    const answer = await readUnlisted(host, "get_stay", query);
    pane.removeAttribute("aria-busy");
    if (answer.error) replace(pane, noTools(host) ?? problem(answer.error, () => load()));
    else if (answer.data.candidates) replace(pane, candidates(host, pane, answer.data, onThread));
    else replace(pane, dossier(answer.data, onThread));
  };
  load();
  return pane;
}

function candidates(host, pane, data, onThread) {
  const choose = (stay) => pane.replaceWith(stayPane(host, { stay_code: stay.stay_code }, onThread));
  const draw = (stay) =>
    el("li", {}, button([personName(stay.guest_name), el("bdi", {}, stay.property), `${nearDay(stay.check_in_date)} – ${nearDay(stay.check_out_date)}`], () => choose(stay)));
  return [el("p", { class: "quiet" }, "This booking has several stays."), foldedRows(data.candidates, draw, 15, ["stay"])];
}

function dossier(data, onThread) {
  const { stay, money: sums = {}, thread } = data;
  const [state, look] = STATES[stay.status] ?? [stay.status, ""];
  return [
    el(
      "p",
      { class: "line" },
      el("span", { class: `badge ${look}` }, state),
      el("span", { class: channelClass(stay.channel_type) }, el("span", { class: "dot", "aria-hidden": "true" }), channelName(stay.channel_type)),
      (stay.tags ?? []).map((tag) => el("span", { class: "badge" }, el("bdi", {}, tag))),
    ),
    facts([
      ["Property", el("bdi", {}, stay.property)],
      ["Arrives", `${nearDay(stay.check_in_date)}${stay.check_in_time ? `, ${stay.check_in_time}` : ""}`],
      ["Leaves", `${nearDay(stay.check_out_date)}${stay.check_out_time ? `, ${stay.check_out_time}` : ""}`],
      ["Nights", number(stay.nights)],
      ["Guests", party(stay)],
      ["Phone", contact(stay.guest_phone)],
      ["E-mail", contact(stay.guest_email)],
      ["Door code", LOCK[stay.lock_code] ?? stay.lock_code],
      ["Price", sums.rate && money(sums.rate.amount, sums.rate.currency)],
      ["To collect", sums.balance_to_collect && el("b", { class: "late" }, money(sums.balance_to_collect.amount, sums.balance_to_collect.currency))],
      ["Booked", stay.booked_at && moment(stay.booked_at)],
      ["Code", el("bdi", {}, stay.stay_code)],
      ...Object.entries(stay.custom_fields ?? {}).map(([name, value]) => [el("bdi", {}, name), said(value)]),
    ]),
    stay.remarks && el("div", {}, el("h3", {}, "Remarks"), said(stay.remarks)),
    thread?.note && el("div", {}, el("h3", {}, "Your team’s note"), el("p", { class: "passage", dir: "auto" }, thread.note)),
    conversation(stay, thread, data.messages, onThread),
    tasks(data.tasks),
    scheduled(data.automations),
    unread(data),
  ];
}

function facts(rows) {
  const known = rows.filter(([, value]) => value !== undefined && value !== null && value !== "");
  return el("dl", { class: "facts" }, known.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

function party(stay) {
  const parts = [["adult", stay.adults], ["child", stay.children, "children"], ["infant", stay.infants], ["pet", stay.pets]];
  const told = parts.filter(([, count]) => count).map(([one, count, many]) => plural(count, one, many));
  return told.length > 0 ? told.join(", ") : stay.guests && number(stay.guests);
}

function contact(value) {
  return value === "hidden" ? el("span", { class: "quiet" }, "Hidden by the privacy setting") : value && el("bdi", {}, value);
}

function said(value) {
  return plainText(value).outside ? words(value) : el("bdi", {}, String(value));
}

function conversation(stay, thread, messages = [], onThread) {
  const id = thread?.conversation_id ?? stay.conversation_id;
  const last = [...messages].reverse().find((message) => message.author === "guest" && message.content);
  if (!id) return el("p", { class: "quiet" }, "This stay has no conversation.");
  return el(
    "div",
    {},
    el("h3", {}, "Conversation ", thread?.guest_waits && el("span", { class: "badge warn" }, "waits for an answer")),
    last && el("p", { class: "line" }, words(last.content)),
    onThread && button(thread ? `Open the conversation (${plural(thread.messages_in_all, "message")})` : "Open the conversation", (event) => onThread(id, stay.guest_name, event.currentTarget)),
  );
}

function tasks(rows = []) {
  if (rows.length === 0) return null;
  const draw = (task) =>
    el("li", {}, el("span", { class: "line" }, el("b", {}, worded(task.type)), el("span", { class: "badge" }, worded(task.status)), el("span", { class: "quiet" }, `${task.expected ? `${nearDay(task.expected.slice(0, 10))}, ` : ""}`, task.staff_name ? el("bdi", {}, task.staff_name) : "nobody assigned")), task.note && el("span", { class: "quiet small", dir: "auto" }, task.note));
  return el("div", {}, el("h3", {}, "Tasks"), foldedRows(rows, draw, SOME, ["task"]));
}

function scheduled(rows = []) {
  if (rows.length === 0) return null;
  const draw = (automation) => el("li", {}, el("span", { class: "line" }, el("bdi", {}, automation.name), automation.scheduled_at && el("span", { class: "quiet" }, moment(automation.scheduled_at))));
  return el("div", {}, el("h3", {}, "Goes out by itself"), foldedRows(rows, draw, SOME, ["message"]));
}
