// @ts-check
/** What the README shows a newcomer to type is what the command line takes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "../../static/js/commands/parse.js";

const README = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const CONTEXT = {
  units: ["CARE2", "P102"],
  calls: [
    { id: 42, number: "142", name: "2026-11-23-0142" },
    { id: 45, number: "145", name: "2026-11-23-0145" },
  ],
  openCall: 42,
  facts: [{ name: "weapon", values: ["denied", "none_reported", "unknown", "in_hand"] }],
  dispositions: [], modeReasons: [], questions: [], results: [], agencies: [], notSent: ["all_busy"], closedAs: [], linkKinds: [],
  lists: { facility: ["county-ed"], basis: ["voluntary"], backTo: ["en_route"], mistake: ["misheard"] },
};

/** The lines in the first column of the table of what one types. */
function shown() {
  const table = README.slice(README.indexOf("| you type |")).split("\n\n")[0];
  const cells = table.split("\n").slice(2).map((row) => row.split("|")[1]);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((found) => found[1]));
}

test("every command line the README shows is understood", () => {
  assert.ok(shown().length >= 10);
  for (const line of shown()) assert.ok("command" in parse(line, CONTEXT), `${line}: ${JSON.stringify(parse(line, CONTEXT))}`);
});
