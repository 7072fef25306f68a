// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { coded } from "../../static/js/commands/run.js";
import { makeApp } from "./board.js";

test("a code typed as a word or before the words is the reason, and words alone are another reason", () => {
  const app = makeApp();
  assert.deepEqual(coded(app, "no_unit", ""), { reason: "no_unit", note: "" });
  assert.deepEqual(coded(app, undefined, "no_unit: both away"), { reason: "no_unit", note: "both away" });
  assert.deepEqual(coded(app, undefined, "NO_UNIT"), { reason: "no_unit", note: "" });
  assert.deepEqual(coded(app, undefined, "mother knows him"), { reason: "other", note: "mother knows him" });
  assert.deepEqual(coded(app, undefined, " "), {});
});
