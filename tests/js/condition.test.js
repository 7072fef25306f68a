// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { about, added, at, chosenOf, group, leaf, put, replaced, shape } from "../../static/js/rules/condition.js";

const KNIFE = { fact: "weapon", in: ["in_hand"] };
const HOME = { fact: "location_type", in: ["home"], default: true };
const CHILD = { fact: "age", in: ["child"] };
const TREE = { any: [KNIFE, { all: [HOME, { not: CHILD }] }] };
const WEAPON = ["denied", "unknown", "access", "in_hand"];

test("every shape is read and put back as it was", () => {
  const { kind, parts } = /** @type {any} */ (shape(TREE));
  assert.deepEqual(group(kind, parts), TREE);
  assert.deepEqual(shape({ not: CHILD }), { kind: "fact", not: true, fact: CHILD });
  assert.deepEqual(leaf(true, CHILD), { not: CHILD });
  for (const written of /** @type {any[]} */ (["all", "any", "none", "notall"])) {
    assert.equal(shape(group(written, [KNIFE])).kind, written);
  }
  assert.equal(shape({ not: { not: KNIFE } }).kind, "fact");
});

test("one part is found, replaced and taken out, and the rest stays", () => {
  assert.deepEqual(at(TREE, [1, 1]), { not: CHILD });
  assert.deepEqual(replaced(TREE, [1, 0], CHILD), { any: [KNIFE, { all: [CHILD, { not: CHILD }] }] });
  assert.deepEqual(replaced(TREE, [0], null), { any: [{ all: [HOME, { not: CHILD }] }] });
  assert.deepEqual(TREE.any.length, 2, "the tree itself is never changed");
});

test("a group that is left empty goes with its last part", () => {
  assert.deepEqual(replaced({ any: [KNIFE, { all: [HOME] }] }, [1, 0], null), { any: [KNIFE] });
  assert.equal(replaced(KNIFE, [], null), null);
});

test("a condition is added to a group, and beside a single fact", () => {
  assert.deepEqual(added(TREE, [1], KNIFE), { any: [KNIFE, { all: [HOME, { not: CHILD }, KNIFE] }] });
  assert.deepEqual(added(KNIFE, [], HOME), { all: [KNIFE, HOME] });
  assert.deepEqual(added({ not: { any: [KNIFE] } }, [], HOME), { not: { any: [KNIFE, HOME] } });
});

test("putting it another way keeps what was chosen", () => {
  assert.deepEqual(put({ fact: "weapon", in: ["access"] }, "at_least", WEAPON), { fact: "weapon", at_least: "access" });
  assert.deepEqual(put({ fact: "weapon", at_least: "access" }, "in", WEAPON).in, ["access", "in_hand"]);
  assert.deepEqual(put(HOME, "in", ["home", "public"]), HOME);
  assert.deepEqual(put(KNIFE, "stated", WEAPON), { fact: "weapon", stated: true });
  assert.deepEqual(put({ fact: "weapon", stated: true }, "in", WEAPON).in, ["in_hand"]);
  assert.deepEqual(chosenOf({ fact: "weapon", at_least: "unknown" }, WEAPON), ["unknown", "access", "in_hand"]);
});

test("a new condition begins with the worst value of its fact", () => {
  assert.deepEqual(about({ name: "weapon", values: WEAPON.map((value) => ({ value })) }), KNIFE);
  assert.deepEqual(about({ name: "language", values: [] }), { fact: "language", stated: true });
});
