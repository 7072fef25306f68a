// @ts-check
/** The console as a whole: where each part stands, and what the keys do that work anywhere. */

import { html, keyed, nothing } from "../../vendor/lit.js";
import { SHEET, isText, orderOf } from "../keys.js";
import "./alerts.js";
import "./bar.js";
import "./calls.js";
import "./line.js";
import { Part, paintTimes } from "./part.js";
import "./units.js";

const NO_CALL = "Open a call first; F3 goes to the pending calls.";
const NO_ALERT = "There is no alert.";
const SHORT = SHEET.map(({ short }) => short).filter(Boolean).join(" · ");

/** What stands beside the lists, but for the form of a new call; later.js brings the rest. @type {Record<string, unknown>} */
export const BESIDE = { call: html`<care-call></care-call>` };

class Console extends Part {
  constructor() {
    super();
    /** What was last shown beside the lists. */
    this.beside = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.app.clock.everySecond((now) => paintTimes(document, now));
    addEventListener("keydown", (event) => this.#key(event));
    addEventListener("to-line", () => this.focusOn("#line"));
  }

  render() {
    const { app } = this;
    const { drafts, side } = app;
    const typed = side === "intake" || !drafts ? 0 : drafts.parked("intake").length + (drafts.get("intake") ? 1 : 0);
    return html`
      <header class="bar"><care-bar></care-bar></header>
      <care-alerts role="region" aria-label="What needs somebody now"></care-alerts>
      <care-next role="region" aria-label="What is proposed and asked"></care-next>
      <main id="board" class=${app.link.fresh || app.link.state === "starting" ? "" : "frozen"}>
        <div class="boards">
          <section class="pending-board"><care-calls kind="pending"></care-calls></section>
          <section class="active-board"><care-calls kind="active"></care-calls></section>
          <section class="unit-board"><care-units></care-units></section>
        </div>
        <aside class="side" aria-label=${side === "intake" ? "New call" : "Open call"}>
          ${side === "intake" ? keyed(app.intakes, html`<care-intake></care-intake>`) : (BESIDE[side] ?? BESIDE.call)}
        </aside>
      </main>
      <footer class="foot"><care-line></care-line>
        <p class="keys second">${SHORT} ·
          <button type="button" class="plain" @click=${() => app.openIntake()}>new call${typed ? ` (${typed} half typed)` : ""}</button> ·
          <button type="button" class="plain" @click=${() => app.execute("OWED")}>owed</button> ·
          <button type="button" class="plain" @click=${() => app.execute("SCHED")}>scheduled</button> ·
          <button type="button" class="plain" @click=${() => app.execute("ADDR")}>addresses</button> ·
          <button type="button" class="plain" @click=${() => app.execute("CAU")}>cautions</button> ·
          <button type="button" class="plain" @click=${() => app.execute("STAFF")}>staffing</button> ·
          <button type="button" class="plain" @click=${() => app.execute("LOG")}>alert log</button> ·
          <a href="/paper/board/" target="_blank">print</a> · <a href="/paper/handover/" target="_blank">handover</a></p>
      </footer>
      ${app.help ? html`<care-help></care-help>` : nothing}
      ${app.signedOut ? html`<care-sign-in-again></care-sign-in-again>` : nothing}`;
  }

  firstUpdated() {
    this.app.toLine();
  }

  /** In one column the open call or form stands below the lists: it is brought into sight when it changes. */
  updated() {
    super.updated();
    const { app } = this;
    const beside = `${app.side} ${app.desk.openId}`;
    if (beside === this.beside) return;
    if (this.beside && document.documentElement.hasAttribute("data-narrow")) this.querySelector(".side")?.scrollIntoView();
    this.beside = beside;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const order = orderOf(event, isText(event.target));
    const { app } = this;
    const act = /** @type {Record<string, () => void>} */ ({
      help: () => {
        app.help = !app.help;
        app.changed();
        if (!app.help) app.toLine();
      },
      line: () => /** @type {HTMLInputElement | null} */ (this.focusOn("#line"))?.select(),
      pending: () => this.#list("pending"),
      active: () => this.#list("active"),
      send: () => dispatchEvent(new CustomEvent("arm", { detail: { number: 1 } })),
      ask: () => this.#go(".triage .questions button", app.shownCall ? "Nothing is left to ask on this call." : NO_CALL),
      acknowledge: () => (app.asking.length ? app.execute(`ACK ${app.alerts.indexOf(app.asking[0]) + 1}`) : app.echo(false, NO_ALERT)),
      alerts: () => this.#go(".alerts button", NO_ALERT),
      note: () => this.#go("#note-box", NO_CALL),
      consults: () => app.execute("CON"),
      escape: () => this.#escape(),
    })[order];
    if (!act) return;
    const covered = document.querySelector("dialog[open]");
    if (covered && order === "escape") return; // the dialog closes itself, or stays
    event.preventDefault(); // also under a dialog: the browser's own F1 and F3 would open over it
    if (!covered || (order === "help" && app.help)) act();
  }

  /** Focus what the key names; a key that finds nothing says so. @param {string} selector @param {string} none */
  #go(selector, none) {
    if (!this.focusOn(selector)) this.app.echo(false, none);
  }

  /** @param {string} kind */
  #list(kind) {
    const list = /** @type {any} */ (this.querySelector(`care-calls[kind=${kind}]`));
    if (!list?.focusRow()) this.app.echo(false, this.app.nothing(kind));
  }

  /** One thing at a time: to the line, then what is typed there goes to its history, then the form beside it closes. */
  #escape() {
    const line = /** @type {any} */ (this.querySelector("care-line"));
    if (document.activeElement?.id !== "line") this.focusOn("#line");
    else if (line.text) line.escape();
    else if (this.app.side !== "call") this.app.showCall();
  }
}

customElements.define("care-console", Console);
