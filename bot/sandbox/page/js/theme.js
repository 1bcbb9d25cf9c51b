// Light, dark, or as the system has it.

import { refill } from "./dom.js";
import { icon } from "./icons.js";

const KEY = "tallyman.theme";
const THEMES = {
  auto: ["auto", "Theme: as your system"], light: ["sun", "Theme: light"],
  dark: ["moon", "Theme: dark"],
};

/** Restore the chosen theme and let the button step through the three. */
export function startTheme() {
  const button = document.getElementById("theme");
  const names = Object.keys(THEMES);
  let current = names.includes(localStorage.getItem(KEY)) ? localStorage.getItem(KEY) : "auto";
  const show = () => {
    const [sign, words] = THEMES[current];
    document.documentElement.dataset.theme = current;
    button.setAttribute("aria-label", words);
    button.title = words;
    refill(button, icon(sign));
  };
  button.addEventListener("click", () => {
    current = names[(names.indexOf(current) + 1) % names.length];
    localStorage.setItem(KEY, current);
    show();
  });
  show();
}
