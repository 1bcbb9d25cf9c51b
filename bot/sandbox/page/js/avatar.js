// Faces: initials on the person's colour; the app has a drawing of its own.

import { el, svg } from "./dom.js";
import { decode } from "./text/plain.js";

const COLOURS = ["#2f6f5e", "#8a4b2a", "#3d5a99", "#7a3f6d", "#4c6b2f", "#9a6a12", "#25677a", "#6b4fa0"];

/** The square with a person's initials. */
export function avatar(user, size = "") {
  const className = `avatar ${size}`.trim();
  if (!user) return el("span", { class: className, "aria-hidden": "true", text: "?" });
  if (user.kind === "bot") return el("span", { class: `${className} avatar-app`, "aria-hidden": "true" }, tally());
  const node = el("span", { class: className, "aria-hidden": "true", text: initials(user) });
  const own = /^#?([0-9a-f]{6})$/i.exec(user.color ?? "");
  node.style.backgroundColor = own ? `#${own[1]}` : COLOURS[hash(user.id) % COLOURS.length];
  return node;
}

/** Slackbot, who tells people privately what went wrong. */
export function slackbotAvatar() {
  return el("span", { class: "avatar avatar-bot", "aria-hidden": "true", text: "S" });
}

function tally() {
  // Four strokes and a fifth across them.
  const strokes = ["M6 5v14", "M10 5v14", "M14 5v14", "M18 5v14", "M3.5 16.5 20.5 7.5"];
  return svg(
    "svg",
    { viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round" },
    strokes.map((d) => svg("path", { d })),
  );
}

function initials(user) {
  const words = decode(user.real_name || user.name || "?").split(/\s+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const letters = [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => [...(word ?? "")][0] ?? "");
  return letters.join("").toUpperCase() || "?";
}

function hash(text) {
  return [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) >>> 0, 7);
}
