// @ts-check
/** The phone page works without this: here a second tap is stopped, news are shown without losing typed text, and what is
 * reported without a link is kept. */

import * as kept from "./phone_queue.js";

const EVERY_MS = 5000;
const body = document.body;
/** Whose typed text: on a shared phone the next person's page must not bring it back. */
const KEPT = `care-typed:${body.dataset.user}:`;
/** The center's time, as everywhere on the page. */
const CLOCK = new Intl.DateTimeFormat("en-GB", { timeZone: body.dataset.zone || undefined, hour: "2-digit", minute: "2-digit" });
/** When the server first failed to answer; stays until it answers again. */
let failedAt = "";

const opened = new Set(document.querySelectorAll("details[open]"));

/** Whether something is typed or unfolded that a reload would throw away. */
function busy() {
  for (const fold of document.querySelectorAll("details[open]")) {
    if (!opened.has(fold)) return true;
  }
  return typed() || (document.activeElement instanceof HTMLElement && document.activeElement.matches("textarea, input, select"));
}

function typed() {
  const fields = /** @type {NodeListOf<HTMLInputElement | HTMLTextAreaElement>} */ (
    document.querySelectorAll("textarea, input:not([type=hidden], [type=radio])")
  );
  for (const field of fields) {
    const box = field.type === "checkbox" && /** @type {HTMLInputElement} */ (field);
    if (box ? box.checked !== box.defaultChecked : field.value !== field.defaultValue) return true;
  }
  return false;
}

/** Where a longer text stays, in this tab alone, until the server has it. @param {HTMLTextAreaElement} field */
function place(field) {
  const about = /** @type {HTMLInputElement | null} */ (field.form?.querySelector("[name=call], [name=id], [name=service]") ?? null);
  return `${KEPT}${field.form?.getAttribute("action")}:${about?.value ?? ""}:${field.name}`;
}

/** With its key: a note that did arrive, unlike the answer, is not taken twice. @param {HTMLTextAreaElement} field @param {boolean} sent */
function keep(field, sent) {
  const key = /** @type {HTMLInputElement | null} */ (field.form?.querySelector("[name=key]") ?? null);
  if (field.value) sessionStorage.setItem(place(field), JSON.stringify({ text: field.value, key: key?.value, sent }));
  else sessionStorage.removeItem(place(field));
}

/** @param {HTMLTextAreaElement} field */
function bringBack(field) {
  const kept = JSON.parse(sessionStorage.getItem(place(field)) ?? "null");
  if (kept?.sent && document.querySelector(".said")) {
    sessionStorage.removeItem(place(field));
  } else if (kept && !field.value) {
    field.defaultValue = field.value = kept.text;
    const key = /** @type {HTMLInputElement | null} */ (field.form?.querySelector("[name=key]") ?? null);
    if (key && kept.key) key.value = kept.key;
    field.closest("details")?.setAttribute("open", "");
    keep(field, false);
  }
}

/** @param {string} words @param {boolean} off */
function tell(words, off) {
  const place = document.getElementById("link");
  if (!place || place.textContent === words) return; // a screen reader hears each change once
  const link = document.createElement("a");
  link.href = location.pathname + location.search;
  link.textContent = words;
  link.className = off ? "off" : "";
  place.replaceChildren(link);
}

async function look() {
  try {
    const answer = await fetch(body.dataset.seenUrl ?? "", { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.redirected || !answer.ok) throw new Error(String(answer.status));
    const { seen } = await answer.json();
    if (seen === body.dataset.seen) tell("● Up to date", false);
    else if (busy()) tell("▲ News: refresh when done", true);
    else location.reload();
    failedAt = "";
  } catch {
    failedAt ||= CLOCK.format(new Date());
    tell(`✕ NOT LIVE since ${failedAt}: use the radio`, true);
  }
}

async function tick() {
  if (!document.hidden) await look();
  setTimeout(tick, EVERY_MS);
}

/** Send a report, or keep it; what is refused stays in its form as well. @param {HTMLFormElement} form @param {HTMLElement | null} button */
async function report(form, button) {
  const refused = kept.queue.refused().length;
  await kept.keep(form, button);
  settle(form);
  if (kept.queue.refused().length === refused) form.reset();
}

addEventListener("reported", () => setTimeout(() => typed() || location.assign(body.dataset.home ?? "")));

/** A form may be sent again. @param {HTMLFormElement} form */
function settle(form) {
  form.removeAttribute("data-sent");
  for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
}

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.closest("footer") && kept.queue.notes.length) {
    event.preventDefault();
    tell("▲ Something is only on this phone: see above before you sign out", true);
    return;
  }
  form.dataset.sent = "yes";
  if (form.dataset.queued !== undefined) {
    event.preventDefault();
    report(form, event.submitter);
  }
  for (const field of form.querySelectorAll("textarea")) keep(field, true);
  if (form.closest("footer")) sessionStorage.clear(); // signed out: nothing typed stays on this phone
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
});

for (const name of Object.keys(sessionStorage)) if (!name.startsWith(KEPT)) sessionStorage.removeItem(name);
const texts = document.querySelectorAll("textarea");
texts.forEach(bringBack);
document.addEventListener("input", ({ target }) => target instanceof HTMLTextAreaElement && keep(target, false));

// Coming back with the browser's own "back": the forms may be sent again, with their old keys, which changes nothing twice.
addEventListener("pageshow", () => {
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-sent]"))) settle(form);
});

if (body.dataset.seen) setTimeout(tick, EVERY_MS);
