// A stay, opened from its bar: what the grid knows at once, the rest when it has been read.

import { pending } from "./calendar_model.js";
import { named } from "./parts/card.js";
import { button, el, problem, replace, skeleton, untilClosed } from "./parts/dom.js";
import { brandClass, brand, dayName, money, plainText, plural } from "./parts/format.js";

/** Show a stay in a dialog; resolves when it has been closed. */
export function showStay(host, home, bar) {
  const more = el("div", {}, skeleton(3));
  const dialog = el(
    "dialog",
    { "aria-labelledby": "stay-title" },
    el("p", "card-by", el("span", brandClass(bar.channel_type), el("span", "dot"), brand(bar.channel_type)), pending(bar) && el("span", "badge warn", pending(bar))),
    el("h2", { id: "stay-title", class: "card-title" }, el("bdi", {}, bar.guest_name || "Guest")),
    facts([
      ["Property", home.title],
      ["Check-in", dayName(bar.check_in_date)],
      ["Check-out", dayName(bar.check_out_date)],
      ["Length", bar.nights === 0 ? "Day use" : plural(bar.nights, "night")],
      ["Amount", money(bar.amount, bar.currency)],
    ]),
    more,
    el("p", "actions", button("Close", () => dialog.close())),
  );
  read(host, bar, more);
  return untilClosed(dialog);
}

async function read(host, bar, more) {
  const answer = await host.read("get_stay", { stay_code: bar.stay_code });
  if (answer.error) return replace(more, problem(answer.error, () => read(host, bar, more)));
  const { stay = {}, money: sums = {}, thread = {}, notes = [] } = answer.data;
  const { payment } = sums;
  replace(
    more,
    facts([
      ["Arrives", stay.check_in_time],
      ["Leaves", stay.check_out_time],
      ["Guests", stay.guests],
      ["Phone", stay.guest_phone],
      ["E-mail", stay.guest_email],
      ["Still to pay", payment?.balance_amount > 0 && money(payment.balance_amount, payment.currency)],
      ["Remarks", stay.remarks],
      ["Conversation", thread.guest_waits && "The guest waits for an answer"],
      ["Stay code", bar.stay_code],
    ]),
    notes.map((note) => el("p", "quiet small", note)),
  );
}

function facts(rows) {
  const words = (text) => ({ kind: "words", text: plainText(text).text });
  const given = rows.filter(([, value]) => value !== undefined && value !== null && value !== "" && value !== false);
  return named(given.map(([name, value]) => ({ name: words(name), value: words(value) })));
}
