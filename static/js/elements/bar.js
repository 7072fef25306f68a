// @ts-check
/** The top line: who sits here, whether the board is live, what waits; and the banner when it is not live. */

import { html, nothing } from "../../vendor/lit.js";
import { Part } from "./part.js";

const LINK = /** @type {Record<string, [string, string]>} */ ({
  starting: ["… CONNECTING", "second"],
  live: ["● LIVE", "live"],
  polling: ["◐ SLOW LINK", "enrt"],
  down: ["▲ NOT LIVE", "alarm"],
  out: ["▲ SIGNED OUT", "alarm"],
});

class Bar extends Part {
  connectedCallback() {
    super.connectedCallback();
    this.tick = this.app.clock.everySecond(() => this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.tick?.();
  }

  render() {
    const { app } = this;
    const who = app.me ? `${app.me.position} ${app.me.name || app.me.user} · ${app.me.center.name}` : "";
    const [word, tone] = LINK[app.link.state];
    const free = app.units.filter((unit) => unit.discipline === "care" && unit.status === "available").length;
    const care = app.units.filter((unit) => unit.discipline === "care" && unit.status !== "off_duty").length;
    const late = app.pending.filter((call) => call.late >= 2).length;
    const asking = app.asking.length;
    const consults = app.store.all("consult").filter((consult) => !consult.ended_at);
    const waits = consults.some((consult) => !consult.answered_at && consult.late >= 2);
    return html`
      <h1>CARE Dispatch</h1>
      <span class="who" title=${who}>${who}</span>
      <span class="link ${tone}" data-state=${app.link.state}>${word}</span>
      <span>PEND ${app.pending.length}${late ? html` <b>(${late}▲)</b>` : nothing}</span>
      <span>ACTIVE ${app.active.length}</span>
      <span>CARE ${free}/${care}</span>
      <button type="button" class="plain" @click=${() => app.execute("CON")}>CONS ${consults.length}${waits ? "▲" : ""}</button>
      ${asking ? html`<span class="alarm">▲ ${asking} alert${asking > 1 ? "s" : ""}</span>` : nothing}
      <span class="room"></span>
      ${app.me?.role === "supervisor" ? html`<a href="/rules/">rules</a> <a href="/ledger/">unmet</a>` : nothing}
      <button type="button" class="sound" @click=${() => app.sounds.toggle()} aria-pressed=${app.sounds.on}>
        ${app.sounds.on ? (app.sounds.blocked ? "♪ press a key" : "♪ on") : "♪ off"}
      </button>
      <button type="button" @click=${() => app.look.toggleTheme()}>${app.look.theme === "dark" ? "☾ dark" : "☀ light"}</button>
      <span class="sizes">
        <button type="button" @click=${() => app.look.resize(-1)}>A−<span class="heard"> smaller text</span></button>
        <button type="button" @click=${() => app.look.resize(0)}>A<span class="heard"> normal text size</span></button>
        <button type="button" @click=${() => app.look.resize(1)}>A+<span class="heard"> larger text</span></button>
      </span>
      <button type="button" @click=${() => app.signOut()}>Sign out</button>
      <time>${app.time(app.clock.now())}</time>
      ${this.#banner()}`;
  }

  #banner() {
    const { app } = this;
    if (app.problem) return html`<p class="banner" role="status">${app.problem}</p>`;
    const { link } = app;
    if (link.fresh || link.state === "starting" || !link.notLiveSince) return nothing;
    const away = Math.round((app.clock.local() - link.notLiveSince) / 1000);
    const kept = app.outbox?.waiting().length ?? 0;
    // Not a live region: it counts seconds, and the loss itself is announced once.
    return html`<p class="banner">
      ▲ CONNECTION LOST (${away} s). The board is frozen as of ${app.time(link.heardAt + app.clock.offset)}. Dispatch by radio.
      ${kept ? `${kept} note${kept > 1 ? "s" : ""} kept, will be sent.` : ""} Reconnecting… (try ${link.tries})
    </p>`;
  }
}

customElements.define("care-bar", Bar);
