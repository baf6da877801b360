// Days, sums and names as people read them. Days are texts, YYYY-MM-DD, of the property's own place: they are
// reckoned as UTC days, which have no summer time.

const DAY = 86_400_000;
const CHANNELS = {
  __proto__: null,
  airbnb: "Airbnb",
  "booking.com": "Booking.com",
  agoda: "Agoda",
  expedia: "Expedia",
  vrbo: "Vrbo",
  "trip.com": "Trip.com",
  booking_site: "Booking site",
  tujia_intl: "Tujia International",
  hostex_direct: "Direct",
  tujia: "Tujia",
  xiaozhu: "Xiaozhu",
  meituan_bnb: "Meituan BnB",
  meituan_hotel: "Meituan Hotel",
  muniao: "Muniao",
  fliggy: "Fliggy",
  zhukeyun: "Zhukeyun",
  tiktok: "TikTok",
  xiaohongshu: "RED",
  ctrip: "Ctrip",
  houfy: "Houfy",
};
let settings = { locale: "en-GB", timeZone: undefined };
let formats = new Map();

/** Take language and time zone from the host. */
export function useContext({ locale, timeZone } = {}) {
  settings = { locale: usable(locale, "en-GB"), timeZone };
  formats = new Map();
}

function usable(locale, otherwise) {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? otherwise;
  } catch {
    return otherwise;
  }
}

function formatter(kind, options) {
  const key = `${kind.name} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new kind(settings.locale, options));
  return formats.get(key);
}

function dayFormat(iso, options) {
  const date = new Date(`${iso}T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? String(iso) : formatter(Intl.DateTimeFormat, { timeZone: "UTC", ...options }).format(date);
}

/** A sum in major units, with its currency's own decimals; whole sums without them. */
export function money(amount, currency) {
  if (amount === null || amount === undefined) return "";
  const whole = Number.isInteger(amount) ? { maximumFractionDigits: 0, minimumFractionDigits: 0 } : {};
  return sum(amount, currency, whole) ?? `${number(amount)} ${currency ?? ""}`.trim();
}

/** A sum with the sign of its currency; undefined for what is none. */
function sum(amount, currency, digits) {
  try {
    return formatter(Intl.NumberFormat, { style: "currency", currency, currencyDisplay: "narrowSymbol", ...digits }).format(amount);
  } catch {
    return undefined;
  }
}

export function number(value, digits = 2) {
  return formatter(Intl.NumberFormat, { maximumFractionDigits: digits }).format(value);
}

/** A share of 1 in percent. */
export function percent(share, digits = 0) {
  return formatter(Intl.NumberFormat, { style: "percent", maximumFractionDigits: digits }).format(share);
}

export function dayName(iso) {
  return dayFormat(iso, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

export function shortDay(iso) {
  return dayFormat(iso, { weekday: "short", day: "numeric", month: "short" });
}

export function weekday(iso, width = "short") {
  return dayFormat(iso, { weekday: width });
}

export function monthName(iso) {
  return dayFormat(`${iso.slice(0, 7)}-01`, { month: "long", year: "numeric" });
}

export function isWeekend(iso) {
  return [0, 6].includes(new Date(`${iso}T00:00:00Z`).getUTCDay());
}

export function addDays(iso, days) {
  return new Date(Date.parse(`${iso}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

export function daysBetween(from, to) {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY);
}

/** Today where the person is, used only where the server did not say what day it is. */
export function localToday() {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: settings.timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  return parts.format(new Date());
}

/** A moment, ISO 8601 with offset, in the zone of the person. */
export function moment(iso) {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return String(iso);
  return formatter(Intl.DateTimeFormat, { timeZone: settings.timeZone, day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(date);
}

/** The day of a moment in the zone of the person, as a text. */
export function dayOf(iso) {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "";
  return new Intl.DateTimeFormat("en-CA", { timeZone: settings.timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(date);
}

/** The time of day of a moment in the zone of the person. */
export function timeOf(iso) {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? "" : formatter(Intl.DateTimeFormat, { timeZone: settings.timeZone, hour: "2-digit", minute: "2-digit" }).format(date);
}

/** A day, with its year where there could be a doubt about it: half a year from now another has the same name. */
export function nearDay(iso) {
  const near = Math.abs(daysBetween(localToday(), iso)) < 180;
  return near ? shortDay(iso) : dayFormat(iso, { weekday: "short", day: "numeric", month: "short", year: "numeric" });
}

export function plural(count, singular, many = `${singular}s`) {
  return `${number(count, 0)} ${count === 1 ? singular : many}`;
}

export function brand(code) {
  const key = String(code ?? "").toLowerCase();
  return CHANNELS[key] ?? String(code ?? "");
}

/** The class by which a channel has its colour everywhere. */
export function brandClass(code) {
  const key = brand(code).toLowerCase().replace(/\W+/g, "");
  return ["airbnb", "bookingcom", "vrbo", "expedia", "agoda", "direct"].includes(key) ? `channel-${key}` : "channel-other";
}

/** What stands between the marks of a text that an outsider wrote, and whether there were marks. How much of it
 * was left out is said behind them. */
export function plainText(text) {
  const marked = /^<(guest-[0-9a-f]{6})>([\s\S]*)<\/\1>(… \(\d+ characters more\))?$/.exec(String(text ?? ""));
  return marked ? { text: marked[2] + (marked[3] ?? ""), outside: true } : { text: String(text ?? ""), outside: false };
}

/** A sum in the space of a cell or an axis: whole, thousands shortened. */
export function shortMoney(amount, currency) {
  const digits = Math.abs(amount) >= 10_000 ? { notation: "compact", maximumFractionDigits: 1 } : { maximumFractionDigits: 0 };
  return sum(amount, currency, { minimumFractionDigits: 0, ...digits }) ?? formatter(Intl.NumberFormat, digits).format(amount);
}
