// The grid: properties down, days across. Only what is in sight, and a little around it, is in the document.

import { DAY_MS, dayFacts, dayWords, forget, isoDay, once, pending, stayWords } from "./calendar_model.js";
import { el, listen, replace } from "./parts/dom.js";
import { brandClass, brand, dayName, isWeekend, monthName, shortMoney, weekday } from "./parts/format.js";

const COLUMN = 44;
const ROW = 46;
const LANE = 27;
const HEAD = 62;
const ROOM_FOR_SUM = 116;
// The width beyond what is in sight, and rows that a frame has time for.
const AROUND = 7 * COLUMN;
const AT_ONCE = 2;

/** A grid over a model. `handlers` are moved() and needed(-1 or 1, the side on which days come to an end). */
export class Grid {
  constructor(model, handlers) {
    Object.assign(this, { model, handlers, homes: [], rows: new Map(), before: 0 });
    this.layOut();
    this.listen();
  }

  layOut() {
    const unheard = { "aria-hidden": "true" };
    this.corner = el("div", { class: "corner", role: "columnheader", "aria-colindex": 1 });
    this.months = el("div", unheard);
    this.days = el("div");
    this.body = el("div", { class: "rows", role: "rowgroup" });
    this.today = el("div", { class: "today", ...unheard });
    this.picked = el("div", { class: "picked", ...unheard });
    this.caret = el("div", { class: "caret", ...unheard });
    const head = el("div", { class: "grid-head", role: "row", "aria-rowindex": 1 }, this.corner, el("div", "line", this.months, this.days));
    this.node = el(
      "div",
      { class: "grid", role: "grid", tabindex: 0, "aria-label": "Calendar", "aria-multiselectable": "true", "aria-description": "Arrows move, with Shift they pick days, Enter picks a day or opens a stay." },
      el("div", "sheet", el("div", { role: "rowgroup", class: "grid-top" }, head), this.body, this.today, this.picked, this.caret),
    );
  }

  /** Draw everything anew: other properties, days, prices or widths. `gently` is for more days of the same
   * properties: rows stand where they belong until it is their turn. */
  refresh(homes = this.homes, gently = false) {
    const { node, model } = this;
    const { first, last } = model;
    const same = gently && homes.length === this.homes.length;
    if (first < this.origin) node.scrollLeft += (this.origin - first) * COLUMN;
    this.origin = first;
    this.homes = homes;
    this.width = last - first + 1;
    this.nameSpan = this.roomForNames();
    this.tops = [0];
    for (const home of homes) this.tops.push(this.tops.at(-1) + ROW + (home.lanes - 1) * LANE);
    node.ariaRowCount = homes.length + 1;
    node.ariaColCount = this.width + 1;
    const saturday = (6 - new Date(`${isoDay(first)}T00:00:00Z`).getUTCDay()) * COLUMN;
    const sizes = { names: this.nameSpan, wide: this.width * COLUMN, high: this.tops.at(-1), saturday, column: COLUMN, lane: LANE, head: HEAD };
    for (const [name, size] of Object.entries(sizes)) node.style.setProperty(`--${name}`, `${size}px`);
    this.today.hidden = model.today < first || model.today > last;
    this.today.style.left = `${this.nameSpan + this.left(model.today)}px`;
    this.heads = { from: Infinity, made: new Map() };
    if (!same) {
      replace(this.body);
      this.rows.clear();
    }
    for (const [place, row] of this.rows) {
      row.stale = true;
      row.line.style.left = `${this.left(row.origin)}px`;
      row.node.style = this.rowStyle(place);
    }
    forget();
    this.countFree();
    this.drawMonths();
    this.draw();
    this.lay(this.picks, this.cursor);
  }

  rowStyle(place) {
    return `top:${this.tops[place]}px;height:${this.tops[place + 1] - this.tops[place]}px`;
  }

  roomForNames() {
    return this.node.clientWidth < 600 ? 112 : 184;
  }

  left(day) {
    return (day - this.origin) * COLUMN;
  }

  /** Where a cell stands for those who see it and for those who hear it. */
  at(day, attributes) {
    return { "aria-colindex": day - this.origin + 2, style: `left:${this.left(day)}px`, ...attributes };
  }

  countFree() {
    this.free = new Map();
    for (const { nights } of this.homes) {
      for (const [day, letter] of nights) if (letter === ".") this.free.set(day, (this.free.get(day) ?? 0) + 1);
    }
  }

  drawMonths() {
    const labels = [];
    for (let day = this.origin; day < this.origin + this.width; ) {
      const iso = isoDay(day);
      const [year, month] = iso.split("-").map(Number);
      const next = Math.min(Date.UTC(year, month, 1) / DAY_MS, this.origin + this.width);
      labels.push(el("div", { class: "month", style: `left:${this.left(day)}px;width:${(next - day) * COLUMN}px` }, next - day > 2 && el("span", {}, monthName(iso))));
      day = next;
    }
    replace(this.months, labels);
  }

  rowAt(height) {
    return within(this.tops.findLastIndex((top) => top <= height), 0, this.homes.length - 1);
  }

  /** Put what is in sight, and some days on both sides of it, into the document, and take out what is not. Rows
   * that lack only days out of sight wait for their turn: each frame has a few. */
  draw() {
    clearTimeout(this.soon);
    const { node, origin, rows } = this;
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = node;
    const day = (x) => within(Math.floor(x / COLUMN), 0, this.width - 1) + origin;
    const right = scrollLeft + clientWidth - this.nameSpan;
    const [from, first, end, to] = [scrollLeft - AROUND, scrollLeft, right, right + AROUND].map(day);
    const top = Math.max(0, this.rowAt(scrollTop) - 2);
    const bottom = Math.min(this.homes.length, this.rowAt(scrollTop + clientHeight) + 3);
    const isShort = (row) => row.stale || row.from > from || row.to < to;
    const lacks = (row) => Math.max(row.from - first, end - row.to);
    for (const [place, row] of rows) {
      if (place < top || place >= bottom) rows.delete(place, row.node.remove());
    }
    for (let place = top; place < bottom; place += 1) if (!rows.has(place)) this.newRow(place);
    const late = [...rows.values()].filter(isShort).sort((a, b) => lacks(b) - lacks(a));
    late.forEach((row, turn) => {
      if (turn < AT_ONCE || lacks(row) > 0) this.fillRow(row.stale ? this.newRow(row.place) : row, from, to);
    });
    if (isShort(this.heads)) {
      const { made } = Object.assign(this.heads, { from, to });
      const heads = [];
      for (let each = from; each <= to; each += 1) heads.push(once(each, () => this.head(each), made));
      arrange(this.days, heads);
    }
    if (late.length > AT_ONCE) this.soon = setTimeout(() => this.draw(), 16);
    if (this.cursor && late.length > 0) this.lay(this.picks, this.cursor);
    this.handlers.moved();
  }

  head(day) {
    const iso = isoDay(day);
    const look = `day${day === this.model.today ? " is-today" : ""}${isWeekend(iso) ? " is-weekend" : ""}`;
    const free = this.free.get(day) ?? 0;
    return el("div", this.at(day, { class: look, role: "columnheader", "aria-label": `${dayName(iso)}, ${free} free` }), el("span", {}, weekday(iso)), el("b", {}, String(Number(iso.slice(8)))), el("span", {}, String(free)));
  }

  newRow(place) {
    const home = this.homes[place];
    const wrong = home.conflicts.length;
    const title = home.title || `Property ${home.id}`;
    const line = el("div", "line");
    const node = el(
      "div",
      { class: "row", role: "row", "aria-rowindex": place + 2, style: this.rowStyle(place) },
      el("div", { class: "name", role: "rowheader", "aria-colindex": 1, title }, el("bdi", {}, title), wrong > 0 && el("span", { class: "badge bad", "aria-label": `${wrong} in conflict` }, `! ${wrong}`)),
      line,
    );
    this.rows.get(place)?.node.remove();
    const row = { place, node, line, home, origin: this.origin, from: Infinity, days: new Map(), made: new Map() };
    this.rows.set(place, row);
    // Listeners hear the rows in the order of the document.
    this.body.insertBefore(node, this.rows.get(place + 1)?.node ?? null);
    return row;
  }

  /** Put into a row what it has on these days. What was made once is kept: making is what takes time. */
  fillRow(row, from, to) {
    const { home, days, made, line } = row;
    Object.assign(row, { from, to });
    const parts = [];
    const keep = (start, key, make) => parts.push([start, once(key, make, made)]);
    const near = ({ start, nights }) => start <= to && start + nights >= from;
    for (const bar of home.bars.filter(near)) keep(bar.start, bar.stay_code, () => this.stay(row, bar));
    for (const block of home.blocks.filter(near)) keep(block.start, block, () => this.block(block));
    for (let day = from; day <= to; day += 1) if (!days.get(day)?.bar) keep(day, day, () => this.cell(row, day));
    parts.sort((a, b) => a[0] - b[0]);
    arrange(line, parts.map(([, node]) => node));
  }

  cell(row, day) {
    const facts = dayFacts(row.home, day, this.channel);
    const { state } = facts;
    const look = state === undefined ? " unread" : state === "?" ? " unknown" : "";
    const trouble = state !== "s" && facts.trouble.length > 0 ? ` is-${facts.trouble.at(-1).kind}` : "";
    const node = el("div", this.at(day, { class: `cell${look}${trouble}`, role: "gridcell", "aria-label": dayWords(row.home, day, facts) }));
    row.days.set(day, node);
    if (state !== ".") return node;
    if (facts.no_departure) node.append(el("i", "shut out", "←"));
    if (facts.no_arrival) node.append(el("i", "shut", "→"));
    if (facts.min_stay) node.dataset.least = `${facts.min_stay}+`;
    if (facts.price !== undefined) node.dataset.price = once(`${facts.price} ${facts.currency}`, () => shortMoney(facts.price, facts.currency));
    return node;
  }

  stay(row, bar) {
    const { home } = row;
    const day = Math.max(bar.start, this.origin);
    const until = Math.min(bar.end, this.origin + this.width);
    // A day's stay takes the middle of its day; others go from the middle of one day to the middle of another.
    const dayUse = bar.nights === 0;
    const left = Math.max(this.left(bar.start) + COLUMN / (dayUse ? 4 : 2), -4);
    const right = Math.min(this.left(bar.end) + COLUMN * (dayUse ? 0.75 : 0.5), this.width * COLUMN + 4);
    const looks = ["stay", brandClass(bar.channel_type), pending(bar) && "pending", home.clashing.has(bar.stay_code) && "clashing"];
    const node = el(
      "div",
      this.at(day, { class: looks.filter(Boolean).join(" "), role: "gridcell", "aria-colspan": Math.max(1, until - day), "aria-label": stayWords(home, bar), style: `left:${left}px;width:${right - left}px;--in:${bar.lane}` }),
      el("span", "who", el("bdi", {}, bar.guest_name || brand(bar.channel_type))),
    );
    node.bar = bar;
    if (right - left > ROOM_FOR_SUM && bar.amount !== undefined) node.firstChild.dataset.sum = shortMoney(bar.amount, bar.currency);
    for (let night = day; night < until; night += 1) if (!row.days.has(night)) row.days.set(night, node);
    if (dayUse && home.nights.get(day) === "s") row.days.set(day, node);
    return node;
  }

  block({ start, nights, remarks }) {
    return el("div", { class: "block", "aria-hidden": "true", style: `left:${this.left(start) + COLUMN / 2}px;width:${nights * COLUMN}px` }, el("span", "who", el("bdi", {}, remarks || "Blocked")));
  }

  listen() {
    const { node } = this;
    listen(node, {
      scroll: () => {
        // What measures comes before what draws: or the browser lays out twice.
        this.lookAhead();
        this.draw();
      },
      pointerover: ({ target }) => {
        const named = target.closest(".cell, .stay");
        if (named) named.title = named.ariaLabel;
      },
    });
    new ResizeObserver(() => {
      if (this.roomForNames() === this.nameSpan) this.draw();
      else if (this.tops) this.refresh();
    }).observe(node);
  }

  firstInSight() {
    return this.origin + Math.round(this.node.scrollLeft / COLUMN);
  }

  lookAhead() {
    const { scrollLeft, scrollWidth, clientWidth } = this.node;
    const moved = scrollLeft - this.before;
    this.before = scrollLeft;
    if (moved > 0 && scrollLeft + clientWidth > scrollWidth - 3 * COLUMN) this.handlers.needed(1);
    if (moved < 0 && scrollLeft < 3 * COLUMN) this.handlers.needed(-1);
  }

  /** Scroll so that a day is the first in sight. */
  goTo(day) {
    this.node.scrollLeft = this.left(day);
    this.draw();
  }

  pointAt(x, y) {
    const { node, model } = this;
    const box = node.getBoundingClientRect();
    const day = this.origin + Math.floor((x - box.left + node.scrollLeft - this.nameSpan) / COLUMN);
    return { row: this.rowAt(y - box.top + node.scrollTop - HEAD), day: within(day, model.first, model.last) };
  }

  /** Show which days are picked, and where the keyboard is. */
  lay(picks, cursor) {
    Object.assign(this, { picks, cursor });
    const { node } = this;
    this.cover(this.picked, picks);
    this.cover(this.caret, cursor && document.activeElement === node && { top: cursor.row, bottom: cursor.row, from: cursor.day, to: cursor.day });
    for (const row of this.rows.values()) this.mark(row);
    document.getElementById("active-cell")?.removeAttribute("id");
    const active = cursor && this.rows.get(cursor.row)?.days.get(cursor.day);
    if (active) active.id = "active-cell";
    if (active) node.setAttribute("aria-activedescendant", "active-cell");
    else node.removeAttribute("aria-activedescendant");
  }

  mark({ home, days }) {
    const { picks } = this;
    const inside = picks?.homes.includes(home);
    for (const [day, node] of days) {
      node.ariaSelected = inside && day >= picks.from && day <= picks.to && !node.bar ? "true" : null;
    }
  }

  cover(node, area) {
    node.hidden = !area;
    if (!area) return;
    const { top, bottom, from, to } = area;
    node.style.cssText = `left:${this.nameSpan + this.left(from)}px;width:${(to - from + 1) * COLUMN}px;top:${HEAD + this.tops[top]}px;height:${this.tops[bottom + 1] - this.tops[top]}px`;
  }

  /** Scroll as little as it takes for a day to be in sight. */
  reveal(cursor) {
    const { node } = this;
    const left = this.left(cursor.day);
    node.scrollLeft = Math.max(Math.min(node.scrollLeft, left), left + COLUMN + this.nameSpan - node.clientWidth);
    node.scrollTop = Math.max(Math.min(node.scrollTop, this.tops[cursor.row]), this.tops[cursor.row + 1] + HEAD - node.clientHeight);
    this.draw();
  }
}

/** Put nodes into another one in their order, touching none that is there. */
function arrange(node, children) {
  const kept = new Set(children);
  for (const child of [...node.children]) if (!kept.has(child)) child.remove();
  let at = node.firstChild;
  for (const child of children) {
    if (child !== at) node.insertBefore(child, at);
    else at = at.nextSibling;
  }
}

export function within(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
