// @ts-check
/** The open call: who and where, what triage says and does not know, whom to send, who is on it, and what was written. */

import { html, keyed, nothing } from "../../vendor/lit.js";
import { post } from "../api.js";
import { editForm } from "../drafts.js";
import { ofServer } from "../timers.js";
import { CALL_STATUS } from "../words.js";
import "./cautions.js";
import "./notes.js";
import "./on_it.js";
import { Part, again } from "./part.js";
import "./premise.js";
import "./related.js";
import "./send.js";
import "./share.js";
import "./triage.js";

const SAFE = /** @type {Record<string, string>} */ ({ no: "▲ NOT SAFE TO CALL BACK", unknown: "safe to call back? not known" });

class CallPanel extends Part {
  static properties = { editing: { state: true } };

  constructor() {
    super();
    /** @type {number | null} the call being edited */
    this.editing = null;
  }

  render() {
    const { app } = this;
    const { card, detail, problem, openId } = app.desk;
    if (openId === null) {
      return html`<p class="none second">No call is open. Choose one with Enter, type its number, or take a new call with NEW.</p>`;
    }
    if (!card) return html`<p class="none">${problem || "Opening…"}</p>`;
    const word = CALL_STATUS[card.status];
    const editing = this.editing === openId || Boolean(app.drafts?.get(editForm(card.id)));
    return html`
      <header class="call-head">
        <h2 title=${card.nature}>Call ${card.number} · ${card.priority === "P" ? "▲P" : `P${card.priority}`} · <bdi>${card.nature}</bdi></h2>
        <span class=${word.tone}>${word.glyph} ${word.code}</span>
        <button type="button" aria-expanded=${editing} @click=${() => (this.editing = editing ? null : openId)}>Edit</button>
        ${card.status === "closed"
          ? html`<button type="button" @click=${() => app.prefill("RE ; ", "say why it is opened again")}>Reopen</button>`
          : html`<button type="button" @click=${() => app.prefill(`H #${card.number} 10m; `, "say why it can wait")}>Hold</button>
            <button type="button" @click=${() => app.prefill(`CLOSE #${card.number} `, "Enter closes it as handled")}>Close</button>
            <button type="button" @click=${() => app.prefill(`CAN #${card.number} `, "name the reason")}>Cancel call</button>`}
      </header>
      ${problem ? html`<p class="alarm" role="status">Not refreshed: ${problem}</p>` : nothing}
      <p class="place"><b><bdi>${card.location}</bdi></b>${card.location_detail ? html` · <bdi>${card.location_detail}</bdi>` : nothing}
        ${card.location_confirmed ? nothing : html`<span class="enrt">△ address not confirmed</span>`}
        ${card.location_verified === false ? html`<span class="enrt">△ not in the gazetteer</span>` : nothing}
        ${card.initial_location ? html`<span class="second">first said: <bdi>${card.initial_location}</bdi></span>` : nothing}
        <span class="second">${card.jurisdiction?.name ?? "city not known"}${card.beat ? ` · ${card.beat}` : ""} · ${app.label("origins", card.origin)} · received ${app.time(card.received_at)}</span></p>
      ${keyed(openId, html`<care-cautions></care-cautions>`)}
      ${keyed(openId, html`<care-premise></care-premise>`)}
      ${card.held_until ? html`<p class="enrt">${this.#hold(card)}: <bdi>${card.hold_reason}</bdi></p>` : nothing}
      ${(card.taken ?? []).map((/** @type {any} */ one) => html`<p class="enrt">← <b>${one.callsign}</b> was taken for call ${one.for} at ${app.time(one.at)}${one.reason ? html`: <bdi>${app.label("take_reasons", one.reason)}</bdi>` : nothing}</p>`)}
      ${detail ? this.#callers(detail) : nothing}
      ${editing ? keyed(openId, html`<care-edit .done=${() => (this.editing = null)}></care-edit>`) : nothing}
      ${detail?.status === "closed" ? this.#ending(detail) : nothing}
      ${keyed(openId, html`<care-related></care-related>`)}
      ${keyed(openId, html`<care-share></care-share>`)}
      <care-triage></care-triage>
      <care-send></care-send>
      <care-on-it></care-on-it>
      ${keyed(openId, html`<care-notes .call=${openId}></care-notes>`)}`;
  }

  /** @param {any} card */
  #hold(card) {
    const { app } = this;
    const over = Date.parse(card.held_until) <= app.clock.now();
    return over ? `△ Its hold ended ${app.time(card.held_until)}` : `⏸ On hold until ${app.time(card.held_until)}`;
  }

  /** @param {any} detail */
  #callers(detail) {
    return html`<ul class="callers">${detail.callers.map(
      (/** @type {any} */ caller) => html`<li>
        Caller: <bdi>${caller.name || "name not given"}</bdi>${caller.relation ? html`, <bdi>${caller.relation}</bdi>` : nothing}
        ${caller.phone ? html` · <b><bdi>${caller.phone}</bdi></b>` : nothing}
        ${caller.language && caller.language !== "en" ? html` · <b>speaks <bdi>${caller.language}</bdi></b>` : nothing}
        ${SAFE[caller.safe_to_call] ? html` · <span class=${caller.safe_to_call === "no" ? "alarm" : "second"}>${SAFE[caller.safe_to_call]}</span>` : nothing}
        ${this.#line(caller, detail)}
        ${caller.do_not_disclose ? html` · <b class="alarm">DO NOT DISCLOSE</b>` : nothing}
      </li>`,
    )}</ul>`;
  }

  /** Whoever was cut off is called back: what came of it is one click. @param {any} caller @param {any} detail */
  #line(caller, detail) {
    const back = caller.call_back;
    if (detail.status === "closed") return nothing;
    /** @param {string} path @param {any} body @param {string} said */
    const act = (path, body, said) => (/** @type {MouseEvent} */ event) => again(event) || this.app.attempt(async () => (await post(path, body), said));
    if (!back) return html`<button type="button" class="plain" @click=${act(`/api/callers/${caller.id}/dropped/`, {}, "The line dropped: call back")}>line dropped</button>`;
    const address = `/api/call-backs/${back.id}/`;
    return html`<b class="enrt">☎ CALL BACK <span class="since" data-since=${back.since} data-said=${ofServer(back.late)}></span>${back.tries ? ` · tried ${back.tries}` : ""}</b>
      <button type="button" @click=${act(address, { result: "no_answer" }, "No answer; the clock starts anew")}>no answer</button>
      ${(this.app.vocabulary?.call_back_results ?? []).filter((/** @type {any} */ { value }) => value !== "call_closed").map(
        (/** @type {any} */ { value, label }) => html`<button type="button" @click=${act(address, { result: value }, label)}>${label}</button>`)}`;
  }

  /** @param {any} detail */
  #ending(detail) {
    return html`<p>Closed ${this.app.time(detail.closed_at)} as ${this.app.label("closed_as", detail.closed_as)}
      ${detail.merged_into ? html` <b>· goes on as <button type="button" class="plain" @click=${() => this.app.execute(detail.merged_into)}>call ${detail.merged_into}</button></b>` : ""}
      ${detail.close_reason && !detail.merged_into ? `: ${this.app.label("cancel_reasons", detail.close_reason)}` : ""}
      ${detail.not_sent_reason ? ` · CARE not sent: ${this.app.label("not_sent", detail.not_sent_reason)}` : ""}</p>`;
  }
}

customElements.define("care-call", CallPanel);
