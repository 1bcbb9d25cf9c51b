// A data_visualization block as an inline drawing: line, area, bar and pie.

import { el, svg } from "../dom.js";
import { decode } from "../text/plain.js";
import { pie } from "./pie.js";
import { seriesClass } from "./series.js";

const HEIGHT = 240;
const WIDTH_MIN = 280;
const WIDTH_MAX = 640;
const MARGIN = { top: 12, right: 12, bottom: 40, left: 56 };
const TICKS = 4;

export function dataVisualization(block) {
  const { chart } = block;
  const title = decode(block.title ?? "");
  const figure = el("figure", { class: "chart", "aria-label": title });
  const stage = el("div", { class: "chart-stage" });
  figure.append(
    ...[el("figcaption", { class: "caption", text: title }), stage, legend(chart)].filter(Boolean),
  );
  if (chart.type === "pie") stage.append(pie(chart, title));
  else redrawOnResize(stage, (width) => plot(chart, width, title));
  return figure;
}

function redrawOnResize(stage, draw) {
  let last = 0;
  const update = (width) => {
    const next = Math.round(Math.max(WIDTH_MIN, Math.min(width, WIDTH_MAX)));
    if (next === last) return;
    last = next;
    stage.replaceChildren(draw(next));
  };
  update(WIDTH_MAX);
  new ResizeObserver(([entry]) => update(entry.contentRect.width)).observe(stage);
}

function legend(chart) {
  const names = chart.type === "pie" ? chart.segments.map((part) => part.label) : chart.series.map((one) => one.name);
  if (chart.type !== "pie" && names.length < 2) return null;
  return el(
    "ul", { class: "legend" },
    names.map((name, index) => el("li", { class: seriesClass(index) }, decode(name))),
  );
}

function plot(chart, width, title) {
  const categories = chart.axis_config?.categories ?? chart.series[0].data.map((point) => point.label);
  const values = chart.series.flatMap((one) => one.data.map((point) => point.value));
  const scale = niceScale(Math.min(0, ...values), Math.max(0, ...values));
  const box = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: HEIGHT - MARGIN.bottom };
  const y = (value) => box.bottom - ((value - scale.min) / (scale.max - scale.min)) * (box.bottom - box.top);
  const band = (box.right - box.left) / categories.length;
  const x = (index) => box.left + band * (index + 0.5);
  const marks = chart.series.map((one, index) => {
    const points = categories.map((name, at) => ({
      at, name, value: one.data.find((point) => point.label === name)?.value ?? null,
    })).filter((point) => point.value !== null);
    return chart.type === "bar" ? bars(
      points, index, chart.series.length, { x, y, band },
    ) : lineMark(points, index, chart.type, { x, y });
  });
  return svg("svg", {
    viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "img",
    "aria-label": summary(chart, title),
  },
    grid(scale, box, y), xLabels(categories, x, band, box), axisNames(chart.axis_config ?? {}, box), marks);
}

function niceScale(low, high) {
  const raw = (high - low || 1) / TICKS;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].find((nice) => nice * power >= raw) * power;
  const min = Math.floor(low / step) * step;
  const max = Math.max(Math.ceil(high / step) * step, min + step);
  return { min, max, step };
}

function grid({ min, max, step }, box, y) {
  const lines = [];
  for (let index = 0; min + index * step <= max + step / 2; index += 1) {
    const value = min + index * step;
    lines.push(svg(
      "line",
      { class: value === 0 ? "axis" : "gridline", x1: box.left, x2: box.right, y1: y(value), y2: y(value) },
    ),
      svg("text", { class: "chart-text", x: box.left - 8, y: y(value) + 4, "text-anchor": "end" }, short(value)));
  }
  return lines;
}

function short(value) {
  return new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

function xLabels(categories, x, band, box) {
  const every = Math.ceil(52 / band);
  return categories.map((name, index) => index % every === 0 && svg(
    "text", { class: "chart-text", x: x(index), y: box.bottom + 16, "text-anchor": "middle" },
    decode(name),
  ));
}

function axisNames(config, box) {
  const middle = (box.top + box.bottom) / 2;
  return [
    config.x_label && svg(
      "text",
      { class: "chart-text chart-axis-name", x: (box.left + box.right) / 2, y: HEIGHT - 6, "text-anchor": "middle" },
      decode(config.x_label),
    ),
    config.y_label && svg(
      "text",
      {
        class: "chart-text chart-axis-name", x: 12, y: middle, transform: `rotate(-90 12 ${middle})`,
        "text-anchor": "middle",
      },
      decode(config.y_label),
    ),
  ];
}

function tip(point) {
  return svg("title", {}, `${decode(point.name)}: ${point.value.toLocaleString("en")}`);
}

function bars(points, index, count, { x, y, band }) {
  const width = Math.min((band * 0.7) / count, 44);
  return points.map((point) => {
    const left = x(point.at) - (width * count) / 2 + width * index;
    const [top, bottom] = [y(Math.max(point.value, 0)), y(Math.min(point.value, 0))];
    return svg(
      "rect",
      {
        class: `mark ${seriesClass(index)}`, x: left, y: top, width: Math.max(width - 2, 1),
        height: Math.max(bottom - top, 1), rx: 2,
      },
      tip(point),
    );
  });
}

function lineMark(points, index, type, { x, y }) {
  if (points.length === 0) return null;
  const colour = seriesClass(index);
  const path = points.map((point, at) => `${at ? "L" : "M"}${x(point.at)} ${y(point.value)}`).join("");
  const floor = `L${x(points.at(-1).at)} ${y(0)}L${x(points[0].at)} ${y(0)}Z`;
  return [
    type === "area" && svg("path", { class: `area ${colour}`, d: path + floor }),
    svg("path", { class: `line ${colour}`, d: path }),
    points.map((point) => svg(
      "circle", { class: `dot ${colour}`, cx: x(point.at), cy: y(point.value), r: 3 }, tip(point),
    )),
  ];
}

function summary(chart, title) {
  const points = (one) => one.data.map((point) => `${point.label} ${point.value}`).join(", ");
  const series = chart.series.map((one) => `${one.name}: ${points(one)}`);
  return `${title}. ${series.join(". ")}`;
}
