// A conversation with a guest: who wrote what, the stay beside it, and an answer that a person lets out.

import { propose } from "./card.js";
import { announce, button, el, emptyState, problem, replace, skeleton } from "./dom.js";
import { draftField } from "./draft.js";
import { dayOf, nearDay, number, plainText, plural, timeOf } from "./format.js";
import { PICTURE, icon } from "./icons.js";
import { bdi, dotted, noTools, personName, span, tellOf, toolButton, worded } from "./rows.js";
import { untilSeen } from "./seen.js";

const AUTHORS = { __proto__: null, team: "Your team", assistant: "Hostex’s assistant", automation: "Automatic message", system: "The channel" };
const FOLDED = 1200;
const MOST_TEXT = 10000;
const PAGE = 30;
// What was typed stays while the view does, whatever is opened in between.
const drafts = new Map();

/** A conversation by its id. `data` is that of get_conversation where it is there already, and `beside(data)` what
 * stands beside the messages, for which there is a line above them elsewhere. */
export function threadPane(host, id, { data = null, beside = null } = {}) {
  const pane = el("div", "thread");
  const thread = { pane, host, id, beside };
  if (data) drawThread(thread, data);
  else loadThread(thread);
  return pane;
}

function subject({ activities = [], note }) {
  const [first] = activities;
  return [
    first && el("p", "quiet small", dotted(first.property_title && bdi(first.property_title), first.check_in_date && `${nearDay(first.check_in_date)} – ${nearDay(first.check_out_date)}`)),
    note && el("p", { class: "passage small", dir: "auto" }, el("b", {}, "Your team’s note: "), note),
  ];
}

async function loadThread(thread) {
  const { pane, host, id } = thread;
  replace(pane, skeleton(6));
  pane.ariaBusy = "true";
  const answer = await host.call("get_conversation", { conversation_id: id });
  pane.ariaBusy = null;
  if (answer.error) replace(pane, noTools(host) ?? problem(answer.error, () => loadThread(thread)));
  else {
    drawThread(thread, answer.data);
    tellOf(host, `conversation ${id}`);
  }
}

function drawThread(thread, data) {
  const { pane, host, id } = thread;
  const held = { messages: data.messages ?? [], earlier: data.earlier ?? 0, guest: data.guest?.name };
  const said = el("div", { class: "said", tabindex: "0", role: "region", "aria-label": "Messages" });
  drawMessages(said, host, id, held);
  const state = el("p", { class: "quiet small", role: "status" });
  const answer = composer(host, id, () => readSent(thread, said, held, state));
  replace(pane, thread.beside ? null : subject(data), el("div", {}, said, state, answer), thread.beside?.(data));
  toNewest(said);
}

/** Read the newest messages until one of them is new and the team's. What stands below them stays as it is. */
function readSent({ host, id }, said, held, state) {
  const known = new Set(held.messages.map((message) => message.id));
  tellOf(host, `conversation ${id}`);
  const read = async () => {
    const { data, error } = await host.call("get_conversation", { conversation_id: id });
    if (error) return;
    Object.assign(held, { messages: data.messages ?? [], earlier: data.earlier ?? 0 });
    drawMessages(said, host, id, held);
    toNewest(said);
  };
  const isSeen = () => held.messages.some((message) => message.author === "team" && !known.has(message.id));
  return untilSeen(read, isSeen, (words) => replace(state, words), "sending");
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
    if (date !== day) list.push(el("li", "day-line", el("span", {}, date ? nearDay(date) : "At an unknown time")));
    day = date;
    list.push(bubble(host, message, held.guest));
  }
  replace(said, earlierLine(said, host, id, held), messages.length > 0 ? el("ol", "messages", list) : emptyState(earlier ? "No message fits here" : "No messages yet", "What you write below begins the conversation."));
}

function earlierLine(said, host, id, held) {
  if (held.earlier === 0) return null;
  const count = plural(held.earlier, "earlier message");
  const from = held.messages.findIndex((message) => message.id);
  if (from < 0) return el("p", "earlier quiet small", `${count} cannot be reached from here.`);
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
  return el("p", "earlier", toolButton(host, `Show earlier (${number(held.earlier, 0)})`, load, { kind: "quiet" }));
}

function bubble(host, message, guest) {
  const theirs = message.author === "guest";
  const side = theirs ? "theirs" : message.author === "system" ? "between" : "ours";
  const time = timeOf(message.created_at);
  const who = theirs ? personName(guest) : AUTHORS[message.author] ?? worded(message.author);
  return el(
    "li",
    { class: `bubble ${side}` },
    el("p", "by small", el("b", {}, who), theirs && span("unseen", ", the guest"), time && span("quiet", ` ${time}`)),
    message.content && passage(plainText(message.content).text),
    message.display_type && el("div", "text quiet", worded(message.display_type.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase())),
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

// A picture is named and never loaded: its address is somebody else's, and loading it would tell them. Its host
// is what a browser takes for it.
function attachment(host, address) {
  const { host: at, pathname, href } = publicAddress(address) ?? {};
  const name = pathname?.split("/").pop();
  const open = at && host.can("links") && button("Open", () => host.openLink(href), { kind: "quiet", title: `Opens ${at}` });
  return el("p", "attached small", icon(PICTURE), span("", bdi(name || address), span("quiet", ` ${at ? `at ${at}, ` : ""}not loaded here`)), open);
}

function publicAddress(text) {
  const address = URL.canParse(text) ? new URL(text) : {};
  return address.protocol === "https:" && !address.username && !address.password ? address : null;
}

function composer(host, id, sent) {
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
    const change = await propose(host, "send_message", { conversation_id: id, message }, draftField);
    field.focus();
    if (change?.state !== "done") return;
    drafts.delete(id);
    field.value = "";
    announce("The message was sent.");
    sent();
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
    el("div", "actions", send, el("p", { id: "answer-says", class: "quiet small" }, "You see it once more before it is sent.")),
  );
}
