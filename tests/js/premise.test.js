// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { Premise } from "../../static/js/premise.js";

const CARD = { id: 7, location: "300 W BELT LINE RD", location_detail: "Apt 204" };

test("the place is asked for once, and again when the call moves", async () => {
  /** @type {string[]} */
  const asked = [];
  let told = 0;
  const premise = new Premise(() => (told += 1), async (path) => (asked.push(path), { words: `answer ${asked.length}` }));
  await premise.look(CARD);
  await premise.look({ ...CARD });
  assert.deepEqual([asked, premise.found.words, told], [["/api/calls/7/premise/"], "answer 1", 1]);
  const moving = premise.look({ ...CARD, location_detail: "Apt 12" });
  assert.equal(premise.found, null, "the history of the old flat is not shown with the new one");
  await moving;
  assert.equal(premise.found.words, "answer 2");
});

test("an answer for where the call was before is not taken", async () => {
  /** @type {((answer: any) => void)[]} */
  const waiting = [];
  const premise = new Premise(() => {}, () => new Promise((resolve) => waiting.push(resolve)));
  const [first, second] = [premise.look(CARD), premise.look({ ...CARD, location: "1 A ST" })];
  waiting[1]({ words: "new" });
  waiting[0]({ words: "old" });
  await Promise.all([first, second]);
  assert.equal(premise.found.words, "new");
});

test("without an answer the reason is said, and it is asked again when somebody wants", async () => {
  let fails = true;
  const premise = new Premise(() => {}, async () => {
    if (fails) throw new Error("No answer from the server");
    return { words: "none" };
  });
  await premise.look(CARD);
  assert.deepEqual([premise.found, premise.problem], [null, "No answer from the server"]);
  fails = false;
  await premise.again(CARD);
  assert.deepEqual([premise.found.words, premise.problem], ["none", ""]);
});
