// @ts-check
/** The open call, forms and dialogs: nobody needs them to see the board, so they are fetched right behind it. */

import "./call.js";
import "./edit.js";
import "./help.js";
import "./intake.js";
import "./owed.js";
import "./sign_in_again.js";
