// @ts-check
/** The pages of the rules start here: `#/` is the list, `#/12` one rule set, `#/call-types` and `#/words` what a
 * center's own codes and words mean. */

import { html, nothing } from "../../vendor/lit.js";
import { Leaf, book } from "./leaf.js";
import "../page.js";
import "./call_types.js";
import "./shelf.js";
import "./sheet.js";
import "./words.js";

class Rules extends Leaf {
  connectedCallback() {
    super.connectedCallback();
    addEventListener("hashchange", () => this.#go());
    addEventListener("beforeunload", (event) => book.dirty && event.preventDefault());
    book.start().then(() => this.#go());
  }

  #go() {
    const id = Number(/^#\/(\d+)$/.exec(location.hash)?.[1]);
    if (id) book.look(id);
    else book.close();
  }

  #page() {
    if (location.hash === "#/call-types") return html`<care-call-types></care-call-types>`;
    if (location.hash === "#/words") return html`<care-words></care-words>`;
    return book.open ? html`<care-sheet></care-sheet>` : html`<care-shelf></care-shelf>`;
  }

  render() {
    const { said } = book;
    return html`<p class="said ${said ? (said.good ? "good" : "bad") : ""}" role="status" aria-live="polite">
        ${said ? `${said.good ? "✓" : "✗"} ${said.text}` : nothing}</p>
      <nav aria-label="Rules"><a href="#/">Rule sets</a> <a href="#/call-types">Call types</a> <a href="#/words">Words</a></nav>
      ${this.#page()}`;
  }
}

customElements.define("care-rules", Rules);
