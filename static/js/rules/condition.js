// @ts-check
/** Conditions as trees: what a menu changes in one, without a word of JSON in sight. Everything here is pure. */

/** @typedef {Record<string, any>} Condition a rule's `when`, as the server stores it */
/** @typedef {"all" | "any" | "none" | "notall"} Kind */
/** @typedef {{kind: Kind, parts: Condition[]}} Group */
/** @typedef {{kind: "fact", not: boolean, fact: Condition}} Leaf */

/** What a condition is, with every double denial taken off.
 * @param {Condition} condition @returns {Group | Leaf} */
export function shape(condition) {
  if ("not" in condition) {
    const inner = condition.not;
    if ("not" in inner) return shape(inner.not);
    const found = shape(inner);
    if (found.kind === "fact") return { ...found, not: true };
    return { kind: found.kind === "any" ? "none" : "notall", parts: found.parts };
  }
  if ("all" in condition) return { kind: "all", parts: condition.all };
  if ("any" in condition) return { kind: "any", parts: condition.any };
  return { kind: "fact", not: false, fact: condition };
}

/** @param {Kind} kind @param {Condition[]} parts @returns {Condition} */
export function group(kind, parts) {
  if (kind === "none") return { not: { any: parts } };
  if (kind === "notall") return { not: { all: parts } };
  return { [kind]: parts };
}

/** @param {boolean} not @param {Condition} fact @returns {Condition} */
export function leaf(not, fact) {
  return not ? { not: fact } : fact;
}

/** The condition at a path of places in groups.
 * @param {Condition} root @param {number[]} path @returns {Condition} */
export function at(root, path) {
  return path.reduce((condition, place) => /** @type {Group} */ (shape(condition)).parts[place], root);
}

/** The tree with another condition at the path; null takes it out, and groups that are left empty with it.
 * @param {Condition} root @param {number[]} path @param {Condition | null} condition @returns {Condition | null} */
export function replaced(root, path, condition) {
  if (!path.length) return condition;
  const [place, ...rest] = path;
  const { kind, parts } = /** @type {Group} */ (shape(root));
  const inner = replaced(parts[place], rest, condition);
  const left = parts.flatMap((part, index) => (index !== place ? [part] : inner ? [inner] : []));
  return left.length ? group(kind, left) : null;
}

/** The tree with one more condition in the group at the path; a single fact becomes a group of two.
 * @param {Condition} root @param {number[]} path @param {Condition} condition @returns {Condition} */
export function added(root, path, condition) {
  const here = at(root, path);
  const found = shape(here);
  const wider = found.kind === "fact" ? group("all", [here, condition]) : group(found.kind, [...found.parts, condition]);
  return /** @type {Condition} */ (replaced(root, path, wider));
}

/** A new condition on a fact: its worst value, which an editor then changes.
 * @param {{name: string, values: {value: string}[]}} fact @returns {Condition} */
export function about(fact) {
  const worst = fact.values.at(-1);
  return worst ? { fact: fact.name, in: [worst.value] } : { fact: fact.name, stated: true };
}

/** The same condition on a fact put another way: `in` (one of), `at_least`, or `stated`.
 * @param {Condition} fact @param {string} verb @param {string[]} values every value of the fact, from the mildest
 * @returns {Condition} */
export function put(fact, verb, values) {
  const base = fact.default ? { fact: fact.fact, default: true } : { fact: fact.fact };
  const chosen = chosenOf(fact, values);
  if (verb === "stated") return { fact: fact.fact, stated: true };
  if (verb === "at_least") return { ...base, at_least: chosen[0] ?? values.at(-1) };
  return { ...base, in: chosen.length ? chosen : values.slice(-1) };
}

/** The values a condition on a fact holds for.
 * @param {Condition} fact @param {string[]} values @returns {string[]} */
export function chosenOf(fact, values) {
  if (fact.in) return values.filter((value) => fact.in.includes(value));
  if (fact.at_least) return values.slice(Math.max(0, values.indexOf(fact.at_least)));
  return [];
}

/** How a condition on a fact is put. @param {Condition} fact */
export function verbOf(fact) {
  return fact.stated ? "stated" : "at_least" in fact ? "at_least" : "in";
}
