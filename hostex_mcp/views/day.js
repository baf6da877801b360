import { connect } from "./parts/bridge.js";
import { problem, replace, skeleton } from "./parts/dom.js";

const view = document.getElementById("view");

function show(answer) {
  view.removeAttribute("aria-busy");
  replace(view, answer.error ? problem(answer.error) : answer.text);
}

replace(view, skeleton(8));
await connect({ name: "day", onResult: show });
