// A change that waits for a person: what would be written, and the two buttons. Every view changes things
// through it and in no other way.

import { announce, button, el, problem, replace, untilClosed } from "./dom.js";

const LOOK = { __proto__: null, waiting: "warn", stale: "warn", approved: "calm", done: "good", failed: "bad", unknown: "bad" };
const SECRET = "hostex/secret";
const UNDOABLE = { __proto__: null, true: "Can be undone afterwards.", false: "Cannot be undone." };

/** The card of a change. `decided(change)` hears each decision that has been carried out; `drafted` makes the field
 * of a message, where there may be one. */
export function changeCard(host, change, secret, decided, drafted) {
  const card = el("section", { class: "card", "aria-live": "polite" });
  drawCard(card, host, { change, secret, drafted }, decided);
  return card;
}

/** Work out a change and show its card in a dialog. The answer is the change as it stood when the dialog was
 * closed, `undone` if it was taken back there, or null where it could not be worked out. */
export async function propose(host, tool, args, drafted) {
  const dialog = el("dialog", { "aria-label": "A change to approve" });
  const body = el("div", "card", el("p", { class: "quiet", role: "status" }, "Working out what would change …"));
  let last = null;
  dialog.append(body, el("p", "actions", button("Close", () => dialog.close(), { kind: "quiet" })));
  placeNear(dialog, document.activeElement.getBoundingClientRect().top);
  const closed = untilClosed(dialog);
  const keep = (change) => {
    last = change;
  };
  const answer = await host.call("prepare_change", { tool, arguments: args });
  if (answer.error) replace(body, problem(answer.error));
  else if (answer.data.change) {
    keep(answer.data.change);
    body.replaceWith(changeCard(host, answer.data.change, answer.meta[SECRET], keep, drafted));
  } else replace(body, el("p", {}, answer.text || "Nothing would change: it is so already."));
  await closed;
  return last;
}

// In a frame as tall as its content, the middle may be far from where the person looks.
function placeNear(dialog, top) {
  if (window.innerHeight < 1000) return;
  const from = Math.max(12, Math.min(top - 120, window.innerHeight - 520));
  dialog.style.marginTop = `${from}px`;
  dialog.style.maxHeight = `calc(100vh - ${from + 12}px)`;
}

/** The secret that goes with a change that waits; undefined where the app did not hand it on. */
export function secretOf(answer) {
  return answer.meta[SECRET];
}

function drawCard(card, host, held, decided) {
  const { change } = held;
  replace(
    card,
    el(
      "div",
      {},
      el("p", "card-by", el("span", `badge ${LOOK[change.state] ?? ""}`, change.headline), el("bdi", {}, change.app), `asked ${change.asked}`),
      el("h2", "card-title", el("bdi", {}, change.summary)),
    ),
    change.moved && change.open && el("div", "notice warn", "Something has changed since you were asked. Nothing was done yet: please look again."),
    change.outcome && outcome(change),
    change.rows.length > 0 && el("ul", "moves", change.rows.map(move)),
    change.warnings.length > 0 && el("div", "notice warn", change.warnings.map((text) => el("p", {}, text))),
    change.about.length > 0 && named(change.about),
    held.error && problem(held.error),
    change.open ? choices(card, host, held, decided) : change.outcome?.undo && takeBack(card, host, held, decided),
  );
}

function outcome(change) {
  const look = LOOK[change.state] ?? "";
  return el(
    "div",
    { class: `notice ${look}`, role: "status" },
    el("p", {}, el("b", {}, change.outcome.sentence)),
    change.outcome.notes.map((note) => el("p", {}, note)),
    change.decided && el("p", "quiet small", change.decided),
  );
}

function choices(card, host, held, decided) {
  const { change, secret, drafted } = held;
  if (change.decides === false) {
    return el("p", "notice", `The owner of the Hostex account decides on this, until ${change.expires}.`);
  }
  const edited = change.text !== null;
  if (!secret || (edited && !drafted)) {
    return el("p", "notice", "This app does not hand on what this view needs to decide. Open the page of changes instead: the answer in the chat says where.");
  }
  const draft = edited && drafted(change, held.typed);
  const decide = async (approve, { detail }) => {
    // The second click of two meets a card that nobody has read.
    if (detail > 1) return;
    const args = { change_id: change.id, secret, approve, seen: change.seen };
    if (draft && approve) args.text = draft.field.value;
    const answer = await host.call("decide_change", args);
    held.typed = draft.field?.value;
    held.error = answer.error;
    if (answer.data.change) held.change = answer.data.change;
    if (answer.meta[SECRET]) held.secret = answer.meta[SECRET];
    drawCard(card, host, held, decided);
    if (answer.error) announce(answer.error.message);
    else if (held.change.open) announce("Please look again: it has changed.");
    else {
      announce(held.change.outcome?.sentence ?? "Nothing was changed.");
      decided(held.change);
    }
  };
  return el(
    "div",
    {},
    draft.around,
    el(
      "p",
      "actions settling",
      button(draft ? "Send" : "Approve", (event) => decide(true, event), { kind: "primary" }),
      button("Decline", (event) => decide(false, event)),
    ),
    el("p", "quiet small", UNDOABLE[change.undoable], ` You can decide until ${change.expires}. If nobody does, nothing is changed.`),
  );
}

function takeBack(card, host, { change }, decided) {
  const { undo } = change.outcome;
  if (!undo.tool) return null;
  const act = async () => {
    const back = await propose(host, undo.tool, undo.arguments);
    if (back?.state !== "done") return;
    decided({ ...change, undone: !back.undone });
    // What has been taken back is not there to look at.
    card.closest("dialog")?.close();
  };
  return el("p", "actions", button(`Undo: ${undo.title}`, act));
}

function move(row) {
  const short = row.others.length === 0 && [row.name, row.before, row.after].every((value) => value === null || value.kind === "words");
  if (short) {
    return el(
      "li",
      {},
      el(
        "div",
        "line",
        el("span", {}, shownAs(row.name)),
        el("span", {}, row.before && [el("span", "before", shownAs(row.before)), el("span", { "aria-label": "becomes" }, " → ")], row.after && el("b", {}, shownAs(row.after))),
      ),
    );
  }
  return el(
    "li",
    {},
    el("h3", {}, shownAs(row.name)),
    row.before && [el("p", "quiet small", "Before"), shownAs(row.before)],
    row.after && [row.before && el("p", "quiet small", "After"), shownAs(row.after, true)],
    row.others.length > 0 && named(row.others, true),
  );
}

/** Values with their names. */
export function named(rows, open = false) {
  return el("dl", "named", rows.map((row) => el("div", {}, el("dt", {}, shownAs(row.name)), el("dd", {}, shownAs(row.value, open)))));
}

function shownAs(value, open = false) {
  switch (value.kind) {
    case "words":
      return el("bdi", {}, value.text);
    case "passage": {
      const text = el("div", { class: "passage", dir: "auto" }, value.text);
      return value.folded ? el("details", { open }, el("summary", {}, value.folded), text) : text;
    }
    case "several":
      return el("ul", "several", value.parts.map((part) => el("li", {}, shownAs(part, open))));
    default:
      return named(value.rows, open);
  }
}
