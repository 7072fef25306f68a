// @ts-check
/** What a crew reports while no link is there: kept on the phone with its time, and sent in the order it was tapped. */

import { Outbox } from "./outbox.js";

const PATIENCE_MS = 10_000;
/** So soon after the tap the server's own time is the truth; later the phone tells when it was. */
const NOW_MS = 2000;
const { user = "", zone } = document.body.dataset;
const place = document.getElementById("queue");
const CLOCK = new Intl.DateTimeFormat("en-GB", { timeZone: zone || undefined, hour: "2-digit", minute: "2-digit" });
/** Whether the last attempt got no answer. */
let down = false;

/** @typedef {import("./outbox.js").Note} Note */

/** Of one person: whoever signs in next on this phone sends nothing of it. */
export const queue = new Outbox(`${user}/phone`, localStorage, send, show);
show();
queue.flush();
addEventListener("online", () => queue.flush());

/** Keep what a form says, under a key of its own; resolves when it was sent, refused or could not be sent now.
 * @param {HTMLFormElement} form @param {HTMLElement | null} submitter */
export function keep(form, submitter) {
  const said = Object.fromEntries([...new FormData(form)].filter(([name]) => !["csrfmiddlewaretoken", "key"].includes(name)));
  if (submitter instanceof HTMLButtonElement && submitter.name) said[submitter.name] = submitter.value;
  return queue.add({ action: form.action, said, timed: form.dataset.queued !== "untimed", words: submitter?.textContent?.trim() ?? "" });
}

/** @param {Note} note */
async function send({ key, at, action, said, timed }) {
  const token = /** @type {HTMLInputElement | null} */ (document.querySelector("[name=csrfmiddlewaretoken]"))?.value ?? "";
  const late = timed && Date.now() - at > NOW_MS;
  const answer = await fetch(action, {
    method: "POST", redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS),
    headers: { Accept: "application/json", "X-CSRFToken": token },
    body: new URLSearchParams({ ...said, key, ...(late && { at: new Date(at).toISOString() }) }),
  }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  down = !told || (answer?.status ?? 0) >= 500 || told.error === "just_moved";
  if (answer?.ok && told) return;
  queueMicrotask(show);
  throw Object.assign(new Error(told?.message), { unanswered: down });
}

/** @param {Note} note */
function words(note) {
  return `${note.words} ${CLOCK.format(note.at)}`;
}

function show() {
  if (!place) return;
  const [waiting, refused] = [queue.waiting(), queue.refused()];
  place.hidden = !(down && waiting.length) && !refused.length;
  place.replaceChildren();
  if (!queue.notes.length) dispatchEvent(new Event("reported")); // the server has all of it, and the page may be read again
  if (down && waiting.length) line(`▲ Not sent yet, kept on this phone: ${waiting.map(words).join(", ")}. Say by radio what cannot wait.`);
  for (const note of refused) {
    line(`✗ ${words(note)} was not taken: ${note.refused}`);
    const drop = document.createElement("button");
    drop.type = "button";
    drop.textContent = "I have read it";
    drop.addEventListener("click", () => queue.discard(note.key));
    place.append(drop);
  }
}

/** @param {string} text */
function line(text) {
  const said = document.createElement("p");
  said.textContent = text;
  place?.append(said);
}
