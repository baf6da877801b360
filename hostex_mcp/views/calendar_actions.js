// What can be done with picked days. Everything becomes a change that is looked at before it is made.

import { isoDay, propertiesIn } from "./calendar_model.js";
import { propose } from "./parts/card.js";
import { button, el, replace } from "./parts/dom.js";
import { brand, plural, shortDay } from "./parts/format.js";
import { isSent } from "./parts/seen.js";

/** The bar of actions for picked days. `sent(picks, isDone)` hears that a change of them was sent, which a property
 * shows or not. */
export class Actions {
  constructor(host, handlers) {
    Object.assign(this, { host, ...handlers });
    this.node = el("section", { class: "deeds", "aria-label": "Picked days", hidden: true });
  }

  show(picks, entered) {
    this.node.hidden = !picks;
    if (!picks) return;
    const { homes } = picks;
    const [home] = homes;
    const alone = homes.length === 1;
    const [from, to] = [isoDay(picks.from), isoDay(picks.to)];
    const count = picks.to - picks.from + 1;
    const days = Array.from({ length: count }, (_, place) => picks.from + place);
    Object.assign(this, { picks, days, span: { start_date: from, end_date: to }, form: el("div") });
    const past = homes.some((each) => picks.from < each.today);
    const listings = alone ? [...home.listings.values()] : [];
    const why = alone ? "Sold on no channel: no price or minimum stay to set." : "Prices and minimum stays: one property at a time.";
    const buttons = [
      button("Block", () => this.open(false)),
      button("Open", () => this.open(true)),
      listings.length > 0 && [button("Price …", () => this.ask(priceForm(home, listings))), button("Minimum stay …", () => this.ask(stayForm(listings)))],
    ];
    replace(
      this.node,
      el("p", "deeds-what", el("b", {}, el("bdi", {}, alone ? home.title : propertiesIn(homes))), ` ${from === to ? shortDay(from) : `${shortDay(from)} to ${shortDay(to)}`}, ${plural(count, "night")}`),
      past ? el("p", "quiet", "Days that are past cannot be changed.") : buttons,
      button("Clear", this.close, { kind: "quiet" }),
      !past && listings.length === 0 && el("p", "quiet small", why),
      this.form,
    );
    if (entered) this.node.querySelector("button").focus();
  }

  open(available) {
    const args = { property_ids: this.picks.homes.map((home) => home.id), available, ...this.span };
    return this.make("update_availabilities", args, (home) => this.days.every((day) => home.nights.get(day) !== (available ? "b" : ".")));
  }

  ask({ parts, read }) {
    const note = el("span", { class: "wrong", role: "alert" });
    const act = () => {
      const { wrong, tool, args, isDone } = read(this.span, this.days);
      replace(note, wrong ?? "");
      return wrong ? null : this.make(tool, args, isDone);
    };
    // Frames of some hosts send no forms, so this is none.
    const press = (event) => {
      if (event.key !== "Enter" || !event.target.matches("input")) return;
      // Or the key would press the first button of the card too.
      event.preventDefault();
      preview.click();
    };
    const form = el("div", { class: "deed", on: { keydown: press } }, parts);
    const preview = button("See what changes", act, { kind: "primary" });
    form.append(preview, note);
    replace(this.form, form);
    form.querySelector("input").focus();
  }

  async make(tool, args, isDone) {
    const { picks } = this;
    const change = await propose(this.host, tool, args);
    if (isSent(change)) this.sent(picks, change.undone ? (home) => !isDone(home) : isDone);
  }
}

function wholeNumber(input) {
  const value = Number(input.value.trim());
  return Number.isInteger(value) && value > 0 ? value : null;
}

function field(label, size) {
  const input = el("input", { inputmode: "numeric", size });
  return { input, part: el("label", {}, label, " ", input) };
}

function chooser(listings, all) {
  const twice = (channel) => listings.filter((listing) => listing.channel_type === channel).length > 1;
  const name = ({ channel_type, listing_id }) => brand(channel_type) + (twice(channel_type) ? ` ${listing_id}` : "");
  const select = el("select", {}, all && el("option", { value: "" }, all), listings.map((listing) => el("option", { value: listing.key }, name(listing))));
  return { select, part: el("label", {}, "on ", select) };
}

function priceForm(home, listings) {
  const usual = (home.listings.get(home.priceOf) ?? listings[0]).currency;
  const { input, part } = field("Price a night", 6);
  const choice = chooser(listings, listings.length > 1 && "all channels, by their ratios");
  const unit = el("span", "quiet");
  const listing = () => home.listings.get(choice.select.value);
  const label = () => replace(unit, (listing() ?? { currency: usual }).currency ?? "");
  choice.select.addEventListener("change", label);
  label();
  const read = (span, days) => {
    const price = wholeNumber(input);
    if (!price) return { wrong: "A whole amount above 0, please." };
    const prices = [{ ...span, price }];
    const on = listing();
    const shown = ({ price: all }) => days.map((day) => all.get(day));
    if (on) return { tool: "update_listing_prices", args: { channel_type: on.channel_type, listing_id: on.listing_id, prices }, isDone: () => shown(on).every((each) => each === price) };
    // What the ratios make of it, Hostex knows.
    const everywhere = () => String(listings.map(shown));
    const before = everywhere();
    return { tool: "update_property_prices", args: { property_id: home.id, prices, ...(usual && { currency: usual }) }, isDone: () => everywhere() !== before };
  };
  return { parts: [part, unit, choice.part], read };
}

function stayForm(listings) {
  const { input, part } = field("Minimum nights", 3);
  const choice = chooser(listings);
  const read = (span, days) => {
    const nights = wholeNumber(input);
    if (!nights) return { wrong: "A whole number of nights, please." };
    const { channel_type, listing_id, min_stay } = listings.find((listing) => listing.key === choice.select.value);
    const isDone = () => days.every((day) => (min_stay.get(day) ?? 1) === nights);
    return { tool: "update_listing_restrictions", args: { channel_type, listing_id, restrictions: [{ ...span, min_stay_on_arrival: nights }] }, isDone };
  };
  return { parts: [part, choice.part], read };
}
