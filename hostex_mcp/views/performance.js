// How well the properties sell: a measure by month, property or channel, beside the period before or a year before.

import { connect } from "./parts/bridge.js";
import { announce, button, el, emptyState, problem, replace, skeleton } from "./parts/dom.js";
import { addDays, brandClass, brand, dayName, localToday, money, monthName, number, percent, plural, shortMoney } from "./parts/format.js";
import { fullscreenButton } from "./parts/fullscreen.js";
import { barChart, columnChart } from "./performance_charts.js";
import { csv } from "./performance_csv.js";

const MEASURES = {
  __proto__: null,
  revenue: { label: "Revenue", of: (figures, currency) => sums(figures, currency).revenue, sum: true },
  occupancy: { label: "Occupancy", of: ({ occupancy }) => occupancy },
  adr: { label: "ADR", of: (figures, currency) => sums(figures, currency).adr, sum: true },
  revpar: { label: "RevPAR", of: (figures, currency) => sums(figures, currency).revpar, sum: true },
  nights_sold: { label: "Nights sold", of: ({ nights_sold }) => nights_sold },
};
const BY = { __proto__: null, property: "Property", month: "Month", channel: "Channel" };
const COMPARE = { __proto__: null, previous: "Beside the period before", last_year: "Beside last year" };
const APART = { __proto__: null, "not allocated": "Not allocated to a property", "day use": "Day use", cancelled: "Cancelled" };

const view = document.getElementById("view");
let host = null;
let asked = {};
let report = null;

class Report {
  constructor(data, by) {
    Object.assign(this, { data, by, measure: "revenue", tabled: false });
    this.currency = this.currencies()[0];
    this.status = el("div", { role: "status" });
    this.body = el("div");
  }

  get compare() {
    return this.data.compare ?? "previous";
  }

  currencies() {
    const { total = {}, previous_total: before = {}, rows = [] } = this.data;
    const all = [total, before, ...rows, ...rows.map((row) => row.previous ?? {})];
    return [...new Set(all.flatMap((figures) => (figures.money ?? []).map(({ currency }) => currency)))];
  }

  draw() {
    const { data } = this;
    const currencies = this.currencies();
    if (!currencies.includes(this.currency)) [this.currency] = currencies;
    const unit = currencies.length > 1 && choice("Currency", currencies.map((code) => [code, code]), this.currency, (code) => this.turn({ currency: code }));
    replace(
      view,
      el(
        "header",
        "head",
        el("div", "grow", el("h1", {}, "Performance"), el("p", "quiet small", `${period(data.start_date, data.end_date)}${data.previous_start_date ? `, compared with ${period(data.previous_start_date, data.previous_end_date)}` : ""}`)),
        unit,
        choice("Period", [["", "Another period …"], ...periods()], "", (span) => this.read(span.split(" "), this.by)),
        choice("Compared with", Object.entries(COMPARE), this.compare, (compare) => this.read([data.start_date, data.end_date], this.by, compare)),
        fullscreenButton(host),
      ),
      this.status,
      currencies.length === 0 && el("p", "quiet small", "This connection is not shown amounts, or nothing was sold."),
      this.cards(),
      el("div", "by", Object.entries(BY).map(([by, label]) => button(label, () => this.read([data.start_date, data.end_date], by), { "aria-pressed": String(by === this.by) }))),
      this.body,
      notes(data),
    );
    this.drawRows();
  }

  /** The totals; each card is the button of its measure. */
  cards() {
    const { total = {}, previous_total: before, total_change: change } = this.data;
    // The server leaves out what it cannot compare.
    const then = (key) => (change && typeof this.value(key, change) !== "number" ? undefined : this.value(key, before));
    const card = ([key, { label }]) =>
      button(
        [el("span", "small", label), el("b", "figure", this.words(key, this.value(key, total))), before && this.change(key, this.value(key, total), then(key))],
        () => this.turn({ measure: key }),
        { kind: "card", "aria-pressed": String(key === this.measure) },
      );
    return el("div", "cards", Object.entries(MEASURES).map(card));
  }

  turn(choices) {
    Object.assign(this, choices);
    this.draw();
    view.querySelector(".cards [aria-pressed=true]")?.focus();
  }

  value(key, figures) {
    return MEASURES[key].of(figures ?? {}, this.currency);
  }

  /** A value as people read it; an absent one is said to be unknown. */
  words(key, value) {
    if (value === undefined || value === null) return "–";
    if (key === "occupancy") return percent(value / 100, 1);
    return MEASURES[key].sum ? money(value, this.currency) : number(value, 0);
  }

  short(key, value) {
    return MEASURES[key].sum ? shortMoney(value, this.currency) : this.words(key, value);
  }

  change(key, now, before) {
    if (typeof now !== "number" || typeof before !== "number") return el("span", "small quiet", "no comparison");
    const gone = now - before;
    const look = gone > 0 ? "up" : gone < 0 ? "down" : "quiet";
    const size = key === "occupancy" ? `${number(Math.abs(gone), 1)} points` : before === 0 ? `from ${this.words(key, 0)}` : percent(Math.abs(gone / before), Math.abs(gone / before) < 0.1 ? 1 : 0);
    const sign = gone > 0 ? "▲ " : gone < 0 ? "▼ " : "";
    return el("span", { class: `small ${look}`, title: `before: ${this.words(key, before)}` }, el("span", { "aria-hidden": "true" }, sign), el("span", "unseen", gone > 0 ? "up " : gone < 0 ? "down " : ""), gone === 0 ? "unchanged" : size);
  }

  lines() {
    const line = (row) => ({
      name: nameOf(row),
      look: row.channel_type ? brandClass(row.channel_type) : row.row ? "apart" : "",
      figures: row,
      now: this.value(this.measure, row),
      before: row.previous && this.value(this.measure, row.previous),
    });
    return (this.data.rows ?? []).map(line);
  }

  drawRows() {
    const lines = this.lines();
    const { measure } = this;
    const { label } = MEASURES[measure];
    const shown = lines.filter(({ now, before }) => typeof now === "number" || typeof before === "number");
    const draw = this.by === "month" ? columnChart : barChart;
    const chart =
      shown.length > 0
        ? draw(shown, (value) => this.words(measure, value), (value) => this.short(measure, value), view.clientWidth - 32)
        : emptyState(lines.length > 0 ? `${label} is not known by ${BY[this.by].toLowerCase()}` : "Nothing was sold", lines.length > 0 ? "Choose another measure, or see the numbers." : "There are no rows in this period.");
    const toggle = button(this.tabled ? "Hide numbers" : "Show numbers", () => {
      this.tabled = !this.tabled;
      this.drawRows();
      this.body.querySelector(".show-numbers").focus();
    });
    toggle.classList.add("show-numbers");
    toggle.setAttribute("aria-expanded", String(this.tabled));
    replace(
      this.body,
      el("h2", {}, `${label} by ${BY[this.by].toLowerCase()}`),
      el("p", "key small quiet", el("span", {}, el("i", "swatch"), "This period"), el("span", {}, el("i", "swatch was"), this.compare === "last_year" ? "A year before" : this.by === "month" ? "The month before" : "The period before")),
      el("div", { class: "chart", "aria-hidden": shown.length > 0 && "true" }, chart),
      el("p", "actions", toggle, host.can("download") && button("Download CSV", () => this.download(lines))),
      this.table(lines),
    );
  }

  table(lines) {
    const keys = Object.keys(MEASURES);
    const heads = [BY[this.by], ...keys.flatMap((key) => [MEASURES[key].label, "before"])];
    const cells = (figures, before) => keys.flatMap((key) => [el("td", {}, this.words(key, this.value(key, figures))), el("td", "quiet", this.words(key, before && this.value(key, before)))]);
    const row = (name, figures, before) => el("tr", {}, el("th", { scope: "row" }, el("bdi", {}, name)), cells(figures, before));
    const { total = {}, previous_total: before } = this.data;
    return el(
      "div",
      { class: this.tabled ? "numbers" : "unseen", tabindex: this.tabled && "0", role: "region", "aria-label": "Numbers" },
      el(
        "table",
        {},
        el("caption", "unseen", `All measures by ${BY[this.by].toLowerCase()}${this.currency ? `, sums in ${this.currency}` : ""}`),
        el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))),
        el("tbody", {}, lines.map(({ name, figures }) => row(name, figures, figures.previous))),
        el("tfoot", {}, row("Total", total, before)),
      ),
    );
  }

  async download(lines) {
    const keys = Object.keys(MEASURES);
    const head = [BY[this.by], "currency", ...keys, ...keys.map((key) => `${key}_before`)];
    const line = (name, figures, before) => [name, this.currency, ...keys.map((key) => this.value(key, figures)), ...keys.map((key) => this.value(key, before))];
    const { data } = this;
    const text = csv([head, ...lines.map(({ name, figures }) => line(name, figures, figures.previous)), line("Total", data.total, data.previous_total)]);
    const answer = await host.download(`performance-${this.by}-${data.start_date}-${data.end_date}.csv`, "text/csv", text).catch((error) => ({ isError: true, message: error.message }));
    replace(this.status, answer?.isError ? problem({ message: answer.message ?? "This app did not save the file." }) : "");
  }

  /** Read another period, or the same one by something else or beside another. */
  async read([start, end], by, compare = this.compare) {
    const { property_ids, group_id } = asked;
    replace(this.status, el("p", "quiet small", "Reading …"));
    const answer = await host.read("get_performance", { start_date: start, end_date: end, by, ...(property_ids && { property_ids }), ...(group_id && { group_id }), ...(compare !== "previous" && { compare }) });
    if (answer.error) {
      this.draw();
      return replace(this.status, problem(answer.error, () => this.read([start, end], by, compare)));
    }
    Object.assign(this, { data: answer.data, by });
    replace(this.status);
    this.draw();
    announce(`${period(start, end)} by ${BY[by].toLowerCase()}`);
    return view.querySelector(".by [aria-pressed=true]").focus();
  }
}

function sums(figures, currency) {
  return (figures.money ?? []).find((each) => each.currency === currency) ?? {};
}

function nameOf(row) {
  if (row.month) return monthName(row.month);
  if (row.channel_type !== undefined) return brand(row.channel_type) || "No channel";
  return row.row ? APART[row.row] ?? row.row : row.property || `Property ${row.property_id}`;
}

function period(start, end) {
  const whole = start.endsWith("-01") && addDays(end, 1).endsWith("-01");
  if (whole && start.slice(0, 7) === end.slice(0, 7)) return monthName(start);
  return whole ? `${monthName(start)} to ${monthName(end)}` : `${dayName(start)} to ${dayName(end)}`;
}

function periods() {
  const [year, month] = localToday().split("-").map(Number);
  const span = (from, count) => {
    const first = (months) => new Date(Date.UTC(year, months, 1)).toISOString().slice(0, 10);
    return `${first(from)} ${addDays(first(from + count), -1)}`;
  };
  const quarter = month - 1 - ((month - 1) % 3);
  return [
    [span(month - 1, 1), "This month"],
    [span(month - 2, 1), "Last month"],
    [span(month, 1), "Next month"],
    [span(quarter, 3), "This quarter"],
    [span(quarter - 3, 3), "Last quarter"],
    [span(0, 12), "This year"],
    [span(-12, 12), "Last year"],
    [span(month - 12, 12), "The last 12 months"],
  ];
}

function choice(label, options, chosen, choose) {
  const select = el("select", { "aria-label": label }, options.map(([value, name]) => el("option", { value, selected: value === chosen }, name)));
  select.addEventListener("change", () => choose(select.value));
  return select;
}

function notes({ notes: texts = [], failed = [] }) {
  return [
    failed.length > 0 && el("details", { class: "notice warn", open: true }, el("summary", {}, plural(failed.length, "part that could not be read", "parts that could not be read")), failed.map(({ message }) => el("p", {}, message))),
    texts.length > 0 && el("details", "small", el("summary", {}, "What the numbers mean"), texts.map((text) => el("p", {}, text))),
  ];
}

function show({ error, data, text }) {
  view.ariaBusy = null;
  if (error) return replace(view, problem(error));
  if (!data.total) return replace(view, emptyState("No figures", text));
  report = new Report(data, asked.by ?? byOf(data.rows ?? []));
  return report.draw();
}

function byOf(rows) {
  return rows.some((row) => row.month) ? "month" : rows.some((row) => row.channel_type !== undefined) ? "channel" : "property";
}

addEventListener("resize", () => report?.drawRows());
replace(view, skeleton(8));
host = await connect({
  name: "performance",
  onInput: (args) => {
    asked = args;
  },
  onResult: (answer) => queueMicrotask(() => show(answer)),
  onCancelled: () => replace(view, emptyState("The call was cancelled", "Ask for the figures again.")),
  onContext: () => report?.draw(),
});
