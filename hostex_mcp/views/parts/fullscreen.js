// The button to full screen and back, where the app has it.

import { button } from "./dom.js";
import { EXPAND, SHRINK, icon, labelled } from "./icons.js";

export function fullscreenButton(host) {
  if (!host.can("fullscreen")) return null;
  const full = host.context.displayMode === "fullscreen";
  const change = async () => {
    const { mode } = await host.setDisplayMode(full ? "inline" : "fullscreen");
    host.learn({ displayMode: mode });
  };
  return button(icon(full ? SHRINK : EXPAND), change, { ...labelled(full ? "Leave full screen" : "Full screen"), id: "full" });
}

/** Put the button in the place of the one that told of another mode. */
export function renewFullscreen(host) {
  const old = document.getElementById("full");
  const focused = old === document.activeElement;
  old?.replaceWith(fullscreenButton(host) ?? "");
  if (focused) document.getElementById("full")?.focus();
}
