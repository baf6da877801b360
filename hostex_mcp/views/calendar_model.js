// What the calendar knows: properties with their stays and days, put together from the pieces that were read.
// Days are numbers here, counted from 1970, so that pieces and scrolling need no dates.

import { brand, dayName, money, plural, shortDay } from "./parts/format.js";

export const DAY_MS = 86_400_000;
const COLUMNS = ["price", "min_stay", "no_arrival", "no_departure"];
const PENDING = { __proto__: null, wait_accept: "request, not accepted yet", wait_pay: "not paid yet" };
const CONFLICTS = { __proto__: null, double_booking: "double booking", open_on_channel: "closed here, open on", closed_on_channel: "free here, closed on" };

export function dayNumber(iso) {
  return Math.round(Date.parse(`${iso}T00:00:00Z`) / DAY_MS);
}

export function isoDay(number) {
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}

/** Properties in the order in which they came; `first` and `last` are the days read so far. */
export class Model {
  constructor() {
    Object.assign(this, { homes: new Map(), notes: new Set(), failed: new Set(), first: Infinity, last: -Infinity });
  }

  /** Take in one answer of read_calendar; what was known of its days is replaced. */
  add(data) {
    for (const row of data.items ?? []) this.addRow(row);
    for (const note of data.notes ?? []) this.notes.add(note);
    for (const failure of data.failed ?? []) this.failed.add(failure.message);
  }

  addRow(row) {
    const home = this.homes.get(row.property_id) ?? blankHome(row);
    this.homes.set(row.property_id, home);
    const start = dayNumber(row.start_date);
    const end = start + row.days - 1;
    home.title = row.property;
    home.today = dayNumber(row.today);
    this.today ??= home.today;
    this.first = Math.min(this.first, start);
    this.last = Math.max(this.last, end);
    [...row.nights].forEach((letter, place) => home.nights.set(start + place, letter));
    for (const key of ["blocks", "gaps", "conflicts"]) {
      const shifted = (row[key] ?? []).map((span) => ({ ...span, start: start + span.start }));
      home[key] = [...home[key].filter((span) => span.start > end || span.start + span.nights <= start), ...shifted];
    }
    this.addStays(home, row, start, end);
    addListings(home, row, start, end);
    mark(home);
  }

  addStays(home, row, start, end) {
    for (const [code, stay] of home.stays) {
      if (stay.start <= end && stay.end >= start) home.stays.delete(code);
    }
    for (const stay of row.stays) home.stays.set(stay.stay_code, { ...stay, start: start + stay.start, end: start + stay.start + stay.nights });
    const free = [];
    home.bars = [...home.stays.values()].sort((a, b) => a.start - b.start || a.end - b.end);
    for (const bar of home.bars) {
      const lane = free.findIndex((until) => until <= bar.start);
      bar.lane = lane < 0 ? free.length : lane;
      // A stay of one day takes up half a day on the grid, so the next bar cannot begin in its place.
      free[bar.lane] = Math.max(bar.end, bar.start + (bar.nights === 0 ? 1 : 0));
    }
    home.lanes = Math.max(1, free.length);
  }

  /** The channels of "bars" or "listings", by name. */
  channels(kind) {
    const found = new Set();
    for (const home of this.homes.values()) {
      for (const { channel_type } of home[kind].values()) found.add(channel_type);
    }
    return [...found].sort((a, b) => brand(a).localeCompare(brand(b)));
  }

  /** Whether stays are shown, but none of them with this member: it is not served to this connection. */
  lacks(member) {
    const bars = [...this.homes.values()].flatMap((home) => home.bars);
    return bars.length > 0 && bars.every((bar) => (bar[member] ?? "") === "");
  }
}

function blankHome(row) {
  return { id: row.property_id, title: row.property, nights: new Map(), stays: new Map(), listings: new Map(), bars: [], blocks: [], gaps: [], conflicts: [], lanes: 1 };
}

function addListings(home, row, start, end) {
  row.listings.forEach((listing, place) => {
    const { channel_type, listing_id, currency } = listing;
    const key = `${channel_type} ${listing_id}`;
    const known = home.listings.get(key) ?? Object.fromEntries(COLUMNS.map((name) => [name, new Map()]));
    home.listings.set(key, Object.assign(known, { key, channel_type, listing_id, currency }));
    if (place === row.price_of) home.priceOf = key;
    for (const name of COLUMNS) {
      for (let day = start; day <= end; day += 1) known[name].delete(day);
      for (const [first, count, value = true] of listing[name] ?? []) {
        for (let day = start + first; day < start + first + count; day += 1) known[name].set(day, value);
      }
    }
  });
}

/** Note by day what is wrong or on its way there, for cells, names and listeners. `due` is a change that was sent
 * for some days, until they show it. */
export function mark(home) {
  home.trouble = new Map();
  home.clashing = new Set(home.conflicts.flatMap((conflict) => conflict.stay_codes ?? []));
  const note = (span, text, kind) => {
    for (let day = span.start; day < span.start + span.nights; day += 1) {
      home.trouble.set(day, [...(home.trouble.get(day) ?? []), { text, kind }]);
    }
  };
  for (const gap of home.gaps) note(gap, `cannot be booked on ${gap.channels.map(brand).join(", ")}: ${gap.text}`, "gap");
  for (const conflict of home.conflicts) {
    const where = conflict.channel_type ? ` ${brand(conflict.channel_type)}` : "";
    note(conflict, `${CONFLICTS[conflict.kind] ?? conflict.kind}${where}`, "conflict");
  }
  if (home.due?.isDone(home)) home.due = null;
  if (home.due) note(home.due, home.due.text, "due");
}

const shared = new Map();

/** What is made once, among others that were made: texts that thousands of cells share, or nodes. */
export function once(key, make, made = shared) {
  if (!made.has(key)) made.set(key, make());
  return made.get(key);
}

/** Forget the texts made so far: the language may be another. */
export function forget() {
  shared.clear();
}

/** What a day of a property costs and allows on the listing of a channel; without a channel on the usual one. */
export function dayFacts(home, day, channel) {
  const listings = [...home.listings.values()];
  const listing = channel ? listings.find((each) => each.channel_type === channel) : home.listings.get(home.priceOf) ?? listings[0];
  const facts = Object.fromEntries(COLUMNS.map((name) => [name, listing?.[name].get(day)]));
  return { ...facts, state: home.nights.get(day), currency: listing?.currency, trouble: home.trouble.get(day) ?? [] };
}

/** A day in words. */
export function dayWords(home, day, facts) {
  const block = facts.state === "b" && home.blocks.find((span) => span.start <= day && day < span.start + span.nights);
  const states = { ".": "free", s: "booked", b: block?.remarks ? `blocked: ${block.remarks}` : "blocked", "?": "not in Hostex's calendar" };
  const parts = [
    states[facts.state] ?? "not loaded",
    facts.price !== undefined && once(`a night ${facts.price} ${facts.currency}`, () => `${money(facts.price, facts.currency)} a night`),
    facts.min_stay && `at least ${plural(facts.min_stay, "night")}`,
    facts.no_arrival && "no arrivals",
    facts.no_departure && "no departures",
    ...facts.trouble.map(({ text }) => text),
  ];
  return `${once(day, () => dayName(isoDay(day)))}: ${listed(parts)}`;
}

/** A stay in words. */
export function stayWords(home, bar) {
  const parts = [
    bar.guest_name || "Guest",
    brand(bar.channel_type),
    bar.nights > 0 ? `${shortDay(bar.check_in_date)} to ${shortDay(bar.check_out_date)}, ${plural(bar.nights, "night")}` : `${shortDay(bar.check_in_date)}, day use`,
    money(bar.amount, bar.currency),
    pending(bar),
    home.clashing.has(bar.stay_code) && "double booking",
  ];
  return listed(parts);
}

function listed(parts) {
  return parts.filter(Boolean).join(", ");
}

/** How many properties, in words. */
export function propertiesIn(homes) {
  return plural(homes.length, "property", "properties");
}

/** What makes a stay uncertain; undefined for one that is not. */
export function pending(bar) {
  return PENDING[bar.status];
}
