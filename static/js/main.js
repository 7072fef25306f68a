// @ts-check
/** The dispatch console starts here. */

import { app } from "./app.js";
import "./elements/console.js";

app.start();
