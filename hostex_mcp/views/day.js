// A host's day as a board: what needs somebody first, who comes and goes, who waits, what is to be done.

import { connect } from "./parts/bridge.js";
import { announce, button, el, emptyState, problem, replace, skeleton } from "./parts/dom.js";
import { addDays, dayName, daysBetween, localToday, number, plural } from "./parts/format.js";
import { fullscreenButton, renewFullscreen } from "./parts/fullscreen.js";
import { BACK, NEXT, icon, labelled } from "./parts/icons.js";
import { countOf, dayLists, LISTS } from "./day_lists.js";
import { untilSeen } from "./parts/seen.js";
import { noTools, span, tellOf, toolButton, unread } from "./parts/rows.js";
import { panelled } from "./parts/panel.js";

const view = document.getElementById("view");
const COLUMNS = [["requests", "waiting"], ["turnovers", "arrivals", "departures"], ["tasks", "reviews", "in_house"]];
const TYPING = 600;
let host = null;
// `asked` are the arguments of the call that brought the view, `today` the day that the server took for it, and
// `turn` counts the days that were asked for, of which the last one is shown. `due` are rows for which a change was
// sent, with what to say of them.
const held = { asked: {}, data: null, today: null, error: null, turn: 0, due: new Map() };
const head = { title: el("h1", { tabindex: "-1" }), says: el("p", "quiet"), date: el("input", { type: "date", "aria-label": "Day" }) };
const body = el("div");

function heard(answer) {
  view.ariaBusy = null;
  if (answer.error) {
    held.data = null;
    replace(view, problem(answer.error, host.can("tools") ? () => goTo(held.asked.date) : null));
    return;
  }
  if (!held.asked.date) held.today = answer.data.date;
  show(answer.data);
}

async function goTo(date) {
  const { date: _, ...where } = held.asked;
  held.turn += 1;
  const { turn } = held;
  view.ariaBusy = "true";
  // What the model was told is bounded: this is all of it, with the ids of everything.
  const answer = await host.call("read_day", date ? { ...where, date } : where);
  if (turn !== held.turn) return;
  view.ariaBusy = null;
  held.error = answer.error && { ...answer.error, again: () => goTo(date) };
  if (answer.data.date) {
    if (!date) held.today = answer.data.date;
    tellOf(host, `the day ${answer.data.date}`);
  }
  show(answer.data.date ? answer.data : held.data);
  announce(answer.error ? answer.error.message : `${dayName(held.data.date)}: ${summary(held.data)}.`);
}

function show(data) {
  if (!data) {
    replace(view, problem(held.error, held.error.again));
    return;
  }
  // What stands above the board stays in its place, and so does the focus in it.
  head.node ??= header();
  if (!held.data) replace(view, head.node, body);
  held.data = data;
  draw();
}

function draw() {
  const { data } = held;
  const board = el("div", "board");
  const { frame, open } = panelled(board, "The day");
  const keepFocus = (name) => {
    if (document.activeElement === document.body) (document.getElementById(`list-${name}`) ?? head.title).focus();
  };
  const refresh = async (name) => {
    await goTo(data.date === held.today ? undefined : data.date);
    keepFocus(name);
  };
  const sent = (name, key, isThere) => {
    // Who has gone on to something else is left there.
    const isAway = () => held.data.date !== data.date || body.querySelector(".opened");
    const tell = (words) => {
      // Nobody looked: where the row is still there later, it is as yet not shown.
      if (words || isAway()) held.due.set(key, words || "Hostex does not show this yet");
      else held.due.delete(key);
      if (isAway()) return;
      draw();
      keepFocus(name);
    };
    return untilSeen(() => isAway() || refresh(name), () => isAway() || !held.data[name]?.some(isThere), tell);
  };
  const lists = dayLists({ host, data, open, refresh, sent, due: held.due });
  const shown = LISTS.filter(({ name }) => lists[name]);
  replace(head.title, dayName(data.date), " ", span("badge calm", fromToday(data.date)));
  replace(head.says, summary(data));
  head.date.value = data.date;
  replace(
    board,
    tiles(shown, board),
    lists.warnings,
    el("div", "columns", COLUMNS.map((names, place) => el("div", `column-${place + 1}`, names.map((name) => lists[name])))),
    shown.length === 0 && emptyState(data.failed ? "Nothing in what could be read" : "Nothing on this day", "No arrivals, departures, tasks or guests who wait."),
    nothingIn(data, shown),
  );
  replace(body, held.error && problem(held.error, held.error.again), noTools(host), frame, el("footer", {}, unread(data)));
}

function header() {
  let typed = 0;
  head.date.disabled = !host.can("tools");
  head.date.addEventListener("change", () => {
    // Each figure that is typed is a change.
    clearTimeout(typed);
    typed = setTimeout(() => head.date.value > "2000" && head.date.value !== held.data.date && goTo(head.date.value), TYPING);
  });
  const step = (label, sign, days) => toolButton(host, icon(sign), () => goTo(addDays(held.data.date, days)), labelled(label));
  return el(
    "header",
    "head",
    el("div", "grow", head.title, head.says),
    el("div", { class: "days", role: "group", "aria-label": "Another day" }, step("The day before", BACK, -1), toolButton(host, "Today", () => goTo()), step("The day after", NEXT, 1), head.date, fullscreenButton(host)),
  );
}

function adapt() {
  renewFullscreen(host);
  const { locale, timeZone, displayMode } = host.context;
  const now = `${locale} ${timeZone} ${displayMode}`;
  // What is open beside the board stays open.
  if (now !== held.drawnFor && !body.querySelector(".opened")) draw();
  held.drawnFor = now;
}

function fromToday(date) {
  const days = daysBetween(held.today ?? localToday(), date);
  const near = { "-1": "Yesterday", 0: "Today", 1: "Tomorrow" };
  return near[days] ?? (days > 0 ? `in ${plural(days, "day")}` : `${plural(-days, "day")} ago`);
}

function summary(data) {
  return [
    plural(countOf(data, "arrivals"), "arrival"),
    plural(countOf(data, "departures"), "departure"),
    `${number(countOf(data, "in_house"), 0)} in house`,
  ].join(", ");
}

function tiles(shown, board) {
  if (shown.length < 2) return null;
  const tile = ({ name, short }) => {
    const total = countOf(held.data, name);
    const go = () => {
      const heading = board.querySelector(`#list-${name}`);
      heading.scrollIntoView({ block: "start" });
      heading.focus({ preventScroll: true });
    };
    return el("li", {}, button([el("b", name === "warnings" ? "late" : "", number(total, 0)), " ", el("span", {}, short)], go, { class: "button tile" }));
  };
  return el("nav", { class: "tiles", "aria-label": "Lists of the day" }, el("ul", {}, shown.map(tile)));
}

// A list that could not be read is not there at all, and so is not said to be empty.
function nothingIn(data, shown) {
  const empty = LISTS.filter((list) => data[list.name] && !shown.includes(list)).map(({ short }) => short.toLowerCase());
  return shown.length > 0 && empty.length > 0 && el("p", "quiet small none", `${data.failed ? "None in what could be read" : "None on this day"}: ${empty.join(", ")}.`);
}

replace(view, skeleton(9));
host = await connect({
  name: "day",
  onInput: (asked) => {
    held.asked = asked;
  },
  onResult: heard,
  onCancelled: () => held.data || replace(view, emptyState("The call was cancelled", "Ask again to see the day.")),
  onContext: () => held.data && adapt(),
});
