// @ts-check
/** F1: the keys and the verbs, from the same tables that act. */

import { html } from "../../vendor/lit.js";
import { VERBS } from "../commands/verbs.js";
import { SHEET } from "../keys.js";
import { Part } from "./part.js";

class Help extends Part {
  firstUpdated() {
    /** @type {HTMLDialogElement} */ (this.querySelector("dialog")).showModal();
  }

  render() {
    return html`<dialog class="help" aria-labelledby="help-title" @close=${this.#close}>
      <header class="call-head"><h2 id="help-title">Keys and commands</h2><form method="dialog"><button>Close (Esc)</button></form></header>
      <div class="columns">
        <dl>${SHEET.map(({ keys, does }) => html`<dt>${keys}</dt><dd>${does}</dd>`)}</dl>
        <dl>${Object.values(VERBS).map(({ usage, help }) => html`<dt>${usage}</dt><dd>${help}</dd>`)}</dl>
      </div>
      <p class="second">Tokens come in any order; a call not named is the open call; a semicolon starts free text. Units may be a range, P101-P103.</p>
    </dialog>`;
  }

  #close() {
    this.app.help = false;
    this.app.changed();
    this.app.toLine();
  }
}

customElements.define("care-help", Help);
