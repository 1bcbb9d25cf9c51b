// The pie of a data_visualization block, as a ring with its shares.

import { svg } from "../dom.js";
import { decode } from "../text/plain.js";
import { seriesClass } from "./series.js";

const SIZE = 200;
const OUTER = 92;
const INNER = 52;

export function pie(chart, title) {
  const total = chart.segments.reduce((sum, part) => sum + part.value, 0);
  let from = 0;
  const slices = chart.segments.map((part, index) => {
    const share = part.value / total;
    const slice = svg("path", { class: `slice ${seriesClass(index)}`, d: ring(from, from + share) },
      svg("title", {}, `${decode(part.label)}: ${part.value.toLocaleString("en")} (${Math.round(share * 100)} %)`));
    from += share;
    return slice;
  });
  const words = chart.segments.map((part) => `${part.label} ${Math.round((part.value / total) * 100)} %`).join(", ");
  return svg(
    "svg",
    {
      class: "pie", viewBox: `0 0 ${SIZE} ${SIZE}`, width: SIZE, height: SIZE, role: "img",
      "aria-label": `${title}. ${words}`,
    },
    slices,
  );
}

function ring(from, to) {
  // An arc can't close on its own start, so a whole ring stops a hair before it.
  const end = Math.min(to, from + 0.9999);
  const large = end - from > 0.5 ? 1 : 0;
  const [a, b] = [point(from, OUTER), point(end, OUTER)];
  const [c, d] = [point(end, INNER), point(from, INNER)];
  return `M${a}A${OUTER} ${OUTER} 0 ${large} 1 ${b}L${c}A${INNER} ${INNER} 0 ${large} 0 ${d}Z`;
}

function point(share, radius) {
  const angle = share * 2 * Math.PI - Math.PI / 2;
  return `${SIZE / 2 + radius * Math.cos(angle)} ${SIZE / 2 + radius * Math.sin(angle)}`;
}
