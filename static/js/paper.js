// @ts-check
/** A printable sheet: its button prints it. */

document.getElementById("print")?.addEventListener("click", () => print());
