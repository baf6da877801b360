// Charts drawn by hand. What they show is in a table too, so listeners lose nothing without them.

import { el } from "./parts/dom.js";

const HIGH = 200;
const LEAST = 56;
const FOOT = 34;
const MARGIN = 56;
const STEPS = [1, 2, 2.5, 5, 10];

/** A horizontal bar for each line, with that of the period before under it. */
export function barChart(lines, words) {
  const top = highest(lines);
  const bar = (value, look) => typeof value === "number" && el("span", { class: `length ${look}`, style: `width:${Math.max(0, (value / top) * 100)}%` });
  const row = ({ name, now, before, look }) => el("div", `bar-row ${look}`, el("bdi", { class: "bar-name", title: name }, name), el("span", "lengths", bar(now, ""), bar(before, "was")), el("b", "bar-value", words(now)));
  return el("div", "bars", lines.map(row));
}

/** A pair of columns for each line, over a scale, as wide as there is room. */
export function columnChart(lines, words, short, room) {
  const step = stepOf(highest(lines));
  const levels = Math.max(1, Math.ceil(highest(lines) / step));
  const y = (value) => 8 + HIGH - (value / (levels * step)) * HIGH;
  const width = Math.max(MARGIN + lines.length * LEAST, room);
  const wide = (width - MARGIN) / lines.length;
  const grid = Array.from({ length: levels + 1 }, (_, level) => [
    el("line", { x1: MARGIN, x2: width, y1: y(level * step), y2: y(level * step), class: "rule" }),
    el("text", { x: MARGIN - 8, y: y(level * step) + 4, "text-anchor": "end" }, short(level * step)),
  ]);
  const column = (value, x, look) => typeof value === "number" && el("rect", { class: look, x, y: y(Math.max(value, 0)), width: 18, height: Math.max(0, 8 + HIGH - y(Math.max(value, 0))), rx: 3 }, el("title", { svg: true }, words(value)));
  const pair = ({ name, now, before }, place) => {
    const middle = MARGIN + wide * (place + 0.5);
    const [month, year = ""] = name.split(/ (?=\d+$)/);
    return [column(before, middle - 20, "was"), column(now, middle + 1, "now"), el("text", { x: middle, y: HIGH + 24, "text-anchor": "middle" }, wide < 76 && month.length > 5 ? month.slice(0, 3) : month), el("text", { x: middle, y: HIGH + 24 + 14, "text-anchor": "middle" }, year)];
  };
  return el("svg", { width, height: HIGH + FOOT + 10, class: "columns" }, grid, lines.map(pair));
}

function highest(lines) {
  return Math.max(...lines.flatMap(({ now, before }) => [now ?? 0, before ?? 0]), 0) || 1;
}

/** A round distance between the lines of a scale, of which there are at most five. */
function stepOf(top) {
  const unit = 10 ** Math.floor(Math.log10(top / 4));
  return (STEPS.find((step) => step * unit >= top / 4) ?? 10) * unit;
}
