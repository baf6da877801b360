// A conversation with a guest: who wrote what, the stay beside it, and an answer that a person lets out.

import { propose } from "./card.js";
import { announce, button, el, emptyState, problem, replace, skeleton } from "./dom.js";
import { channelClass, channelName, dayOf, daysBetween, nearDay, number, plainText, plural, timeOf } from "./format.js";
import { icon } from "./icons.js";
import { personName, noTools, toolButton, worded } from "./rows.js";
import { stayPane } from "./stay.js";

const AUTHORS = { team: "Your team", assistant: "Hostex’s assistant", automation: "Automatic message", system: "The channel" };
const ACTIVITIES = { reservation: "Booking", inquiry: "Inquiry", request: "Request" };
const FOLDED = 1200;
const MOST_TEXT = 10000;
const PAGE = 30;
// What was typed stays while the view does, whatever is opened in between.
const drafts = new Map();

/** A conversation by its id. `data` is that of get_conversation where it is there already. */
export function threadPane(host, id, data = null) {
  const pane = el("div", { class: "thread" });
  if (data) drawThread(pane, host, id, data);
  else loadThread(pane, host, id);
  return pane;
}

async function loadThread(pane, host, id) {
  replace(pane, skeleton(6));
  pane.setAttribute("aria-busy", "true");
  const answer = await host.call("get_conversation", { conversation_id: id });
  pane.removeAttribute("aria-busy");
  if (answer.error) replace(pane, noTools(host) ?? problem(answer.error, () => loadThread(pane, host, id)));
  else {
    drawThread(pane, host, id, answer.data);
    tellOf(host, id);
  }
}

// The model learns which conversation is meant, and nothing that stands in it.
function tellOf(host, id) {
  if (host.can("modelContext")) host.tell(`The person opened conversation ${id} in the view.`).catch(() => {});
}

function drawThread(pane, host, id, data) {
  const held = { messages: data.messages ?? [], earlier: data.earlier ?? 0, guest: data.guest?.name };
  const said = el("div", { class: "said", tabindex: "0", role: "region", "aria-label": "Messages" });
  drawMessages(said, host, id, held);
  const answer = composer(host, id, () => loadThread(pane, host, id));
  replace(pane, el("div", { class: "thread-main" }, said, answer), about(host, data));
  toNewest(said);
}

function toNewest(said) {
  requestAnimationFrame(() => {
    said.scrollTop = said.scrollHeight;
  });
}

function drawMessages(said, host, id, held) {
  const { messages, earlier } = held;
  const list = [];
  let day = null;
  for (const message of messages) {
    const date = dayOf(message.created_at);
    if (date !== day) list.push(el("li", { class: "day-line" }, el("span", {}, date ? nearDay(date) : "At an unknown time")));
    day = date;
    list.push(bubble(host, message, held.guest));
  }
  replace(said, earlierLine(said, host, id, held), messages.length > 0 ? el("ol", { class: "messages" }, list) : emptyState(earlier ? "No message fits here" : "No messages yet", "What you write below begins the conversation."));
}

function earlierLine(said, host, id, held) {
  if (held.earlier === 0) return null;
  const count = plural(held.earlier, "earlier message");
  const from = held.messages.findIndex((message) => message.id);
  if (from < 0) return el("p", { class: "earlier quiet small" }, `${count} cannot be reached from here.`);
  const load = async () => {
    const answer = await host.call("get_conversation", { conversation_id: id, before: held.messages[from].id, last_n: PAGE });
    if (answer.error) {
      said.prepend(problem(answer.error));
      return;
    }
    const below = said.scrollHeight - said.scrollTop;
    held.messages = [...(answer.data.messages ?? []), ...held.messages.slice(from)];
    held.earlier = answer.data.earlier ?? 0;
    drawMessages(said, host, id, held);
    said.scrollTop = said.scrollHeight - below;
    said.focus({ preventScroll: true });
    announce(`${plural(answer.data.messages?.length ?? 0, "earlier message")} loaded, ${number(held.earlier, 0)} left.`);
  };
  return el("p", { class: "earlier" }, toolButton(host, `Show earlier (${number(held.earlier, 0)})`, load, { kind: "quiet" }));
}

function bubble(host, message, guest) {
  const theirs = message.author === "guest";
  const side = theirs ? "theirs" : message.author === "system" ? "between" : "ours";
  const time = timeOf(message.created_at);
  const who = theirs ? personName(guest, "Guest") : AUTHORS[message.author] ?? worded(message.author);
  return el(
    "li",
    { class: `bubble ${side}` },
    el("p", { class: "by small" }, el("b", {}, who), theirs && el("span", { class: "unseen" }, ", the guest"), time && el("span", { class: "quiet" }, ` ${time}`)),
    message.content && passage(plainText(message.content).text),
    message.display_type && el("p", { class: "quiet small" }, worded(message.display_type.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase())),
    message.attachment_url && attachment(host, message.attachment_url),
  );
}

function passage(text) {
  const body = el("div", { class: "text", dir: "auto" }, text.length > FOLDED ? `${text.slice(0, FOLDED)}…` : text);
  if (text.length <= FOLDED) return body;
  const unfold = button(`Show all ${number(text.length, 0)} characters`, () => {
    replace(body, text);
    unfold.remove();
  }, { kind: "quiet" });
  return [body, unfold];
}

// A picture is named and never loaded: its address is somebody else's, and loading it would tell them.
function attachment(host, address) {
  let at = null;
  try {
    at = new URL(address);
  } catch {
    return el("p", { class: "attached small" }, icon("picture"), el("bdi", {}, address));
  }
  const name = decodeName(at.pathname.split("/").at(-1)) || "Attachment";
  const open = host.can("links") && at.protocol === "https:" && button("Open", () => host.openLink(address), { kind: "quiet", title: `Opens ${at.host}` });
  return el("p", { class: "attached small" }, icon("picture"), el("span", {}, el("bdi", {}, name), el("span", { class: "quiet" }, ` at ${at.host}, not loaded here`)), open);
}

function decodeName(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function composer(host, id, reload) {
  const field = el("textarea", { id: "answer", dir: "auto", maxlength: MOST_TEXT, "aria-describedby": "answer-says" });
  field.value = drafts.get(id) ?? "";
  field.addEventListener("input", () => drafts.set(id, field.value));
  const review = async () => {
    const message = field.value.trim();
    if (!message) {
      announce("Write an answer first.");
      field.focus();
      return;
    }
    const change = await propose(host, "send_message", { conversation_id: id, message });
    if (change?.state === "done") {
      drafts.delete(id);
      announce("The message was sent.");
      await reload();
    } else field.focus();
  };
  const send = toolButton(host, "Review and send", review, { kind: "primary" });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send.click();
  });
  return el(
    "div",
    { class: "composer" },
    noTools(host),
    el("label", { for: "answer" }, "Your answer"),
    field,
    el("div", { class: "actions" }, send, el("p", { id: "answer-says", class: "quiet small" }, "You see it once more before it is sent.")),
  );
}

function about(host, data) {
  const { guest = {}, activities = [], note, channel_type: channel } = data;
  const contacts = [guest.phone, guest.email].filter(Boolean);
  return el(
    "aside",
    { class: "about", "aria-label": "The guest and the stay" },
    el("p", { class: "line" }, el("b", {}, personName(guest.name)), channel && el("span", { class: channelClass(channel) }, el("span", { class: "dot", "aria-hidden": "true" }), channelName(channel))),
    contacts.map((value) => el("p", { class: "quiet small" }, value === "hidden" ? "Contact hidden by the privacy setting" : el("bdi", {}, value))),
    activities.map((activity) => linked(host, activity)),
    note && el("div", {}, el("h3", {}, "Your team’s note"), el("p", { class: "passage", dir: "auto" }, note)),
  );
}

function linked(host, activity) {
  const { check_in_date: from, check_out_date: to, reservation_code: code } = activity;
  const box = el("div", { class: "linked" });
  const more = code && toolButton(host, "Show the stay", () => {
    more.remove();
    box.append(stayPane(host, { reservation_code: code }));
  }, { kind: "quiet" });
  replace(
    box,
    el("h3", {}, ACTIVITIES[activity.activity_type] ?? worded(activity.activity_type)),
    activity.property_title && el("p", {}, el("bdi", {}, activity.property_title)),
    from && to && el("p", { class: "quiet" }, `${nearDay(from)} – ${nearDay(to)}, ${plural(daysBetween(from, to), "night")}`),
    more,
  );
  return box;
}
