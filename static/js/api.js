// @ts-check
/** Requests to the server: one place for CSRF, idempotency keys, patience, and errors as sentences. */

const PATIENCE_MS = 8000;

export class Refused extends Error {
  /** @param {number} status 0 when no answer came @param {any} data */
  constructor(status, data) {
    super(sentence(status, data));
    this.status = status;
    this.code = data?.error ?? "";
    this.data = data ?? {};
  }

  /** No answer, or one that says nothing about the change: the same key may be sent again. */
  get unanswered() {
    return this.status === 0 || this.status >= 500;
  }
}

/** @param {number} status @param {any} data */
function sentence(status, data) {
  if (data?.message) return data.message;
  if (status === 0) return "No answer from the server";
  if (status === 401 || status === 403) return "Not signed in any more, or not allowed";
  return `The server answered ${status}`;
}

/** @param {string} cookies */
export function csrfToken(cookies) {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(cookies)?.[1] ?? "";
}

export function newKey() {
  return crypto.randomUUID();
}

/** Once a sign-in has ended nothing is sent for it: somebody else may have signed in at this browser, and would be taken
 * for the author of what was typed here. */
export const session = { over: false };

/** @param {string} method @param {string} path @param {any} [body]
 * @param {{key?: string, version?: number, signal?: AbortSignal}} [options] @returns {Promise<any>} */
export async function request(method, path, body, { key, version, signal } = {}) {
  if (session.over) throw new Refused(401, { error: "signed_out", message: "Sign in again; this was not sent." });
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken(document.cookie);
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  if (version !== undefined) headers["If-Match"] = `"${version}"`;
  const patience = AbortSignal.timeout(PATIENCE_MS);
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      credentials: "same-origin",
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refused(0, null);
  }
  const data = await answer.json().catch(() => null);
  if (!answer.ok) {
    if (answer.status === 401 || (answer.status === 403 && data?.error === "not_authenticated")) {
      dispatchEvent(new CustomEvent("signed-out"));
    }
    throw new Refused(answer.status, data);
  }
  return data;
}

/** @param {string} path @param {AbortSignal} [signal] */
export function read(path, signal) {
  return request("GET", path, undefined, { signal });
}

/** How long the same words are the same intent; after that "CARE2 en route" is said of its next call. */
const SAME_INTENT_MS = 120_000;
/** Keys of changes that were sent and not answered, and when: the same intent said again goes with the same key.
 * @type {Map<string, {key: string, at: number}>} */
const unanswered = new Map();

/** One change. Sent again soon after no answer, it is the same change and happens once.
 * @param {string} method @param {string} path @param {any} body @param {{version?: number}} [options] */
export async function change(method, path, body, options = {}) {
  const intent = `${method} ${path} ${options.version ?? ""} ${JSON.stringify(body)}`;
  const before = unanswered.get(intent);
  const said = before && performance.now() - before.at < SAME_INTENT_MS ? before : { key: newKey(), at: performance.now() };
  unanswered.set(intent, said);
  try {
    const answer = await request(method, path, body, { key: said.key, ...options });
    unanswered.delete(intent);
    return answer;
  } catch (error) {
    if (!(error instanceof Refused && error.unanswered)) unanswered.delete(intent);
    throw error;
  }
}

/** @param {string} path @param {any} [body] */
export function post(path, body = {}) {
  return change("POST", path, body);
}
