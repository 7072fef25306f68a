// @ts-check
/** The session ended while somebody was working: sign in here, over the page, so that nothing typed is lost. */

import { html, nothing } from "../../vendor/lit.js";
import { csrfToken } from "../api.js";
import { Part } from "./part.js";

class SignInAgain extends Part {
  static properties = { problem: { state: true } };

  constructor() {
    super();
    this.problem = "";
  }

  firstUpdated() {
    /** @type {HTMLDialogElement} */ (this.querySelector("dialog")).showModal();
  }

  render() {
    const { me } = this.app;
    return html`<dialog class="again" aria-labelledby="again-title" @cancel=${(/** @type {Event} */ event) => event.preventDefault()}>
      <h2 id="again-title">Sign in again</h2>
      <p>You were signed out. Everything you typed is still here.</p>
      ${this.problem ? html`<p class="alarm" role="alert">${this.problem}</p>` : nothing}
      <form @submit=${this.#submit}>
        <label>User name <input name="username" autocomplete="username" required value=${me?.user ?? ""}></label>
        <label>Password <input name="password" type="password" autocomplete="current-password" required autofocus></label>
        <label>Position <input name="position" maxlength="16" value=${me?.position ?? ""}></label>
        <button class="go">Sign in</button>
      </form>
    </dialog>`;
  }

  /** @param {SubmitEvent} event */
  async #submit(event) {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const { me } = this.app;
    if (me && form.get("username") !== me.user) {
      location.assign("/sign-in/"); // somebody else starts with a page of their own
      return;
    }
    try {
      const answer = await fetch("/sign-in/", {
        method: "POST",
        body: new URLSearchParams(/** @type {any} */ ([...form])),
        headers: { "X-CSRFToken": csrfToken(document.cookie) },
      });
      if (!answer.redirected) throw new Error("User name, password or position do not fit.");
      await this.app.signedIn();
    } catch (error) {
      this.problem = /** @type {Error} */ (error).message;
    }
  }
}

customElements.define("care-sign-in-again", SignInAgain);
