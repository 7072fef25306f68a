// @ts-check
/** The phone says where it is while its crew shares that: the page asks once, and any refusal of the server ends it. */

const EVERY_MS = 10_000;
const section = /** @type {HTMLElement | null} */ (document.querySelector("[data-share-url]"));
const words = section?.querySelector("[role=status]");
let saidAt = 0;
/** @type {number | undefined} */
let watch;

/** @param {string} text */
function tell(text) {
  if (words) words.textContent = text;
}

function stop() {
  if (watch !== undefined) navigator.geolocation.clearWatch(watch);
  watch = undefined;
}

/** @param {GeolocationPosition} found */
async function say({ coords }) {
  if (Date.now() - saidAt < EVERY_MS) return;
  saidAt = Date.now();
  const token = /** @type {HTMLInputElement} */ (document.querySelector("[name=csrfmiddlewaretoken]")).value;
  const answer = await fetch(section?.dataset.shareUrl ?? "", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify({ lat: coords.latitude, lng: coords.longitude }),
  }).catch(() => null); // no net: the next place is said instead, none is kept
  if (answer && !answer.ok) {
    stop();
    tell("✗ Not shared: you are on no shift.");
  } else if (answer && section?.dataset.shared !== "yes") {
    location.reload();
  }
}

function start() {
  watch = navigator.geolocation.watchPosition(say, () => tell("✗ The phone does not tell its place: allow it in the browser."), { maximumAge: EVERY_MS });
}

if (section && "geolocation" in navigator) {
  const button = section.querySelector("button[type=button]");
  button?.removeAttribute("hidden");
  button?.addEventListener("click", start);
  if (section.dataset.shared === "yes") start();
}
