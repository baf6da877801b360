// Small drawings beside words. They say nothing that the words do not.

import { el } from "./dom.js";

export const ALERT = "m8 2.2L14.4 13.4H1.6z M8 6.6v3 M8 11.5v.1";
export const ARRIVE = "m7 2.5h6v11H7 M2 8h7 M6.5 5.5 9 8l-2.5 2.5";
export const DEPART = "m9 2.5H3v11h6 M7 8h7 M11.5 5.5 14 8l-2.5 2.5";
export const TURN = "m13 6.5A5.2 5.2 0 0 0 3.4 5 M3 9.5a5.2 5.2 0 0 0 9.6 1.5 M3.2 2.2V5H6 M12.8 13.8V11H10";
export const CHAT = "m2.5 3h11v8h-6l-3 2.7V11h-2z";
export const INBOX = "m2.5 9.5V13h11V9.5L11.5 3h-7z M2.5 9.5h3.2L6.8 11h2.4l1.1-1.5h3.2";
export const TASK = "m3 3h10v10H3z M5.5 8l1.8 1.9 3.2-3.7";
export const STAR = "m8 2.2l1.8 3.7 4 .6-2.9 2.8.7 4L8 11.4l-3.6 1.9.7-4-2.9-2.8 4-.6z";
export const HOME = "m2.2 7.4L8 2.5l5.8 4.9 M4 6.2v7.3h8V6.2";
export const BACK = "m9.8 3.5L5.3 8l4.5 4.5";
export const NEXT = "m6.2 3.5L10.7 8l-4.5 4.5";
export const EXPAND = "m9.5 2.5h4v4 M6.5 13.5h-4v-4 M13.5 2.5 9 7 M2.5 13.5 7 9";
export const SHRINK = "m13.5 6.5h-4v-4 M2.5 9.5h4v4 M9.5 6.5l4-4 M6.5 9.5l-4 4";
export const PICTURE = "m2.5 3h11v10h-11z M2.5 11l3-3 2.5 2.5 2-2 3.5 3.5";
export const AGAIN = "m13 8A5 5 0 1 1 11.6 4.5 M13.2 2.2v3h-3";

export function icon(strokes) {
  return el("svg", { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" }, el("path", { d: strokes }));
}

/** The attributes of a button with a drawing alone. */
export function labelled(label) {
  return { "aria-label": label, title: label, class: "button only-icon" };
}
