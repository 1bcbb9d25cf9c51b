// A data_table block: caption, head, sorting by any column, and pages.

import { announce, el, refill } from "../dom.js";
import { icon } from "../icons.js";
import { decode } from "../text/plain.js";
import { cellContent, cellWords } from "./table.js";

const PAGE_ROWS_DEFAULT = 5;

export function dataTable(block, scene) {
  const [head, ...rows] = block.rows;
  const view = { rows, page: 0, column: null, descending: false };
  const size = block.page_size ?? PAGE_ROWS_DEFAULT;
  // One cell that is struck through or has two currencies does not move the others.
  const numeric = head.map((_, index) => rows.some((row) => row[index]?.type === "raw_number"));
  const body = el("tbody");
  const heads = head.map((cell, index) => headCell(cell, numeric[index], scene, () => sortBy(index)));
  const pager = makePager((step) => show(view.page + step));
  const caption = decode(block.caption ?? "");

  function show(page) {
    view.page = Math.max(0, Math.min(page, Math.ceil(view.rows.length / size) - 1));
    const from = view.page * size;
    const shown = view.rows.slice(from, from + size);
    refill(body, shown.map((row) => drawRow(row, numeric, block.row_header_column_index ?? 0, scene)));
    pager.update(from, shown.length, view.rows.length);
  }

  function sortBy(index) {
    const again = view.column === index;
    view.descending = again ? !view.descending : false;
    view.column = index;
    const sign = view.descending ? -1 : 1;
    view.rows = [...rows].sort((a, b) => sign * compare(a[index], b[index], scene));
    heads.forEach((node, at) => node.setAttribute(
      "aria-sort", at === index ? (view.descending ? "descending" : "ascending") : "none",
    ));
    show(0);
    announce(`Sorted by ${heads[index].textContent}, ${view.descending ? "descending" : "ascending"}.`);
  }

  show(0);
  return el("div", { class: "data-table" },
    el("div", { class: "table-box", tabindex: 0, role: "region", "aria-label": caption },
      el("table", { class: "table" },
        el("caption", { class: "caption", text: caption }),
        el("thead", {}, el("tr", {}, heads)), body)),
    rows.length > size && pager.node);
}

function headCell(cell, isNumeric, scene, sort) {
  return el("th", { class: isNumeric ? "align-right" : "align-left", scope: "col", "aria-sort": "none" },
    el("button", { type: "button", class: "sort", on: { click: sort } }, cellContent(cell, scene), icon("sort")));
}

function drawRow(row, numeric, headerColumn, scene) {
  return el("tr", {}, row.map((cell, index) => {
    const tag = index === headerColumn ? "th" : "td";
    return el(
      tag, { class: numeric[index] ? "align-right" : "align-left", scope: tag === "th" ? "row" : null },
      cellContent(cell, scene),
    );
  }));
}

function compare(a, b, scene) {
  if (a?.type === "raw_number" && b?.type === "raw_number") return a.value - b.value;
  return cellWords(a, scene).localeCompare(cellWords(b, scene), undefined, { numeric: true });
}

function makePager(turn) {
  const words = el("span", { class: "pager-words" });
  const step = (name, label, by) => el(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, on: { click: () => turn(by) } },
    icon(name),
  );
  const previous = step("left", "Previous rows", -1);
  const next = step("right", "Next rows", 1);
  return {
    node: el("div", { class: "pager" }, words, previous, next),
    update(from, count, total) {
      words.textContent = `${from + 1}–${from + count} of ${total}`;
      previous.disabled = from === 0;
      next.disabled = from + count >= total;
    },
  };
}
