// Hostex takes a change at once and may make it some seconds later: until it shows it, a view says so.

const PAUSES_MS = [0, 2000, 3000];

/** Read until a change that was sent is seen. `tell(words)` hears what to say of it meanwhile, nothing once it is. */
export async function untilSeen(read, isSeen, tell, doing = "applying") {
  tell(`Hostex is ${doing} this`);
  for (const pause of PAUSES_MS) {
    await new Promise((done) => setTimeout(done, pause));
    await read();
    if (isSeen()) return tell("");
  }
  return tell("Hostex does not show this yet");
}

/** Whether a change may have reached Hostex. */
export function isSent(change) {
  return ["done", "unknown", "approved"].includes(change?.state);
}
