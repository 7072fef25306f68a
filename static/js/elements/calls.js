// @ts-check
/** A list of calls with fixed columns: pending or active. Rows keep their place while somebody is in the list. */

import { guard, html, nothing, repeat } from "../../vendor/lit.js";
import { Steady } from "../steady.js";
import { MARK, ofServer } from "../timers.js";
import { CALL_STATUS, FLAGS, UNIT_STATUS, flagMark, flagWords, rank } from "../words.js";
import { Part } from "./part.js";

const PAGE = 10;
const FLAG_HELP = `${FLAGS.map(({ letter, label }) => `${letter} ${label}`).join(", ")}. The letter: yes; ?: not known; ·: asked and denied; ‐: not asked.`;
/** What a letter on a row types. @type {Record<string, (call: any) => string>} */
const LETTERS = {
  d: (call) => `D #${call.number} `,
  n: (call) => `N #${call.number}; `,
  p: (call) => `P #${call.number} `,
  h: (call) => `H #${call.number} 10m; `,
  l: (call) => `LK #${call.number} `,
  x: (call) => `CAN #${call.number} `,
};

class Calls extends Part {
  static properties = { kind: { type: String } };

  constructor() {
    super();
    this.kind = "pending";
    this.steady = new Steady(() => this.requestUpdate());
    /** The row Tab reaches. @type {number | null} */
    this.current = null;
  }

  get calls() {
    const calls = this.kind === "pending" ? this.app.pending : this.app.active;
    return calls.sort((a, b) => rank(a.priority) - rank(b.priority) || a.received_at.localeCompare(b.received_at) || a.id - b.id);
  }

  render() {
    const pending = this.kind === "pending";
    const { shown, moved } = this.steady.order(this.calls);
    if (!shown.some((call) => call.id === this.current)) this.current = shown[0]?.id ?? null;
    const title = pending ? "Pending" : "Active";
    return html`
      <h2 id=${`${this.kind}-title`}>${title} ${shown.length}
        ${moved ? html`<span class="chip">${moved} moved; sorted when you leave the list</span>` : nothing}
        <span class="key">${pending ? "F3" : "⇧F3"}</span>
      </h2>
      <div class="grid calls ${this.kind}" role="grid" aria-labelledby=${`${this.kind}-title`} aria-rowcount=${shown.length + 1}
        @keydown=${this.#key} @pointerenter=${() => this.steady.hold("pointer")} @pointerleave=${() => this.steady.release("pointer")}
        @focusin=${() => this.steady.hold("focus")} @focusout=${() => this.steady.release("focus")}>
        <div class="row head" role="row">
          <span role="columnheader">Call</span><span role="columnheader">Pri</span><span role="columnheader">Mode</span>
          <span role="columnheader" class="flags" title=${FLAG_HELP}><span aria-hidden="true">${FLAGS.map(({ letter }) => letter)}</span><span class="heard">Flags</span></span><span role="columnheader">Nature</span><span role="columnheader">Location</span>
          ${pending ? nothing : html`<span role="columnheader" class="units">Units</span>`}<span role="columnheader" class="since">Time</span>
        </div>
        ${repeat(shown, (call) => call.id, (call) => this.#row(call, pending))}
      </div>
      ${shown.length ? nothing : html`<p class="none second">${this.app.nothing(this.kind)}</p>`}`;
  }

  /** @param {any} call @param {boolean} pending */
  #row(call, pending) {
    const open = this.app.side === "call" && this.app.desk.openId === call.id;
    const unseen = this.app.unseen.has(`call:${call.id}`);
    const tab = this.current === call.id ? 0 : -1;
    return guard([call, open, unseen, tab, pending], () => html`<div class="row" role="row" tabindex=${tab} data-call=${call.id}
      aria-selected=${open} ?data-unseen=${unseen} @click=${() => this.app.openCall(call.id)}>
      <span role="gridcell" class="number">${call.number}</span>
      <span role="gridcell" class="pri ${["P", "1"].includes(call.priority) ? "alarm" : ""}">${call.priority === "P" ? "▲P" : `P${call.priority}`}</span>
      <span role="gridcell" class="mode" title=${call.mode_label}>${call.mode}${call.overridden ? "*" : ""}</span>
      <span role="gridcell" class="flags" title=${flagWords(call.flags)}><span aria-hidden="true">${FLAGS.map(({ letter }) => flagMark(letter, call.flags[letter])).join("")}</span><span class="heard">${flagWords(call.flags)}</span></span>
      <span role="gridcell" title=${call.nature}>${(call.call_back ?? null) === null ? "" : html`<b data-late=${ofServer(call.call_back)} title="The caller is to be called back">☎<span class="heard"> call back</span></b> `}${call.nature}</span>
      <span role="gridcell" title=${call.location}>${call.taken?.length || call.stacked?.length || call.cautions?.length ? html`<care-marks .of=${call}></care-marks> ` : nothing}${call.location}${call.location_confirmed ? "" : " ?"}${call.location_verified === false ? html` <span title="not in the gazetteer">△</span>` : nothing}</span>
      ${pending ? nothing : html`<span role="gridcell" class="units">${call.assignments.map((/** @type {any} */ a) => this.#unit(a))}</span>`}
      ${pending
        ? html`<span role="gridcell" class="since" data-since=${call.reopened_at ?? call.received_at} data-said=${ofServer(call.late, Boolean(call.held_until))}></span>`
        : html`<span role="gridcell" class="since" data-since=${call.received_at}></span>`}
    </div>`);
  }

  /** @param {any} assignment */
  #unit({ callsign, status, late }) {
    const word = UNIT_STATUS[status] ?? CALL_STATUS[status];
    const mark = ofServer(late);
    return html`<span class=${word.tone} title=${word.label}>${mark ? html`<b data-late=${mark}>${MARK[mark]}</b>` : nothing}${callsign}${word.glyph}<span class="heard"> ${word.label}${mark ? ", late" : ""}</span></span> `;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const rows = /** @type {HTMLElement[]} */ ([...this.querySelectorAll("[data-call]")]);
    const at = rows.findIndex((row) => row === document.activeElement);
    const call = this.app.store.get("call", Number(rows[at]?.dataset.call));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1, PageDown: at + PAGE, PageUp: at - PAGE }[event.key];
    if (to !== undefined && rows.length) {
      const row = rows[Math.max(0, Math.min(rows.length - 1, to))];
      this.current = Number(row.dataset.call);
      row.focus();
      this.requestUpdate();
    } else if (event.key === "Enter" && call) {
      this.app.openCall(call.id);
    } else if (LETTERS[event.key.toLowerCase()] && call && !event.shiftKey) {
      this.app.prefill(LETTERS[event.key.toLowerCase()](call));
    } else {
      return;
    }
    event.preventDefault();
  }

  /** @returns {boolean} whether there is a row to go to */
  focusRow() {
    const row = this.focusOn(`[data-call="${this.current}"]`) ?? this.focusOn("[data-call]");
    row?.scrollIntoView({ block: "nearest" });
    return Boolean(row);
  }
}

customElements.define("care-calls", Calls);
