// One change: what a write would do, decided here.

import { connect } from "./parts/bridge.js";
import { changeCard, secretOf } from "./parts/card.js";
import { draftField } from "./parts/draft.js";
import { el, emptyState, problem, replace, skeleton } from "./parts/dom.js";

const view = document.getElementById("view");
let host = null;

async function show(answer) {
  view.ariaBusy = null;
  const id = answer.data.change_id;
  if (!id) {
    const text = answer.error?.message ?? answer.text;
    replace(view, answer.error ? problem(answer.error) : el("p", "notice", text));
    return;
  }
  const secret = secretOf(answer);
  const now = await host.call("read_change", { change_id: id, secret: secret ?? "" });
  if (now.data.change) replace(view, el("h1", "unseen", "A change"), changeCard(host, now.data.change, secret, () => {}, draftField));
  else replace(view, problem(now.error ?? { message: "This change is not here any more." }));
}

replace(view, skeleton(5));
host = await connect({
  name: "change",
  onResult: show,
  onCancelled: () => replace(view, emptyState("The call was cancelled", "Nothing was changed.")),
});
