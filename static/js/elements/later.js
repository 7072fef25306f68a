// @ts-check
/** The open call, forms and dialogs: nobody needs them to see the board, so they are fetched right behind it. */

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
import "./consults.js";
import "./edit.js";
import "./help.js";
import "./intake.js";
import "./owed.js";
import "./scheduled.js";
import "./staffing.js";
import "./sign_in_again.js";

app.advice = new Advice(app);
app.completion = completion;
if (app.desk.openId !== null) app.advice.open(app.desk.openId);
reportSeen(app);
