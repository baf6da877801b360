// The calendar of several properties: stays, blocks and prices on a grid, read in pieces as it is scrolled.

import { Actions } from "./calendar_actions.js";
import { Grid, within } from "./calendar_grid.js";
import { Hand } from "./calendar_hand.js";
import { DAY_MS, Model, dayNumber, isoDay, mark, pending, propertiesIn } from "./calendar_model.js";
import { showStay } from "./calendar_stay.js";
import { connect } from "./parts/bridge.js";
import { announce, button, el, emptyState, problem, replace, skeleton } from "./parts/dom.js";
import { brandClass, brand, monthName, plural } from "./parts/format.js";
import { fullscreenButton, renewFullscreen } from "./parts/fullscreen.js";
import { AGAIN, BACK, NEXT, icon, labelled } from "./parts/icons.js";
import { untilSeen } from "./parts/seen.js";

const PIECE = 31;
const MOST_ROWS = 100;
const MOST_DAYS = 92;
const MOST_AHEAD = 730;
const MOST_BACK = 364;

const view = document.getElementById("view");
let host = null;
let asked = {};
let calendar = null;

class Calendar {
  constructor() {
    const needed = (side) => this.extend(Math.sign(side));
    const state = el("div", { class: "quiet small", role: "status" });
    Object.assign(this, { model: new Model(), month: el("h1"), state, told: el("div"), legend: el("div", "legend small quiet") });
    this.filter = el("input", { type: "search", placeholder: "Filter", "aria-label": "Filter properties", on: { input: () => this.find() } });
    this.prices = el("select", { "aria-label": "Prices shown", on: { change: () => this.draw() } });
    this.grid = new Grid(this.model, { moved: () => this.nameMonth(), needed });
    this.actions = new Actions(host, { sent: (picks, isDone) => this.follow(picks, isDone), close: () => this.hand.clear() });
    this.hand = new Hand(this.grid, {
      picked: (picks, entered) => this.actions.show(picks, entered),
      opened: (home, bar) => showStay(host, home, bar).then(() => this.grid.node.focus()),
      needed,
    });
  }

  layOut() {
    const step = (sign, side, label) => button(icon(sign), () => this.step(side), labelled(label));
    replace(
      view,
      el(
        "header",
        "head",
        this.month,
        el("span", "steps", step(BACK, -1, "Month before"), button("Today", () => this.goTo(this.model.today)), step(NEXT, 1, "Month after")),
        el("span", "grow"),
        this.filter,
        this.prices,
        button(icon(AGAIN), () => this.readAgain(this.grid.homes), labelled("Read again")),
        fullscreenButton(host),
      ),
      this.grid.node,
      this.actions.node,
      this.state,
      this.told,
      this.legend,
    );
  }

  /** Read the days that were asked for. Properties that do not fit into one answer stay behind a button. */
  async start(span) {
    const answer = await host.call("read_calendar", { ...span, limit: MOST_ROWS });
    view.ariaBusy = null;
    if (answer.error) return replace(view, problem(answer.error, () => this.start(span)));
    const { next_cursor: next, total, notes = [] } = answer.data;
    this.model.add(answer.data);
    Object.assign(this, { next, total });
    if (this.model.homes.size === 0) return replace(view, emptyState("No properties", notes.join(" ") || "This connection sees none."));
    this.layOut();
    this.draw();
    return this.grid.goTo(within(this.model.today - 1, this.model.first, this.model.last));
  }

  find() {
    this.hand.reset();
    this.draw();
    announce(this.count);
  }

  draw(gently = false) {
    const { model, grid } = this;
    const words = folded(this.filter.value).split(/\s+/);
    const all = [...model.homes.values()];
    const homes = all.filter((home) => words.every((word) => folded(home.title).includes(word)));
    this.count = homes.length < all.length ? `${homes.length} of ${all.length} properties` : propertiesIn(all);
    grid.channel = this.prices.value;
    grid.refresh(homes, gently);
    replace(grid.corner, el("span", {}, this.count), el("span", {}, "free"));
    const channels = [["", "Usual prices"], ...model.channels("listings").map((channel) => [channel, `${brand(channel)} prices`])];
    replace(this.prices, channels.map(([value, label]) => el("option", { value, selected: value === grid.channel }, label)));
    this.prices.hidden = channels.length === 1;
    this.explain(all);
    this.say();
  }

  explain(homes) {
    const { model } = this;
    const some = (list) => homes.some((home) => home[list].length > 0);
    const marks = [
      ["mark pending", "", "Not certain yet", homes.some((home) => home.bars.some(pending))],
      ["mark blocked", "", "Blocked", some("blocks")],
      ["mark is-gap", "", "Cannot be booked", some("gaps")],
      ["mark is-conflict", "", "Conflict", some("conflicts")],
      ["", "2+", "Minimum nights", true],
      ["shut", "→", "No arrivals", true],
      ["shut", "←", "No departures", true],
    ].filter((mark) => mark[3]);
    replace(
      this.legend,
      model.channels("bars").map((channel) => el("span", {}, el("span", `dot ${brandClass(channel)}`), brand(channel))),
      marks.map(([look, sign, label]) => el("span", {}, el("span", { class: look, "aria-hidden": "true" }, sign), label)),
    );
    const hidden = [model.lacks("guest_name") && "names of guests", model.lacks("amount") && "amounts"].filter(Boolean);
    const told = [["notice warn", model.failed, "unread part"], ["small", model.notes, "note"]];
    replace(
      this.told,
      hidden[0] && el("p", "quiet small", `This connection is not shown ${hidden.join(" or ")}.`),
      told.map(([look, texts, name]) => texts.size > 0 && el("details", look, el("summary", {}, plural(texts.size, name)), [...texts].map((text) => el("p", {}, text)))),
    );
  }

  say(working = "") {
    const left = this.total - this.model.homes.size;
    const missing = this.next && left > 0 && !working;
    const due = [...this.model.homes.values()].find((home) => home.due);
    replace(this.state, working || due?.due.text, missing && [`${left} of ${this.total} properties are not shown. `, button(`Show ${Math.min(left, MOST_ROWS)} more`, () => this.readOn())]);
  }

  nameMonth() {
    const name = monthName(isoDay(Math.min(this.grid.firstInSight() + 2, this.model.last)));
    if (this.month.textContent !== name) replace(this.month, name);
  }

  async readOn() {
    const answer = await this.read({ cursor: this.next }, `${this.model.homes.size} of ${this.total} properties`);
    if (answer && !answer.error) this.next = answer.data.next_cursor;
    this.say(answer?.error?.message);
  }

  /** Read the days on one side of those shown. */
  extend(side) {
    const { first, last, today, homes } = this.model;
    const from = side > 0 ? last + 1 : Math.max(first - PIECE, today - MOST_BACK);
    const to = side > 0 ? Math.min(last + PIECE, today + MOST_AHEAD) : first - 1;
    return to < from ? announce("There is no calendar beyond these days.") : this.readDays([...homes.values()], from, to);
  }

  readAgain(homes) {
    this.model.notes.clear();
    this.model.failed.clear();
    return this.readDays(homes, this.model.first, this.model.last);
  }

  /** Read properties until they show a change of some days. */
  follow({ homes, from, to }, isDone) {
    const due = { start: from, nights: to - from + 1, isDone };
    for (const home of homes) home.due = due;
    const tell = (text) => {
      due.text = text;
      homes.forEach(mark);
      this.draw(true);
    };
    return untilSeen(() => this.readAgain(homes), () => homes.every((home) => home.due !== due), tell);
  }

  async readDays(homes, from, to) {
    const span = { start_date: isoDay(from), end_date: isoDay(to) };
    for (let place = 0; place < homes.length; place += MOST_ROWS) {
      const ids = homes.slice(place, place + MOST_ROWS).map((home) => home.id);
      for (let page = { ...span, property_ids: ids }; page; ) {
        const answer = await this.read(page, `${monthName(span.start_date)}, ${place + ids.length} of ${propertiesIn(homes)}`);
        if (!answer || answer.error) return;
        page = answer.data.next_cursor && { cursor: answer.data.next_cursor };
      }
    }
  }

  /** Read one piece at a time; what went wrong is said below the grid. */
  async read(page, what) {
    if (this.busy) return null;
    this.busy = true;
    this.say(`Reading ${what} …`);
    const answer = await host.call("read_calendar", { ...page, limit: MOST_ROWS });
    this.busy = false;
    if (!answer.error) this.model.add(answer.data);
    // Taking in and drawing are a frame's work each.
    await new Promise((done) => setTimeout(done));
    this.draw(true);
    if (answer.error) replace(this.state, problem(answer.error, () => this.read(page, what)));
    return answer;
  }

  async goTo(day) {
    const { model } = this;
    for (let known = 0; known !== model.last - model.first && day !== within(day, model.first, model.last); ) {
      known = model.last - model.first;
      await this.extend(day > model.last ? 1 : -1);
    }
    this.grid.goTo(day);
  }

  step(side) {
    const [year, month, day] = isoDay(this.grid.firstInSight() + 2).split("-").map(Number);
    const months = side < 0 && day > 3 ? 0 : side;
    return this.goTo(Date.UTC(year, month - 1 + months) / DAY_MS);
  }
}

function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function show(answer) {
  const { error, text, data } = answer;
  view.ariaBusy = null;
  if (error) return replace(view, problem(error));
  if (!host.can("tools")) {
    const why = "This app does not let views use tools. The calendar in words:";
    return replace(view, el("p", "notice", why), el("pre", "passage", text));
  }
  // The answer in the chat tells a model of the same days in its own words.
  const ends = (data.items ?? []).flatMap((item) => [item.start_date, item.end_date]).sort();
  const days = dayNumber(ends.at(-1)) - dayNumber(ends[0]) + 1;
  const span = days > 0 && { start_date: ends[0], days: Math.min(days, MOST_DAYS) };
  calendar = new Calendar();
  return calendar.start({ ...span, ...(asked.property_ids && { property_ids: asked.property_ids }) });
}

replace(view, skeleton(8));
host = await connect({
  name: "calendar",
  onInput: (args) => {
    asked = args;
  },
  onResult: (answer) => queueMicrotask(() => show(answer)),
  onCancelled: () => replace(view, emptyState("The call was cancelled", "Ask for the calendar again.")),
  onContext: () => {
    renewFullscreen(host);
    if (calendar?.count) calendar.draw();
  },
});
