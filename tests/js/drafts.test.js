// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { Drafts, SERVER_EVERY_MS } from "../../static/js/drafts.js";
import { Memory } from "./memory.js";

/** A server that stores drafts as they arrive, and can be made slow. */
class Server {
  constructor() {
    /** @type {Map<string, any>} */
    this.kept = new Map();
    /** @type {Promise<void>} */
    this.ready = Promise.resolve();
  }

  /** @param {any} draft */
  put = async (draft) => {
    await this.ready;
    this.kept.set(draft.id, draft);
  };

  /** @param {string} id */
  drop = async (id) => {
    this.kept.delete(id);
  };

  list = async () => [];
}

const turns = async () => {
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
};

test("a draft that was saved while its copy was on its way does not stay behind on the server", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const server = new Server();
  let arrive = () => {};
  server.ready = new Promise((resolve) => (arrive = resolve));
  const drafts = new Drafts("d1", new Memory(), server);
  drafts.keep("intake", { nature: "first" });
  context.mock.timers.tick(SERVER_EVERY_MS);
  drafts.wipe("intake"); // the call is taken
  drafts.keep("intake", { nature: "second" }); // and the next one begun
  arrive();
  await turns();
  assert.deepEqual([...server.kept.values()].map(({ data }) => data.nature), []);
  context.mock.timers.tick(SERVER_EVERY_MS);
  await turns();
  assert.deepEqual([...server.kept.values()].map(({ data }) => data.nature), ["second"]);
});

test("every keystroke is here at once and on the server soon", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const server = new Server();
  const drafts = new Drafts("d1", new Memory(), server);
  drafts.keep("note:1", { text: "he" });
  drafts.keep("note:1", { text: "help" });
  assert.equal(drafts.get("note:1")?.data.text, "help");
  context.mock.timers.tick(SERVER_EVERY_MS);
  await turns();
  assert.deepEqual([...server.kept.values()].map(({ data }) => data.text), ["help"]);
});

test("a form set aside is empty, and what was typed comes back whole", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const drafts = new Drafts("d1", new Memory(), new Server());
  drafts.keep("intake", { location: "12 ELM ST" });
  drafts.park("intake");
  assert.equal(drafts.get("intake"), null);
  drafts.keep("intake", { location: "900 POLK ST" });
  const [aside] = drafts.parked("intake");
  drafts.take(aside, "intake");
  assert.equal(drafts.get("intake")?.data.location, "12 ELM ST");
  assert.deepEqual(drafts.parked("intake").map(({ data }) => data.location), ["900 POLK ST"]);
});

test("sending now leaves nothing behind for a timer, and the server has each draft under the form it is in", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const server = new Server();
  const drafts = new Drafts("d1", new Memory(), server);
  drafts.keep("intake", { location: "12 ELM ST" });
  drafts.park("intake");
  await drafts.flush();
  assert.deepEqual([...server.kept.values()].map(({ form, id }) => form === `intake:${id}`), [true]);
  assert.equal(drafts.parked("intake")[0].sent, true);
});
