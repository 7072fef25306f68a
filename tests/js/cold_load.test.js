// @ts-check
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { brotliCompressSync } from "node:zlib";

const ROOT = new URL("../../static/", import.meta.url);
const MOST_BYTES = 60 * 1024;

/** What the browser fetches before it can show the board: the modules that main.js names, and theirs. */
function cold() {
  /** @type {Map<string, Buffer>} */
  const found = new Map();
  const walk = (/** @type {URL} */ address) => {
    if (found.has(address.href)) return;
    const source = readFileSync(address);
    found.set(address.href, source);
    for (const [, name] of source.toString().matchAll(/^import\s+(?:[^"]*?from\s+)?"([^"]+)";/gm)) walk(new URL(name, address));
  };
  for (const start of ["js/main.js", "css/tokens.css", "css/console.css"]) walk(new URL(start, ROOT));
  return found;
}

test("the board comes in sixty kilobytes, and what a call needs right behind it", () => {
  const found = cold();
  const bytes = [...found.values()].reduce((sum, source) => sum + brotliCompressSync(source).length, 0);
  assert.ok(found.size > 25, "the imports were not followed");
  assert.ok(bytes <= MOST_BYTES, `${bytes} bytes`);
  assert.ok(![...found.keys()].some((name) => name.endsWith("elements/intake.js")));
});
