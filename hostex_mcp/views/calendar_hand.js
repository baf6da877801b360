// Picking days on the grid, by mouse, touch and keyboard, and opening stays.

import { within } from "./calendar_grid.js";
import { listen } from "./parts/dom.js";

const FAR = 1e6;

/** The hand on a grid. `handlers` are picked(days or null, entered), opened(home, bar) and needed(-1 or 1). */
export class Hand {
  constructor(grid, handlers) {
    Object.assign(this, { grid, handlers });
    const { node } = grid;
    const place = () => this.place();
    listen(node, { keydown: (event) => this.press(event), pointerdown: (event) => this.startDrag(event), click: (event) => this.click(event), pointermove: (event) => this.drag(event), lostpointercapture: () => this.drop(), focus: place, blur: place });
  }

  /** Forget what is picked: other properties or days are shown. */
  reset() {
    this.cursor = null;
    if (this.pick) this.clear();
  }

  startDrag(event) {
    const { grid } = this;
    const { node } = grid;
    if (event.pointerType !== "mouse" || event.button || !event.target.closest(".cell")) return;
    event.preventDefault();
    node.focus({ preventScroll: true });
    const point = grid.pointAt(event.clientX, event.clientY);
    this.setPick(event.shiftKey && this.pick ? this.pick.anchor : point, point);
    node.setPointerCapture(event.pointerId);
    this.dragging = true;
  }

  drag({ clientX, clientY }) {
    if (this.dragging && this.pick) this.setPick(this.pick.anchor, this.grid.pointAt(clientX, clientY));
  }

  drop() {
    this.dragging = false;
    this.tellPick();
  }

  click({ target, pointerType }) {
    const chosen = target.closest(".stay, .cell");
    if (!chosen) return;
    const row = chosen.closest(".row").ariaRowIndex - 2;
    const point = { row, day: this.grid.origin + (chosen.ariaColIndex - 2) };
    if (chosen.bar) {
      this.cursor = point;
      this.handlers.opened(this.grid.homes[row], chosen.bar);
    } else if (pointerType !== "mouse") this.tap(point);
  }

  /** The first touch picks a day, the next one in the same row all days up to it. */
  tap(point) {
    const { anchor, focus } = this.pick ?? {};
    const goesOn = anchor === focus && anchor?.row === point.row && anchor.day < point.day;
    this.setPick(goesOn ? anchor : point, point);
    this.tellPick();
  }

  press(event) {
    const { key, shiftKey } = event;
    const end = event.ctrlKey || event.metaKey ? FAR : 0;
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], PageUp: [0, -28], PageDown: [0, 28], Home: [-end, -FAR], End: [end, FAR] };
    if (steps[key]) this.move(steps[key], shiftKey);
    else if (key === "Enter" || key === " ") this.enter();
    else if (key === "Escape" && this.pick) this.clear();
    else return;
    event.preventDefault();
  }

  move([down, across], extend) {
    const { grid } = this;
    const { first, last } = grid.model;
    const at = this.cursor ?? this.startPoint();
    const bar = this.barAt(at);
    // One step leads past a stay, except while days are picked.
    const past = bar && !extend && Math.abs(across) === 1 ? (across > 0 ? Math.max(bar.end - 1, at.day) : Math.max(bar.start, first)) : at.day;
    const day = past + across;
    if (Math.abs(across) < FAR && day !== within(day, first, last)) this.handlers.needed(across);
    const point = { row: within(at.row + down, 0, grid.homes.length - 1), day: within(day, first, last) };
    if (extend) this.setPick(this.pick?.anchor ?? at, point);
    else if (this.pick) this.clear();
    this.cursor = point;
    grid.reveal(point);
    this.place();
    if (extend) this.tellPick();
  }

  startPoint() {
    const { today, first, last } = this.grid.model;
    return { row: 0, day: within(today, first, last) };
  }

  barAt({ row, day }) {
    return this.grid.rows.get(row)?.days.get(day)?.bar;
  }

  enter() {
    this.cursor ??= this.startPoint();
    this.grid.reveal(this.cursor);
    const bar = this.barAt(this.cursor);
    if (bar && !this.pick) return this.handlers.opened(this.grid.homes[this.cursor.row], bar);
    if (!this.pick) this.setPick(this.cursor, this.cursor);
    return this.tellPick(true);
  }

  setPick(anchor, focus) {
    this.pick = { anchor, focus };
    this.cursor = focus;
    this.place();
  }

  clear() {
    this.pick = null;
    this.place();
    this.handlers.picked(null);
  }

  /** The picked days: properties, first and last day. */
  picks() {
    if (!this.pick) return null;
    const { anchor, focus } = this.pick;
    const [top, bottom] = [anchor.row, focus.row].sort((a, b) => a - b);
    const [from, to] = [anchor.day, focus.day].sort((a, b) => a - b);
    return { homes: this.grid.homes.slice(top, bottom + 1), from, to, top, bottom };
  }

  tellPick(enter = false) {
    this.handlers.picked(this.picks(), enter);
  }

  place() {
    this.grid.lay(this.picks(), this.cursor);
  }
}
