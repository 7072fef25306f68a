// @ts-check
/** A ride of whom not all is said, as a form: what is known stands in it, what is lacking is named. */

import { html } from "../../vendor/lit.js";
import { post } from "../api.js";

const LACKS = [["destination", "destination"], ["start_mileage", "miles at the start"], ["end_mileage", "miles at the end"], ["legal_basis", "legal basis"]];

/** @param {import("../app.js").App} app @param {any} row of what is owed @param {() => Promise<void>} again reads what is owed now */
export function rideForm(app, row, again) {
  const lacking = LACKS.filter(([name]) => row[name] === null || row[name] === "").map(([, words]) => words);
  const whose = `${row.callsign} on call ${row.call_number}`;
  return html`<form class="edit" aria-label=${`Ride of ${whose}`} @submit=${(/** @type {SubmitEvent} */ event) => save(app, row, event, again)}>
      <p><b>${row.callsign}</b> call <button type="button" class="plain" @click=${() => app.openCall(row.call_id)}>${row.call_number}</button>
        <span class="since" data-since=${row.owed_since} data-limit="owed"></span> lacks ${lacking.join(", ")}</p>
      <label>Where to <select name="facility"><option value="">${row.destination || "choose…"}</option>${options(app, "facilities")}</select></label>
      <label>or in words <input name="destination" maxlength="300" autocomplete="off"></label>
      <label>Miles at the start <input name="start_mileage" inputmode="decimal" maxlength="8" autocomplete="off" value=${row.start_mileage ?? ""}></label>
      <label>Miles at the end <input name="end_mileage" inputmode="decimal" maxlength="8" autocomplete="off" value=${row.end_mileage ?? ""}></label>
      <label>Legal basis <select name="legal_basis"><option value="">not said yet</option>${options(app, "legal_bases", row.legal_basis)}</select></label>
      <label>Who rides along <select name="rides"><option value="">not said yet</option>${options(app, "rides", row.rides)}</select></label>
      <button>Save ride</button>
    </form>`;
}

/** @param {import("../app.js").App} app @param {string} list @param {string} [said] */
function options(app, list, said) {
  return (app.vocabulary?.[list] ?? []).map((/** @type {any} */ one) => html`<option value=${one.value} ?selected=${one.value === said}>${one.label}</option>`);
}

/** What is filled in goes; a field left empty says nothing. @param {import("../app.js").App} app @param {any} row
 * @param {SubmitEvent} event @param {() => Promise<void>} again */
async function save(app, row, event, again) {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  const filled = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]).filter(([, value]) => value);
  const done = await app.attempt(async () => {
    await post(`/api/units/${row.unit_id}/transport/`, { assignment: row.assignment_id, ...Object.fromEntries(filled) });
    return `Ride of ${row.callsign} on call ${row.call_number} is on record`;
  });
  if (done) await again();
}
