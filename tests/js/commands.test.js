// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { format, parse } from "../../static/js/commands/parse.js";
import { VERBS } from "../../static/js/commands/verbs.js";

const YES_NO = ["denied", "none_reported", "unknown", "yes"];
const CONTEXT = {
  units: ["CARE1", "CARE2", "CARE12", "P101", "P102", "P103", "M71", "E71"],
  calls: [
    { id: 42, number: "142", name: "2026-11-23-0142" },
    { id: 39, number: "139", name: "2026-11-23-0139" },
    { id: 10, number: "10", name: "2026-11-23-0010" },
    { id: 7, number: "7", name: "2026-11-22-0007" },
    { id: 8, number: "7", name: "2026-11-23-0007" },
  ],
  openCall: 39,
  facts: [
    { name: "weapon", values: ["denied", "none_reported", "secured", "unknown", "in_reach", "in_hand"] },
    { name: "overdose", values: YES_NO },
    { name: "age", values: ["adult", "unknown", "child"] },
  ],
  dispositions: ["resolved_on_scene", "referral", "arrested", "arrest_diverted"],
  modeReasons: ["new_information", "local_knowledge"],
  questions: ["de_escalation", "detention_criteria"],
  results: ["requester_handled", "care_en_route"],
  agencies: ["desoto-pd", "care"],
  notSent: ["off_hours", "all_busy"],
  endReasons: ["help_there", "crew_safe", "by_mistake", "test"],
  closedAs: ["handled", "advised", "transferred_988"],
  lists: {
    requester: ["hospital", "police"], advice: ["calming", "resource_named"], uncovered: ["help_coming"],
    passReason: ["driving", "with_person"], confirmation: ["helped", "unit_not_needed"],
    clinician: ["still_safe", "worse", "no_answer"], instead: ["care_joins", "line_988"], bypass: ["closer", "kept_free"], backTo: ["dispatched", "en_route"], mistake: ["misheard", "pressed"], basis: ["voluntary", "warrant"], facility: ["county-ed", "respite"], rides: ["crew", "officer"],
  },
  linkKinds: ["same_person", "other", "merge", "unlink"],
};
const command = (/** @type {string} */ line, context = CONTEXT) => /** @type {any} */ (parse(line, context)).command;
const error = (/** @type {string} */ line, context = CONTEXT) => /** @type {any} */ (parse(line, context)).error;
const choices = (/** @type {string} */ line, context = CONTEXT) =>
  /** @type {any} */ (parse(line, context)).choices?.map((/** @type {any} */ choice) => choice.line);

test("a ride is told in one line: the counter, the place, the basis and who rides", () => {
  const wanted = { verb: "TR", units: ["CARE2"], facility: "county-ed", basis: "warrant", rides: "officer", miles: 41230 };
  assert.deepEqual(command("tr care2 county-ed warrant officer 41230"), wanted);
  assert.deepEqual(command("AF 41238 CARE2"), { verb: "AF", units: ["CARE2"], miles: 41238 });
});

test("the order of tokens and the separators do not matter", () => {
  const wanted = { verb: "D", call: 42, units: ["CARE2", "P102"] };
  for (const line of ["d care2 142 p102", "D.142.CARE2.P102", "142 d care2 p102", "d #142,care2, p102", "  d   CARE2 p102 142 "]) {
    assert.deepEqual({ ...command(line), units: command(line).units.sort() }, wanted, line);
  }
});

test("a missing call is the open call, and without one it is asked for", () => {
  assert.deepEqual(parse("d care2", CONTEXT), { command: { verb: "D", call: 39, units: ["CARE2"] }, implied: true });
  assert.match(error("d care2", { ...CONTEXT, openCall: null }), /needs a call/);
});

test("an unknown token is named and nothing is guessed", () => {
  assert.match(error("d 142 care9"), /CARE9 is no unit/);
  assert.match(error("d 999 care2"), /no open call 999/);
  assert.match(error("fly care2"), /FLY is no command/);
  assert.match(error("d 142"), /needs a unit/);
  assert.match(error("q w=maybe"), /w=maybe/);
});

test("a call is found by the shortest tail that only it has", () => {
  assert.equal(command("42").call, 42);
  assert.equal(command("2026-11-22-0007").call, 7);
  assert.deepEqual(choices("7"), ["2026-11-22-0007", "2026-11-23-0007"]);
  assert.equal(error("2"), "There is no open call 2.");
});

test("numbers that can mean two things become a choice", () => {
  assert.deepEqual(choices("h 142 10; waits for a clinician"), [
    "H #142 10m; waits for a clinician", "H #10 142m; waits for a clinician",
  ]);
  assert.equal(command("h #142 10m; waits").minutes, 10);
  assert.deepEqual(command("h 10m; waits"), { verb: "H", call: 39, minutes: 10, text: "waits" });
  assert.deepEqual(command("h 0"), { verb: "H", call: 39, minutes: 0 });
});

test("yes to a question with several dangers asks which", () => {
  assert.deepEqual(choices("q w=yes"), ["Q #139 weapon=secured", "Q #139 weapon=in_reach", "Q #139 weapon=in_hand"]);
  assert.deepEqual(command("q 142 W=no").fact, { fact: "weapon", value: "denied" });
  assert.deepEqual(command("q o=y").fact, { fact: "overdose", value: "yes" });
  assert.deepEqual(command("q weapon=?").fact, { fact: "weapon", value: "unknown" });
});

test("of two calls the first is the one that closes, and a call not named is the open one", () => {
  assert.deepEqual(command("LK 142 10 merge"), { verb: "LK", other: 42, call: 10, linkKind: "merge" });
  assert.deepEqual(command("lk merge 142"), { verb: "LK", other: 42, call: 39, linkKind: "merge" });
  assert.match(error("LK"), /needs the other call/);
});

test("ranges of units are the units there are", () => {
  assert.deepEqual(command("d 142 p101-p103").units, ["P101", "P102", "P103"]);
  assert.deepEqual(command("d 142 p102-103 p102").units, ["P102", "P103"]);
});

test("text after the semicolon is kept as typed", () => {
  assert.equal(command("n 142; Mother says: no weapons; dog. 12").text, "Mother says: no weapons; dog. 12");
  assert.match(error("n 142"), /after a semicolon/);
  assert.match(error("av care2; bye"), /no text/);
});

test("a new call takes nature, place and text as they are", () => {
  assert.deepEqual(command("new suicidal subject @1210 N. Hampton Rd, #204; son locked in"), {
    verb: "NEW", nature: "suicidal subject", location: "1210 N. Hampton Rd, #204", text: "son locked in",
  });
  assert.deepEqual(command("new"), { verb: "NEW" });
});

test("the contact outcome is one key, a disposition its word", () => {
  assert.deepEqual(command("av care2 e"), { verb: "AV", units: ["CARE2"], outcome: "engaged" });
  assert.deepEqual(command("cl care2 referral; warm handoff"), {
    verb: "CL", units: ["CARE2"], disposition: "referral", text: "warm handoff",
  });
  assert.deepEqual(command("mode 142 c+p local_knowledge"), {
    verb: "MODE", call: 42, response: "care_police", reason: "local_knowledge",
  });
  assert.equal(command("p 142 p1").priority, "1");
  assert.equal(command("ack 2").number, 2);
  assert.deepEqual(command("re 98; caller rang again"), { verb: "RE", closed: 98, text: "caller rang again" });
  assert.deepEqual(command("?d"), { verb: "?", about: "D" });
});

test("a consult carries what is known of the person, several facts in one line", () => {
  assert.deepEqual(command("con p101 de_escalation w=in_hand overdose=no; on the porch"), {
    verb: "CON", units: ["P101"], question: "de_escalation", facts: { weapon: "in_hand", overdose: "denied" }, text: "on the porch",
  });
  assert.deepEqual(command("con hospital; may she leave?"), { verb: "CON", requester: "hospital", text: "may she leave?" });
  assert.deepEqual(command("con requester_handled calming; one voice"), {
    verb: "CON", result: "requester_handled", advice: "calming", text: "one voice",
  });
  assert.deepEqual(command("cond p101; 300 W BELT LINE RD"), { verb: "COND", units: ["P101"], text: "300 W BELT LINE RD" });
  assert.match(error("conp p101"), /CONP needs a reason to pass it on/);
});

// --- properties -----------------------------------------------------------------------------------
let state = 20261124;
const random = () => ((state = (state * 1103515245 + 12345) % 2147483648) / 2147483648);
const pick = (/** @type {any[]} */ list) => list[Math.floor(random() * list.length)];
/** @type {Record<string, () => any>} */
const MAKE = {
  call: () => pick(CONTEXT.calls).id,
  units: () => [...new Set([pick(CONTEXT.units), pick(CONTEXT.units)])],
  minutes: () => pick([1, 10, 39, 142, 1440]),
  priority: () => pick(["P", "1", "2", "3", "4"]),
  outcome: () => pick(["engaged", "declined", "unable_to_locate", "cancelled", "no_contact_safety", "remote_only", "none"]),
  disposition: () => pick(CONTEXT.dispositions),
  fact: () => pick([{ fact: "weapon", value: "in_hand" }, { fact: "overdose", value: "denied" }, { fact: "age", value: "child" }]),
  response: () => pick(["care_only", "care_police", "care_ems", "police_first", "ems_first", "fire_police_ems", "phone", "consult", "standard"]),
  reason: () => pick(CONTEXT.modeReasons),
  number: () => pick([1, 2, 9]),
  agency: () => pick(CONTEXT.agencies),
  question: () => pick(CONTEXT.questions),
  result: () => pick(CONTEXT.results),
  word: () => pick(["meal", "training", "false_call"]),
  notSent: () => pick(CONTEXT.notSent),
  closedAs: () => pick(CONTEXT.closedAs),
  other: () => pick(CONTEXT.calls).id,
  linkKind: () => pick(CONTEXT.linkKinds),
  endReason: () => pick(CONTEXT.endReasons),
  closed: () => pick([98, 142]),
  facts: () => pick([{ weapon: "in_hand" }, { weapon: "denied", overdose: "yes" }]),
  requester: () => pick(CONTEXT.lists.requester),
  advice: () => pick(CONTEXT.lists.advice),
  uncovered: () => pick(CONTEXT.lists.uncovered),
  passReason: () => pick(CONTEXT.lists.passReason),
  confirmation: () => pick(CONTEXT.lists.confirmation),
  clinician: () => pick(CONTEXT.lists.clinician),
  bypass: () => pick(CONTEXT.lists.bypass),
  instead: () => pick(CONTEXT.lists.instead),
  basis: () => pick(CONTEXT.lists.basis),
  facility: () => pick(CONTEXT.lists.facility),
  backTo: () => pick(CONTEXT.lists.backTo),
  mistake: () => pick(CONTEXT.lists.mistake),
  rides: () => pick(CONTEXT.lists.rides),
  miles: () => pick([0, 41230, 999999]),
};

function makeCommand() {
  const verb = pick(Object.keys(VERBS));
  const spec = VERBS[verb];
  /** @type {any} */
  const made = { verb };
  if (verb === "NEW") return { verb, nature: "Welfare check", location: "300 W BELT LINE RD", text: "door open" };
  for (const slot of spec.takes) {
    if (spec.needs.includes(slot) || random() < 0.5) made[slot] = MAKE[slot]();
  }
  if (spec.one && made.units) made.units = made.units.slice(0, 1);
  if (spec.text === "must" || (spec.text === "may" && random() < 0.5)) made.text = pick(["why not", "a; b. 142 CARE1", "x"]);
  return made;
}
const ordered = (/** @type {any} */ value) => JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));

test("a formatted command is read back as the same command", () => {
  for (let turn = 0; turn < 3000; turn += 1) {
    const made = makeCommand();
    const line = format(made, CONTEXT);
    const read = /** @type {any} */ (parse(line, CONTEXT));
    assert.equal(ordered(read.command ?? read), ordered(made), line);
  }
});

test("no prefix of a safe command is one that ends something", () => {
  for (let turn = 0; turn < 1500; turn += 1) {
    const made = makeCommand();
    if (VERBS[made.verb].ends) continue;
    const line = format(made, CONTEXT);
    for (let end = 1; end < line.length; end += 1) {
      const read = /** @type {any} */ (parse(line.slice(0, end), CONTEXT));
      assert.ok(!read.command || !VERBS[read.command.verb]?.ends, `${line} → ${line.slice(0, end)}`);
    }
  }
});

test("nothing that can be typed makes the parser raise", () => {
  const parts = ["d", "142", "care2", ";", "@", "#", "=", "w=yes", ".", ",", "p101-p999", "-", "?", "new", "\u0000", "𝒳", "q", "h", "10m"];
  for (let turn = 0; turn < 3000; turn += 1) {
    const line = Array.from({ length: Math.floor(random() * 8) }, () => pick(parts)).join(pick(["", " ", "."]));
    assert.ok(parse(line, CONTEXT), line);
  }
});

test("the error is of the reading that got furthest", () => {
  assert.match(error("h 10", { ...CONTEXT, openCall: 39 }), /H needs its text/);
  assert.match(error("cl p101 nope"), /nope is no disposition here: CL unit disposition/);
});

test("what is done while nobody of CARE is free is one line each", () => {
  assert.deepEqual(command("cb 142 text"), { verb: "CB", call: 42, word: "text" });
  assert.deepEqual(command("cb 142 worse"), { verb: "CB", call: 42, clinician: "worse" });
  assert.deepEqual(command("ins 142 line_988"), { verb: "INS", call: 42, instead: "line_988" });
  assert.deepEqual(command("why 142 all_busy"), { verb: "WHY", call: 42, notSent: "all_busy" });
  assert.deepEqual(command("byp care2 closer"), { verb: "BYP", units: ["CARE2"], bypass: "closer" });
  assert.deepEqual(command("avc care2 follow-up 30m"), { verb: "AVC", units: ["CARE2"], word: "follow-up", minutes: 30 });
});

test("a reason of several words needs no semicolon", () => {
  assert.deepEqual(command("oos p101 flat tire 30m"), { verb: "OOS", units: ["P101"], word: "flat tire", minutes: 30 });
  assert.deepEqual(command("can 142 false call"), { verb: "CAN", call: 42, word: "false call" });
});
