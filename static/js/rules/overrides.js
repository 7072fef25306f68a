// @ts-check
/** How often dispatchers set the response by hand, rule by rule: where people do not follow a rule, it may be wrong. */

import { html, nothing } from "../../vendor/lit.js";
import { read } from "../api.js";
import { Leaf, when } from "./leaf.js";

class Overrides extends Leaf {
  constructor() {
    super();
    /** @type {any} */ this.told = null;
  }

  connectedCallback() {
    super.connectedCallback();
    read("/api/rules/overrides/").then((told) => {
      this.told = told;
      this.requestUpdate();
    }).catch(() => {}); // the list above it stays usable
  }

  render() {
    if (!this.told) return nothing;
    const rules = this.told.rules.filter((/** @type {any} */ rule) => rule.n);
    return html`<section aria-labelledby="overrides"><h2 id="overrides">Set by hand, rule by rule</h2>
      <p class="second">${when(this.told.received_from)} to ${when(this.told.received_to)}; with the interval that 95 of 100 such counts lie in.</p>
      ${this.told.drifts.map((/** @type {any} */ drift) => html`<p class="alarm">▲ ${drift.rule} ${drift.title}: set by hand far more or less often than before, since ${when(drift.raised_at)}</p>`)}
      ${rules.length ? html`<table><thead><tr><th>Rule</th><th>Calls</th><th>By hand</th><th>Lighter</th><th>Heavier</th></tr></thead><tbody>
        ${rules.map((/** @type {any} */ rule) => html`<tr><td><b>${rule.rule}</b> ${rule.title}</td><td>${rule.n}</td>
          <td>${percent(rule.rate)} <span class="second">${percent(rule.interval[0])} to ${percent(rule.interval[1])}</span></td><td>${rule.lighter}</td><td>${rule.heavier}</td></tr>`)}
        </tbody></table>` : html`<p>No verdict in this time.</p>`}
      ${this.told.reasons.length ? html`<p>Reasons given: ${this.told.reasons.map((/** @type {any} */ one) => `${one.label} ${one.count}`).join(", ")}.</p>` : nothing}</section>`;
  }
}

/** @param {number | null} share */
function percent(share) {
  return share == null ? "–" : `${Math.round(share * 100)}%`;
}

customElements.define("care-overrides", Overrides);
