// A message that a person may edit on its card before it is sent.

import { el } from "./dom.js";

// Enough for a narrow screen, where the browser does not give a field the height of its text.
function linesOf(text) {
  return Math.ceil(text.length * 0.033) + text.split("\n").length + 1;
}

/** The field of a draft, and what stands around it. */
export function draftField({ text, spelled }, typed = text) {
  const field = el("textarea", { id: "draft", dir: "auto", rows: linesOf(typed) });
  field.value = typed;
  const around = [el("label", { for: "draft" }, "The message, as it will be sent"), field, text !== spelled && el("p", "quiet small", "Characters that nobody can see were taken out.")];
  return { field, around };
}
