// @ts-check
/** What this console knows and does: one object the elements show and the command line moves. */

import { Announcer } from "./announce.js";
import { read, request, session } from "./api.js";
import { Clock, wallClock } from "./clock.js";
import { LIST_OF } from "./commands/verbs.js";
import { CallDesk } from "./desk.js";
import { Drafts } from "./drafts.js";
import { Link } from "./link.js";
import { Look } from "./look.js";
import { Outbox } from "./outbox.js";
import { Sounds } from "./sounds.js";
import { Store } from "./store.js";

/** @typedef {"call" | "intake" | "owed" | "log" | "scheduled" | "consults" | "cautions" | "staffing" | "unverified"} Side what the right side shows */
/** @typedef {{ok: boolean, text: string, at: number}} Echo */

const ECHOES = 30;

/** A call under its own number, and under those of the duplicates merged into it. @param {any} call */
function named({ id, number, name, merged = [] }) {
  const duplicates = merged.map((/** @type {any} */ one) => ({ id, number: one.number, name: `${one.day}-${one.number.padStart(4, "0")}` }));
  return [{ id, number, name }, ...duplicates];
}

export class App {
  constructor() {
    this.store = new Store();
    this.clock = new Clock();
    this.announcer = new Announcer();
    this.look = new Look(() => this.changed());
    this.sounds = new Sounds(() => this.changed());
    this.desk = new CallDesk(this);
    /** Whom to send; it comes right behind the board. @type {import("./advice.js").Advice | null} */
    this.advice = null;
    /** What may come next on the command line; this too. @type {typeof import("./commands/complete.js") | null} */
    this.completion = null;
    this.link = new Link(this.store, this.clock, MEANS, () => this.#linkChanged());
    /** @type {any} */
    this.me = null;
    /** @type {any} */
    this.vocabulary = null;
    /** @type {any} */
    this.drafts = null;
    /** @type {any} */
    this.outbox = null;
    /** @type {Side} */
    this.side = "call";
    /** @type {Echo[]} newest first */
    this.echoes = [];
    /** @type {Set<string>} cards that changed while this console was not live, until somebody looks at them */
    this.unseen = new Set();
    this.missedFrom = -1;
    /** Whether the first board is there: what comes after it is news. */
    this.begun = false;
    this.signedOut = false;
    this.help = false;
    /** @type {any} values the intake form opens with */
    this.intakePrefill = null;
    /** Each NEW is a form of its own. */
    this.intakes = 0;
    this.time = wallClock("UTC");
    this.problem = "";
    /** @type {Set<() => void>} */
    this.listeners = new Set();
    this.telling = false;
  }

  /** Fetch who and what words, then the board; what fails is tried again, because a console never gives up. */
  async start() {
    this.clock.start();
    addEventListener("signed-out", () => this.#out());
    for (;;) {
      try {
        [this.me, this.vocabulary] = await Promise.all([read("/api/me/"), read("/api/vocabulary/")]);
        break;
      } catch (error) {
        this.problem = `${/** @type {Error} */ (error).message}. Trying again…`;
        this.changed();
        if (this.signedOut) return;
        await new Promise((resolve) => setTimeout(resolve, 2000));
      }
    }
    this.problem = "";
    this.time = wallClock(this.me.center.time_zone);
    this.drafts = new Drafts(this.me.user, localStorage, DRAFT_SERVER);
    this.outbox = new Outbox(this.me.user, localStorage, sendNote, () => this.changed());
    this.drafts.fetch().catch(() => {}).finally(() => this.changed());
    this.store.subscribe((changes) => this.#boardChanged(changes));
    this.link.start();
    this.outbox.flush();
    const named = /^#call-(\d+)$/.exec(location.hash)?.[1];
    if (named) this.openCall(Number(named));
    this.changed();
  }

  /** Tell every element, once per turn. */
  changed() {
    if (this.telling) return;
    this.telling = true;
    queueMicrotask(() => {
      this.telling = false;
      for (const listener of [...this.listeners]) listener();
    });
  }

  /** @param {() => void} listener */
  on(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  // --- what is on the board -----------------------------------------------------------------------
  get pending() {
    return this.store.all("call").filter((call) => !call.assignments.length);
  }

  get active() {
    return this.store.all("call").filter((call) => call.assignments.length);
  }

  get units() {
    return this.store.all("unit").sort((a, b) => a.callsign.localeCompare(b.callsign, "en", { numeric: true }));
  }

  /** @param {string} callsign */
  unit(callsign) {
    return this.store.all("unit").find((unit) => unit.callsign === callsign);
  }

  /** Worst first, then the oldest; the quiet last. */
  get alerts() {
    return this.store.all("alert").sort((a, b) => weight(a) - weight(b) || a.id - b.id);
  }

  /** Those that somebody is asked for now: neither acknowledged nor on the shelf. */
  get asking() {
    return this.alerts.filter((alert) => !alert.acknowledged_at && !alert.shelved_until);
  }

  /** What the parser may know. @returns {import("./commands/tokens.js").Context} */
  get context() {
    const values = (/** @type {string} */ list) => (this.vocabulary?.[list] ?? []).map((/** @type {any} */ pair) => pair.value);
    return {
      units: this.units.map((unit) => unit.callsign),
      calls: this.store.all("call").flatMap(named),
      openCall: this.shownCall?.id ?? null,
      facts: this.vocabulary?.facts ?? [],
      dispositions: values("dispositions"),
      modeReasons: values("mode_reasons"),
      questions: values("consult_questions"),
      results: values("consult_results"),
      lists: Object.fromEntries(Object.entries(LIST_OF).map(([slot, list]) => [slot, values(list)])),
      agencies: (this.vocabulary?.agencies ?? []).map((/** @type {any} */ agency) => agency.code),
      notSent: values("not_sent"),
      endReasons: values("end_reasons"),
      closedAs: values("closed_as").filter((/** @type {string} */ value) => value !== "cancelled"),
      linkKinds: [...values("link_kinds").filter((/** @type {string} */ value) => value !== "split"), "merge", "unlink"],
    };
  }

  /** The open call while it is on the screen: what nobody sees must not stand in for a call not named. */
  get shownCall() {
    return this.side === "call" ? this.store.get("call", this.desk.openId) : undefined;
  }

  /** What to send to a call, best first. @param {number} id */
  recommended(id) {
    return this.advice?.of(id) ?? [];
  }

  /** The words for a value of one of the lists, or for a value with more said behind a colon. @param {string} list @param {string | null | undefined} value @returns {string} */
  label(list, value) {
    const said = String(value ?? "");
    const code = said.split(":")[0];
    const found = [...(this.vocabulary?.[list] ?? []), ...(this.vocabulary?.retired?.[list] ?? [])].find((/** @type {any} */ pair) => (pair.value ?? pair.code ?? pair.name) === code);
    return found ? (found.label ?? found.name) + said.slice(code.length) : said.replaceAll("_", " ");
  }

  // --- what people do -----------------------------------------------------------------------------
  /** @param {number} id */
  openCall(id) {
    this.side = "call";
    this.unseen.delete(`call:${id}`);
    this.desk.open(id);
    this.advice?.open(id);
    this.changed();
  }

  /** Why a list of calls is empty. @param {string} kind "pending" or "active" */
  nothing(kind) {
    if (this.me?.role === "partner") return "No call is shared with you.";
    return kind === "pending" ? "No call waits." : "No unit is on a call.";
  }

  /** Back from a form or a list to the call that was open. */
  showCall() {
    this.side = "call";
    this.changed();
  }

  /** @param {any} [values] */
  openIntake(values = null) {
    this.side = "intake";
    this.intakePrefill = values;
    this.intakes += 1;
    this.changed();
  }

  /** Keep a note until the server has it. @param {number} call @param {string} text */
  note(call, text) {
    const number = this.store.get("call", call)?.number ?? String(call);
    return this.outbox.add({ call, number, text });
  }

  /** Type a command for somebody, who reads it and presses Enter. @param {string} text @param {string} [hint] */
  prefill(text, hint = "") {
    dispatchEvent(new CustomEvent("prefill", { detail: { text, hint } }));
  }

  /** Do what a line says; what a click does is said as a line too, so that people learn it. @param {string} line */
  execute(line) {
    dispatchEvent(new CustomEvent("execute", { detail: { line } }));
  }

  /** Back to the command line, once the page shows what is now. */
  toLine() {
    setTimeout(() => dispatchEvent(new CustomEvent("to-line")));
  }

  /** The result of a command or a click, in words, seen and heard. @param {boolean} ok @param {string} text */
  echo(ok, text) {
    this.echoes = [{ ok, text, at: this.clock.now() }, ...this.echoes].slice(0, ECHOES);
    this.announcer.say(text, !ok);
    this.changed();
  }

  /** Do something that may be refused; says how it ended. @param {() => Promise<string>} task @returns {Promise<boolean>} */
  async attempt(task) {
    try {
      this.echo(true, await task());
      return true;
    } catch (error) {
      this.echo(false, /** @type {Error} */ (error).message);
      return false;
    }
  }

  /** Sign out: nothing typed stays on this computer. */
  async signOut() {
    await this.outbox?.flush(); // another window's notes too: signing out wipes them all
    const waiting = this.outbox?.waiting().length ?? 0;
    const refused = this.outbox?.refused().length ?? 0;
    if (refused) {
      this.echo(false, `${refused} note${refused > 1 ? "s were" : " was"} refused and ${refused > 1 ? "are" : "is"} only here; discard before you sign out.`);
      return;
    }
    if (waiting) {
      this.echo(false, `${waiting} note${waiting > 1 ? "s are" : " is"} not sent yet; sign out when the link is back.`);
      return;
    }
    await this.drafts?.flush();
    this.link.stop();
    this.drafts?.wipeHere();
    this.outbox?.wipe();
    localStorage.removeItem(`care-history:${this.me?.user}`);
    /** @type {HTMLFormElement | null} */ (document.getElementById("sign-out"))?.submit();
  }

  // --- what happens -------------------------------------------------------------------------------
  #linkChanged() {
    const { state } = this.link;
    if (state === "out") this.#out();
    if (state === "down") {
      this.missedFrom = this.store.to;
      this.announcer.say("Connection lost. The board is not live; dispatch by radio.", true);
    }
    if (this.link.fresh) {
      if (this.echoes.length || this.missedFrom >= 0) this.announcer.say("The board is live again.", false);
      this.outbox?.flush();
      this.desk.refresh();
    }
    this.changed();
  }

  /** @param {import("./store.js").Changes} changes */
  #boardChanged({ keys }) {
    if (this.missedFrom >= 0 && this.link.fresh) {
      this.missedFrom = -1;
      this.unseen = new Set([...keys].filter((key) => key.startsWith("call:")));
      if (keys.size) this.echo(true, `${keys.size} change${keys.size > 1 ? "s" : ""} while you were away`);
    }
    if (this.begun) this.#tellOfNews(keys);
    else for (const key of keys) this.announcer.learn(newsOf(key, this.store.get(...parts(key)))); // what stood there already is no news
    this.sounds.alarm(this.asking.some((alert) => alert.urgency === EMERGENCY));
    this.begun = true;
    this.desk.boardChanged(keys);
    this.advice?.boardChanged(keys);
    this.changed();
  }

  /** @param {Set<string>} keys */
  #tellOfNews(keys) {
    for (const key of keys) {
      const [type, id] = parts(key);
      const card = this.store.get(type, id);
      if (!card) this.announcer.forget(key); // a call that comes back is news again
      const news = newsOf(key, card);
      if (!card || this.announcer.knows(news)) continue;
      this.announcer.learn(news);
      if (type === "alert" && (card.acknowledged_at || card.shelved_until)) continue;
      if (type === "alert") {
        this.announcer.say(`Alert: ${card.text}`, true);
        this.sounds.play("alert");
      } else if (type === "call" && !card.assignments.length) {
        this.announcer.newCall(card);
        if (["P", "1"].includes(card.priority)) this.sounds.play("call");
      }
    }
  }

  #out() {
    this.signedOut = true;
    session.over = true;
    this.link.stop();
    this.changed();
  }

  /** Somebody has signed in again in the overlay. */
  async signedIn() {
    session.over = false;
    if ((await read("/api/me/")).user !== this.me?.user) {
      session.over = true; // somebody else is signed in here by now: they start with a page of their own
      location.assign("/");
      return;
    }
    this.signedOut = false;
    await this.link.again();
    this.outbox?.flush();
    this.changed();
  }
}

const EMERGENCY = 3;

/** @param {any} alert */
function weight(alert) {
  if (alert.shelved_until) return 9;
  if (alert.acknowledged_at) return alert.urgency === EMERGENCY ? 1 : 8;
  if (alert.urgency === EMERGENCY) return 0;
  if (alert.tell.some((/** @type {any} */ row) => !row.told_at)) return 2;
  return alert.escalated_to ? 3 : alert.kind === "verdict_changed" ? 5 : 4;
}

/** @param {string} key @returns {[string, number]} */
function parts(key) {
  const [type, id] = key.split(":");
  return [type, Number(id)];
}

/** What makes a card news: a call by being there, an alert each time somebody is asked anew. @param {string} key @param {any} card */
function newsOf(key, card) {
  return card?.type === "alert" ? `${key} ${card.asked_at} ${card.escalated_to}` : key;
}

const MEANS = {
  ticket: () => request("POST", "/live/ticket"),
  /** @param {string} ticket @param {string} epoch @param {number} since */
  poll: async (ticket, epoch, since) => {
    const place = since >= 0 ? `?epoch=${encodeURIComponent(epoch)}&since=${since}` : "";
    const answer = await fetch(`/live/poll${place}`, {
      headers: { Authorization: `Bearer ${ticket}` },
      cache: "no-store",
      signal: AbortSignal.timeout(5000),
    });
    if (!answer.ok) throw Object.assign(new Error("poll"), { status: answer.status });
    return answer.json();
  },
  open: () => new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/live/`),
};

const DRAFT_SERVER = {
  /** @param {import("./drafts.js").Draft} draft */
  put: ({ id, form, data }) => request("PUT", `/api/drafts/${id}/`, { form, data }),
  /** @param {string} id */
  drop: (id) => request("DELETE", `/api/drafts/${id}/`),
  list: async () => (await read("/api/drafts/")).drafts,
};

/** @param {import("./outbox.js").Note} note */
function sendNote({ call, text, key }) {
  return request("POST", `/api/calls/${call}/narrative/`, { text }, { key });
}

export const app = new App();
