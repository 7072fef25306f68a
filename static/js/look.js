// @ts-check
/** How the console looks to this person: theme and text size, kept on this computer. */

export const SCALES = [85, 100, 115, 130, 150, 175, 200];
/** At normal text size. */
const NARROW_PX = 900;

export class Look {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.theme = localStorage.getItem("care-theme") === "light" ? "light" : "dark";
    const scale = Number(localStorage.getItem("care-scale"));
    this.scale = SCALES.includes(scale) ? scale : 100;
    this.#apply();
    addEventListener("resize", () => this.#fit());
  }

  toggleTheme() {
    this.theme = this.theme === "dark" ? "light" : "dark";
    this.#apply();
  }

  /** @param {-1 | 0 | 1} step 0 returns to 100 % */
  resize(step) {
    const at = SCALES.indexOf(this.scale) + step;
    this.scale = step === 0 ? 100 : SCALES[Math.max(0, Math.min(SCALES.length - 1, at))];
    this.#apply();
  }

  /** One column when the window holds too little text beside each other, be it narrow or the text large. */
  #fit() {
    document.documentElement.toggleAttribute("data-narrow", innerWidth * 100 <= NARROW_PX * this.scale);
  }

  #apply() {
    const { dataset } = document.documentElement;
    dataset.theme = this.theme;
    dataset.scale = String(this.scale);
    this.#fit();
    localStorage.setItem("care-theme", this.theme);
    localStorage.setItem("care-scale", String(this.scale));
    this.changed();
  }
}
