// What can be done with picked days. Everything becomes a change that is looked at before it is made.

import { isoDay, propertiesIn } from "./calendar_model.js";
import { propose } from "./parts/card.js";
import { button, el, replace } from "./parts/dom.js";
import { brand, plural, shortDay } from "./parts/format.js";

/** The bar of actions for picked days. `done(homes)` hears that a change of these properties was made. */
export class Actions {
  constructor(host, { done, close }) {
    this.host = host;
    this.done = done;
    this.close = close;
    this.node = el("section", { class: "deeds", "aria-label": "Picked days", hidden: true });
  }

  show(picks, entered) {
    this.node.hidden = !picks;
    if (!picks) return;
    const { homes } = picks;
    const [home] = homes;
    const alone = homes.length === 1;
    const [from, to] = [isoDay(picks.from), isoDay(picks.to)];
    Object.assign(this, { homes, span: { start_date: from, end_date: to }, form: el("div", {}) });
    const nights = plural(picks.to - picks.from + 1, "night");
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
      el("p", "deeds-what", el("b", {}, el("bdi", {}, alone ? home.title : propertiesIn(homes))), ` ${from === to ? shortDay(from) : `${shortDay(from)} to ${shortDay(to)}`}, ${nights}`),
      past ? el("p", "quiet", "Days that are past cannot be changed.") : buttons,
      button("Clear", this.close, { kind: "quiet" }),
      !past && listings.length === 0 && el("p", "quiet small", why),
      this.form,
    );
    if (entered) this.node.querySelector("button").focus();
  }

  open(available) {
    const args = { property_ids: this.homes.map((home) => home.id), available, ...this.span };
    return this.make("update_availabilities", args);
  }

  ask({ parts, read }) {
    const note = el("span", { class: "wrong", role: "alert" });
    const act = () => {
      const { wrong, tool, args } = read(this.span);
      replace(note, wrong ?? "");
      return wrong ? null : this.make(tool, args);
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

  async make(tool, args) {
    const { homes } = this;
    const change = await propose(this.host, tool, args);
    if (change && !change.open && change.state !== "declined") await this.done(homes);
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
  const read = (span) => {
    const price = wholeNumber(input);
    if (!price) return { wrong: "A whole amount above 0, please." };
    const prices = [{ ...span, price }];
    const on = listing();
    if (on) return { tool: "update_listing_prices", args: { channel_type: on.channel_type, listing_id: on.listing_id, prices } };
    return { tool: "update_property_prices", args: { property_id: home.id, prices, ...(usual && { currency: usual }) } };
  };
  return { parts: [part, unit, choice.part], read };
}

function stayForm(listings) {
  const { input, part } = field("Minimum nights", 3);
  const choice = chooser(listings);
  const read = (span) => {
    const nights = wholeNumber(input);
    if (!nights) return { wrong: "A whole number of nights, please." };
    const { channel_type, listing_id } = listings.find((listing) => listing.key === choice.select.value);
    return { tool: "update_listing_restrictions", args: { channel_type, listing_id, restrictions: [{ ...span, min_stay_on_arrival: nights }] } };
  };
  return { parts: [part, choice.part], read };
}
