// @ts-check
/** The console as a whole: where each part stands, and what the keys do that work anywhere. */

import { html, nothing } from "../../vendor/lit.js";
import { isText, orderOf } from "../keys.js";
import "./alerts.js";
import "./bar.js";
import "./call.js";
import "./calls.js";
import "./help.js";
import "./intake.js";
import "./line.js";
import "./owed.js";
import { Part, paintTimes } from "./part.js";
import "./sign_in_again.js";
import "./units.js";

class Console extends Part {
  connectedCallback() {
    super.connectedCallback();
    this.app.clock.everySecond((now) => paintTimes(document, now));
    addEventListener("keydown", (event) => this.#key(event));
    addEventListener("to-line", () => this.focusOn("#line"));
  }

  render() {
    const { app } = this;
    const { side } = app;
    return html`
      <header class="bar"><care-bar></care-bar></header>
      <care-alerts></care-alerts>
      <main id="board" class=${app.link.fresh || app.link.state === "starting" ? "" : "frozen"}>
        <div class="boards">
          <section class="pending-board"><care-calls kind="pending"></care-calls></section>
          <section class="active-board"><care-calls kind="active"></care-calls></section>
          <section class="unit-board"><care-units></care-units></section>
        </div>
        <aside class="side" aria-label=${side === "intake" ? "New call" : "Open call"}>
          ${side === "intake" ? html`<care-intake></care-intake>` : side === "owed" ? html`<care-owed></care-owed>` : html`<care-call></care-call>`}
        </aside>
      </main>
      <footer class="foot"><care-line></care-line>
        <p class="keys second">F1 help · F2 command · F3 pending · ⇧F3 active · F4 send · F8 acknowledge · F9 note ·
          <button type="button" class="plain" @click=${() => app.openIntake()}>new call</button> ·
          <button type="button" class="plain" @click=${() => app.execute("OWED")}>owed</button></p>
      </footer>
      ${app.help ? html`<care-help></care-help>` : nothing}
      ${app.signedOut ? html`<care-sign-in-again></care-sign-in-again>` : nothing}`;
  }

  firstUpdated() {
    this.app.toLine();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const order = orderOf(event, isText(event.target));
    const { app } = this;
    const act = /** @type {Record<string, () => void>} */ ({
      help: () => {
        app.help = true;
        app.changed();
      },
      line: () => /** @type {HTMLInputElement | null} */ (this.focusOn("#line"))?.select(),
      pending: () => this.#list("pending"),
      active: () => this.#list("active"),
      send: () => dispatchEvent(new CustomEvent("arm", { detail: { number: 1 } })),
      acknowledge: () => app.alerts.length && app.execute("ACK 1"),
      alerts: () => this.focusOn(".alerts button"),
      note: () => this.focusOn("#note-box"),
      escape: () => this.#escape(),
    })[order];
    if (!act || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    act();
  }

  /** @param {string} kind */
  #list(kind) {
    /** @type {any} */ (this.querySelector(`care-calls[kind=${kind}]`))?.focusRow();
  }

  /** The line is cleared into its history only when it is where the person is. */
  #escape() {
    if (document.activeElement?.id === "line") /** @type {any} */ (this.querySelector("care-line")).escape();
    else this.focusOn("#line");
  }
}

customElements.define("care-console", Console);
