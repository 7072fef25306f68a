// @ts-check
/** The dispatch console starts here: the board first, then at once what is opened from it. */

import { app } from "./app.js";
import "./elements/console.js";

app.start().finally(() =>
  import("./elements/later.js").catch(() => {
    app.problem = "A part of the console did not come through. Load the page again.";
    app.changed();
  }),
);
