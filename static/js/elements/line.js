// @ts-check
/** The command line: type, see what may come next, Enter. A line that was not done stays; a line that was is in the history. */

import { html, nothing } from "../../vendor/lit.js";
import { format, parse } from "../commands/parse.js";
import { lacking, question, run, sends } from "../commands/run.js";
import { backLine, wayBack } from "../commands/undo.js";
import { Refused } from "../api.js";
import { askFirst, canBeSent, conditions, servicesOf } from "../recommend.js";
import { valueWords } from "../words.js";
import { Part } from "./part.js";

const HISTORY = 200;
const UNDO_MS = 60_000;

class Line extends Part {
  static properties = { text: { state: true }, hint: { state: true }, picked: { state: true } };

  constructor() {
    super();
    this.text = "";
    this.hint = "";
    /** @type {{line: string, command: any}[]} what an ambiguous line can mean */
    this.choices = [];
    /** @type {number} the chosen offer, -1 for none */
    this.picked = -1;
    /** A line that must be said twice, or a recommendation waiting for Enter. @type {{line: string, units?: string[], number?: number} | null} */
    this.armed = null;
    this.past = -1;
    this.typed = "";
    /** Lines are done one after the other, while somebody types the next. @type {Promise<any>} */
    this.turn = Promise.resolve();
    /** How often a line got no answer: what was said behind such a line waits for a person, not for the server. */
    this.silences = 0;
    /** How the last line that was done is put back. @type {{back: import("../commands/undo.js").Back, at: number} | null} */
    this.undo = null;
    this.ends = new AbortController();
  }

  connectedCallback() {
    super.connectedCallback();
    const { signal } = this.ends;
    addEventListener("prefill", (event) => this.#prefill(/** @type {CustomEvent} */ (event).detail), { signal });
    addEventListener("execute", (event) => this.#do(/** @type {CustomEvent} */ (event).detail.line, false), { signal });
    addEventListener("arm", (event) => this.arm(/** @type {CustomEvent} */ (event).detail.number), { signal });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.ends.abort();
  }

  get input() {
    return /** @type {HTMLInputElement} */ (this.querySelector("input"));
  }

  get #offers() {
    if (this.choices.length) return this.choices.map(({ line }, index) => ({ insert: line, label: `${index + 1}  ${line}`, detail: "" }));
    if (this.armed) return [];
    return document.activeElement === this.input ? (this.app.completion?.offers(this.app, this.text) ?? []) : [];
  }

  render() {
    const found = this.#offers;
    const [echo] = this.app.echoes;
    return html`
      ${found.length
        ? html`<ul class="offers" id="offers" role="listbox" aria-label="What may come next">${found.map(
            (offer, index) => html`<li role="option" id=${`offer-${index}`} aria-selected=${index === this.picked}
              @mousedown=${(/** @type {Event} */ event) => this.#take(event, index)}><b>${offer.label}</b> <span class="second">${offer.detail}</span></li>`,
          )}</ul>`
        : nothing}
      <label for="line" class="prompt">&gt;<span class="heard"> Command line</span></label>
      <input id="line" role="combobox" autocomplete="off" autocapitalize="none" spellcheck="false" aria-controls="offers" aria-autocomplete="list"
        aria-expanded=${found.length > 0} aria-activedescendant=${this.picked >= 0 ? `offer-${this.picked}` : nothing}
        .value=${this.text} @input=${this.#typing} @keydown=${this.#key} @focus=${() => this.requestUpdate()} @blur=${() => this.requestUpdate()}>
      <output class="hint">${this.hint || this.#ghost()}</output>
      ${echo
        ? html`<span class="echo ${echo.ok ? "scene" : "alarm"}" title=${echo.text}>${echo.ok ? "✓" : "✗"} ${this.app.time(echo.at)} ${echo.text}</span>`
        : nothing}`;
  }

  /** The open call stands in for a call not named; it is shown before Enter. */
  #ghost() {
    if (!this.text.trim()) return "";
    const read = /** @type {any} */ (parse(this.text, this.app.context));
    return read.command && read.implied ? `→ ${format(read.command, this.app.context)}` : "";
  }

  #typing() {
    this.text = this.input.value;
    this.hint = "";
    this.choices = [];
    this.picked = -1;
    this.past = -1;
    this.armed = null;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey && event.key.toLowerCase() === "z" && !this.text) {
      event.preventDefault();
      return this.#undo();
    }
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const found = this.#offers;
    const { key } = event;
    if (key === "Enter") {
      if (this.choices.length && this.picked >= 0) this.#do(this.choices[this.picked].line, true);
      else if (this.picked >= 0 && found[this.picked]) this.#accept(found[this.picked]);
      else this.#do(this.text, true);
    } else if (this.choices.length && /^[1-9]$/.test(key) && this.choices[Number(key) - 1]) {
      this.#do(this.choices[Number(key) - 1].line, true);
    } else if (key === "Tab" && !event.shiftKey && found.length && this.text.trim()) {
      if (this.choices.length) this.#put(this.choices[Math.max(0, this.picked)].line);
      else this.#accept(found[Math.max(0, this.picked)]);
    } else if (key === "ArrowDown" && found.length) {
      this.picked = (this.picked + 1) % found.length;
    } else if (key === "ArrowUp" && this.picked >= 0) {
      this.picked -= 1;
    } else if (key === "ArrowUp" || key === "ArrowDown") {
      this.#recall(key === "ArrowUp" ? 1 : -1);
    } else if (/^[1-9]$/.test(key) && this.armed?.number && this.text === this.armed.line) {
      this.arm(Number(key));
    } else {
      return;
    }
    event.preventDefault();
  }

  #undo() {
    const last = this.undo;
    this.undo = null;
    if (!last || this.app.clock.local() - last.at > UNDO_MS) return this.app.echo(false, "No command of the last minute can be put back by one line.");
    this.#put(backLine(this.app, last.back), "puts it back: Enter does it");
  }

  /** @param {Event} event @param {number} index */
  #take(event, index) {
    event.preventDefault();
    if (this.choices.length) this.#do(this.choices[index].line, true);
    else this.#accept(this.#offers[index]);
  }

  /** @param {import("../commands/complete.js").Offer} offer */
  #accept(offer) {
    this.#put(this.app.completion?.accept(this.text, offer) ?? this.text);
  }

  /** @param {string} text @param {string} [hint] */
  #put(text, hint = "") {
    this.text = text;
    this.hint = hint;
    this.choices = [];
    this.picked = -1;
    this.armed = null;
    if (this.input) {
      this.input.value = text;
      this.input.setSelectionRange(text.length, text.length);
    }
  }

  /** @param {{text: string, hint: string}} detail */
  #prefill({ text, hint }) {
    this.#stash();
    this.#put(text, hint);
    this.input.focus();
  }

  /** Put the recommendation on the line; Enter sends it. @param {number} number from 1 */
  async arm(number) {
    const call = this.app.shownCall;
    if (!call) return this.app.echo(false, "Open a call first; F3 goes to the pending calls.");
    const before = this.text;
    const found = (await this.app.advice?.now(call.id) ?? [])[number - 1];
    if (this.app.shownCall?.id !== call.id || this.text !== before) return; // somebody went on meanwhile
    if (!found) return this.app.echo(false, number === 1 ? `Nobody who is asked for on call ${call.number} is free.` : `There is no recommendation ${number}.`);
    const units = found.units.map((unit) => unit.callsign);
    if (this.text !== this.armed?.line) this.#stash();
    const line = `D #${call.number} ${units.join(" ")}`;
    const missing = found.missing.length ? ` · nobody free for ${found.missing.join(", ")}` : "";
    const asked = askFirst(call, this.app.desk.detail, found.units).map(valueWords).join(", ");
    const enter = asked ? `⇧F4 asks what is not known: ${asked}; without it add police, or ; and why` : "Enter sends";
    const bound = conditions(this.app, found.units).map((words) => ` · ${words}`).join("");
    this.#put(line, `Send ${units.join(" + ")} to ${call.number}? ${enter}${bound}${missing}`);
    this.armed = { line, units, number, wanted: servicesOf(call).join(" ") };
    this.input.focus();
  }

  escape() {
    this.#stash();
    this.#put("");
    this.input.focus();
  }

  /** What was typed and not done is not lost. */
  #stash() {
    if (this.text.trim() && this.text !== this.armed?.line) this.#remember(this.text.trim());
  }

  /** @param {string} line @param {boolean} own typed here, not said by a click */
  async #do(line, own) {
    const said = line.trim();
    if (!said) return;
    const read = /** @type {any} */ (parse(said, this.app.context));
    if (read.choices) {
      this.#put(said);
      this.choices = read.choices;
      this.hint = "Which one? Press its number.";
      return this.requestUpdate();
    }
    if (read.error) {
      this.hint = "";
      return this.app.echo(false, read.error);
    }
    if (own && !this.#confirmed(said, read.command)) return;
    this.#remember(said);
    if (own) this.#put("");
    const { silences } = this;
    const mine = this.turn.then(() => this.#attempt(read.command, silences));
    this.turn = mine;
    if (!(await mine) && !this.text.trim()) this.#put(said);
    this.requestUpdate();
  }

  /** Some lines are said twice; a recommendation that is not free or not asked for any more is armed anew. @param {string} said @param {any} command */
  #confirmed(said, command) {
    const lacks = lacking(this.app, command);
    if (lacks) {
      this.#put(`${said.replace(/\s*;\s*$/, "")}; `, lacks);
      this.app.announcer.say(lacks, true);
      return false;
    }
    const asked = question(this.app, command);
    if (asked && this.armed?.line !== said) {
      this.#put(said, `${asked} Enter again does it.`);
      this.armed = { line: said };
      this.app.announcer.say(asked, true);
      return false;
    }
    const gone = this.armed?.units?.filter((callsign) => !canBeSent(this.app.unit(callsign))) ?? [];
    if (gone.length && this.armed?.line === said) {
      this.arm(1);
      this.app.echo(false, `${gone.join(", ")} is not free any more; nothing was sent.`);
      return false;
    }
    const call = this.app.shownCall;
    if (call && this.armed?.wanted !== undefined && this.armed.line === said && this.armed.wanted !== servicesOf(call).join(" ")) {
      this.arm(1);
      this.app.echo(false, `Call ${call.number} asks for others by now; nothing was sent.`);
      return false;
    }
    return true;
  }

  /** @param {any} command @param {number} silences when it was said @returns {Promise<boolean>} */
  async #attempt(command, silences) {
    try {
      if (silences !== this.silences) throw new Error("Not sent, because the line before it got no answer.");
      const back = wayBack(this.app, command);
      this.app.echo(true, `${await run(this.app, command)}`);
      if (back) this.undo = { back, at: this.app.clock.local() };
      return true;
    } catch (error) {
      const silent = error instanceof Refused && error.unanswered;
      if (silent) this.silences += 1;
      const radio = silent ? ` Not confirmed${sends(command) ? ": use the radio" : ""}. The same line sent again happens once.` : "";
      const back = this.text.trim() ? " ↑ in the empty line brings it back." : "";
      const { way } = await import("../commands/way_out.js").catch(() => ({ way: () => "" }));
      this.app.echo(false, `${/** @type {Error} */ (error).message}${way(this.app, command, error)}${radio}${back}`);
      return false;
    }
  }

  // --- history --------------------------------------------------------------------------------------
  get #place() {
    return `care-history:${this.app.me?.user}`;
  }

  /** @returns {string[]} newest first */
  get #history() {
    try {
      return JSON.parse(localStorage.getItem(this.#place) ?? "[]");
    } catch {
      return [];
    }
  }

  /** @param {string} line */
  #remember(line) {
    const lines = [line, ...this.#history.filter((old) => old !== line)].slice(0, HISTORY);
    try {
      localStorage.setItem(this.#place, JSON.stringify(lines));
    } catch {
      // Full or forbidden: a line that is not remembered is done all the same.
    }
    this.past = -1;
  }

  /** @param {number} step */
  #recall(step) {
    if (this.past < 0) this.typed = this.text;
    const lines = this.#history.filter((line) => line.toLowerCase().startsWith(this.typed.toLowerCase()));
    this.past = Math.max(-1, Math.min(lines.length - 1, this.past + step));
    const { typed, past } = this;
    this.#put(past < 0 ? typed : lines[past]);
    this.typed = typed;
    this.past = past;
  }
}

customElements.define("care-line", Line);
