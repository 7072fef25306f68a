// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { SHEET, orderOf } from "../../static/js/keys.js";

const press = (/** @type {string} */ key, more = {}) => ({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...more });

test("letters and a slash in a text field are text", () => {
  for (const key of ["d", "n", "p", "h", "x", "/", "1", "Enter"]) assert.equal(orderOf(press(key), true), "");
  assert.equal(orderOf(press("/"), false), "line");
});

test("function keys work everywhere, with shift they reach the other list", () => {
  assert.equal(orderOf(press("F3"), true), "pending");
  assert.equal(orderOf(press("F3", { shiftKey: true }), true), "active");
  assert.equal(orderOf(press("F8", { shiftKey: true }), false), "alerts");
  assert.equal(orderOf(press("Escape"), true), "escape");
});

test("keys a browser keeps for itself stay its own", () => {
  for (const key of ["F5", "F6", "F7", "F10", "F11", "F12"]) assert.equal(orderOf(press(key), false), "");
  for (const more of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }]) assert.equal(orderOf(press("F4", more), false), "");
});

test("a slash typed with Shift, as on many keyboards, is a slash; Shift and Esc is the browser's", () => {
  assert.equal(orderOf(press("/", { shiftKey: true }), false), "line");
  assert.equal(orderOf(press("Escape", { shiftKey: true }), false), "");
});

test("every key that acts is in the help and every order has one key's row", () => {
  const orders = SHEET.flatMap(({ orders = {} }) => Object.entries(orders));
  for (const [name, order] of orders) {
    const [key, shiftKey] = [name.replace("Shift+", ""), name.startsWith("Shift+")];
    assert.equal(orderOf(press(key, { shiftKey }), false), order);
    const row = SHEET.find((found) => found.orders?.[name]);
    assert.ok(row?.keys.includes(name === "Escape" ? "Esc" : name), name);
  }
  assert.equal(new Set(orders.map(([name]) => name)).size, orders.length);
});
