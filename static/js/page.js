// @ts-check
/** Plain pages keep the theme this person chose on the console. */

document.documentElement.dataset.theme = localStorage.getItem("care-theme") === "light" ? "light" : "dark";
