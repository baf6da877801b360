// A conversation with a guest, or the guests who wait for an answer and the conversation of each.

import { connect } from "./parts/bridge.js";
import { threadPane } from "./parts/conversation.js";
import { announce, el, emptyState, problem, replace, skeleton } from "./parts/dom.js";
import { brandClass, brand, number, plural } from "./parts/format.js";
import { fullscreenButton, renewFullscreen } from "./parts/fullscreen.js";
import { panelled } from "./parts/panel.js";
import { bdi, foldedRows, noTools, personName, span, toolButton, unread, waitingRow, worded } from "./parts/rows.js";
import { dates, stayPane } from "./parts/stay.js";

const view = document.getElementById("view");
const ACTIVITIES = { __proto__: null, reservation: "Booking", inquiry: "Inquiry", request: "Request" };
const FEW = 12;
let host = null;
// What the call brought: a conversation, or a list with what was read of it since.
const held = { data: null, asked: {}, items: [] };

function heard(answer) {
  view.ariaBusy = null;
  if (answer.error) {
    replace(view, problem(answer.error));
    return;
  }
  held.data = answer.data;
  held.items = answer.data.items ?? [];
  draw();
}

function draw() {
  if (held.data.items) drawList();
  else drawConversation();
}

function header(title, ...rest) {
  return el("header", "head", el("div", "grow", el("h1", { tabindex: "-1" }, title), rest), fullscreenButton(host));
}

function drawConversation() {
  const { data } = held;
  const channel = data.channel_type && span(brandClass(data.channel_type), span("dot"), brand(data.channel_type));
  replace(view, header(personName(data.guest?.name), el("p", "quiet small", channel)), threadPane(host, data.id, { data, beside }), unread(data));
}

function drawList() {
  const list = el("section", { class: "group", "aria-labelledby": "waiting" });
  const { frame, open } = panelled(list, "All who wait");
  const choose = (guest) => (opener) => open(guest.guest_name || "Conversation", threadPane(host, guest.conversation_id, { beside }), opener);
  fillList(list, choose);
  replace(view, header("Guests waiting for an answer"), noTools(host), frame, unread(held.data));
}

// The list, and the button that reads on from its cursor.
function fillList(list, choose) {
  const { total = held.items.length, next_cursor: cursor } = held.data;
  const rows = held.items.length > 0 ? foldedRows(held.items, (guest) => waitingRow(host, guest, choose(guest)), FEW, "guest") : [emptyState("Nobody waits", "Every guest has an answer.")];
  const left = Math.max(total - held.items.length, 0);
  const line = cursor && el("p", "left quiet small", left > 0 ? `${number(left, 0)} more. ` : "There are more. ");
  line?.append(toolButton(host, "Load more", async () => {
    const answer = await host.call("list_guests_waiting", { ...held.asked, cursor });
    if (answer.error) return line.replaceWith(problem(answer.error));
    held.data = { ...held.data, ...answer.data };
    held.items = [...held.items, ...(answer.data.items ?? [])];
    fillList(list, choose);
    list.querySelector("h2").focus();
    return announce(`${plural(held.items.length, "guest")} of ${number(held.data.total ?? held.items.length, 0)} are here.`);
  }, { kind: "quiet" }));
  replace(list, el("h2", { id: "waiting", tabindex: "-1" }, "Most urgent first ", span("count", number(total, 0))), el("div", {}, rows, line));
}

function beside(data) {
  const { guest = {}, activities = [], note } = data;
  const contacts = [["Phone", guest.phone], ["E-mail", guest.email]].filter(([, value]) => value);
  return el(
    "aside",
    { class: "beside-thread", "aria-labelledby": "beside-thread" },
    el("h2", { id: "beside-thread", class: "unseen" }, "The guest and the stay"),
    activities.length === 0 && el("p", "quiet", "No booking or inquiry belongs to this conversation."),
    activities.map(linked),
    contacts.map(([name, value]) => el("p", "small", value === "hidden" ? span("quiet", `${name} hidden by the privacy setting`) : bdi(value))),
    note && el("div", {}, el("h3", {}, "Your team’s note"), el("p", { class: "passage", dir: "auto" }, note)),
  );
}

function linked(activity) {
  const code = activity.reservation_code;
  const box = el("div", "linked");
  const more = code && toolButton(host, "Show the stay", () => box.replaceChildren(stayPane(host, { reservation_code: code })), { kind: "quiet" });
  replace(
    box,
    el("h3", {}, ACTIVITIES[activity.activity_type] ?? worded(activity.activity_type)),
    activity.property_title && el("p", {}, bdi(activity.property_title)),
    el("p", "quiet small", dates(activity)),
    more,
  );
  return box;
}

replace(view, skeleton(7));
host = await connect({
  name: "thread",
  onInput: (asked) => {
    held.asked = asked;
  },
  onResult: heard,
  onCancelled: () => held.data || replace(view, emptyState("The call was cancelled", "Ask again to see the conversation.")),
  onContext: () => held.data && renewFullscreen(host),
});
