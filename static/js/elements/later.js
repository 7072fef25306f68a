// @ts-check
/** The open call, forms and dialogs: nobody needs them to see the board, so they are fetched right behind it. */

import { html } from "../../vendor/lit.js";
import { Advice } from "../advice.js";
import { app } from "../app.js";
import * as completion from "../commands/complete.js";
import "../commands/floor.js";
import { reportSeen } from "../seen.js";
import "../commands/together.js";
import "../commands/way_out.js";
import "./alert_log.js";
import "./call.js";
import "./consult_line.js";
import "./marks.js";
import "./next.js";
import { BESIDE } from "./console.js";
import "./consults.js";
import "./edit.js";
import "./help.js";
import "./intake.js";
import "./owed.js";
import "./scheduled.js";
import "./staffing.js";
import "./sign_in_again.js";
import "./unverified.js";

Object.assign(BESIDE, {
  owed: html`<care-owed></care-owed>`,
  log: html`<care-alert-log></care-alert-log>`,
  cautions: html`<care-caution-list></care-caution-list>`,
  scheduled: html`<care-scheduled></care-scheduled>`,
  consults: html`<care-consults></care-consults>`,
  staffing: html`<care-staffing></care-staffing>`,
  unverified: html`<care-unverified></care-unverified>`,
});

app.advice = new Advice(app);
app.completion = completion;
if (app.desk.openId !== null) app.advice.open(app.desk.openId);
reportSeen(app);
