// The page's own line icons, drawn on a 20 by 20 grid.

import { svg } from "./dom.js";

const PATHS = {
  hash: ["M8 3 6.4 17", "M13.6 3 12 17", "M3.6 7.4h13.4", "M3 12.6h13.4"],
  lock: ["M5 9.2h10v7.3H5z", "M7 9V6.4a3 3 0 0 1 6 0V9"],
  shared: ["M8 13.5a4 4 0 1 1 0-7h1.6", "M12 6.5a4 4 0 1 1 0 7h-1.6", "M7.5 10h5"],
  eye: [
    "M2.2 10S5 4.8 10 4.8 17.8 10 17.8 10 15 15.2 10 15.2 2.2 10 2.2 10z",
    "M10 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z",
  ],
  send: ["M3 10 17 3.4 12.6 17l-3-5.4z", "M9.6 11.6 17 3.4"],
  menu: ["M3 5.5h14", "M3 10h14", "M3 14.5h14"],
  panel: ["M3 4h14v12H3z", "M12.4 4v12"],
  close: ["M5 5l10 10", "M15 5 5 15"],
  down: ["M5 7.6l5 5 5-5"],
  left: ["M12.4 5l-5 5 5 5"],
  right: ["M7.6 5l5 5-5 5"],
  out: ["M7 13 14 6", "M8.4 6H14v5.6"],
  sun: [
    "M10 13.4a3.4 3.4 0 1 0 0-6.8 3.4 3.4 0 0 0 0 6.8z",
    "M10 2v2M10 16v2M2 10h2M16 10h2M4.3 4.3l1.5 1.5M14.2 14.2l1.5 1.5M15.7 4.3l-1.5 1.5M5.8 14.2l-1.5 1.5",
  ],
  moon: ["M16.6 12A7 7 0 0 1 8 3.4 7 7 0 1 0 16.6 12z"],
  auto: ["M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14z", "M10 3v14", "M12 5.2v9.6M14 6.6v6.8"],
  alert: ["M10 3.2 18 16.6H2z", "M10 8.2v4", "M10 14.3v.2"],
  clock: ["M10 2.8a7.2 7.2 0 1 0 0 14.4 7.2 7.2 0 0 0 0-14.4z", "M10 6v4.2l2.8 1.8"],
  more: ["M4.6 10h.1", "M10 10h.1", "M15.4 10h.1"],
  people: [
    "M7.6 9.6a2.9 2.9 0 1 0 0-5.8 2.9 2.9 0 0 0 0 5.8z",
    "M2.4 16.4c.4-3 2.4-4.6 5.2-4.6s4.8 1.6 5.2 4.6", "M13 4.2a2.7 2.7 0 0 1 0 5.2",
    "M14.6 12.2c1.7.6 2.7 2 3 4.2",
  ],
  thread: ["M3 4.2h14v9H9l-3.6 3v-3H3z", "M6.6 7.6h6.8M6.6 10.2h4"],
  file: ["M5 2.8h6.4L15 6.4v10.8H5z", "M11.2 2.8v3.8H15"],
  download: ["M10 3v9.4", "M6 8.8l4 4 4-4", "M4 16.6h12"],
  play: ["M7 4.6v10.8L15.6 10z"],
  check: ["M4 10.6l4 4 8-9"],
  info: ["M10 2.8a7.2 7.2 0 1 0 0 14.4 7.2 7.2 0 0 0 0-14.4z", "M10 9v5", "M10 6.4v.2"],
  sort: ["M6.8 8 10 4.6 13.2 8", "M6.8 12l3.2 3.4 3.2-3.4"],
};

/** A decorative icon; whoever uses it gives the words. */
export function icon(name, className = "") {
  const strokes = PATHS[name].map((d) => svg("path", { d }));
  return svg("svg", {
    class: `icon ${className}`.trim(), viewBox: "0 0 20 20", width: 18, height: 18,
    fill: "none", stroke: "currentColor", "stroke-width": name === "more" ? 2.6 : 1.6,
    "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true",
  }, strokes);
}
