// A table block: the first row is the head. Wide ones scroll in a box of their own.

import { el } from "../dom.js";
import { decode } from "../text/plain.js";
import { richGroups } from "./rich_text.js";

const ALIGNS = new Set(["left", "center", "right"]);

export function table(block, scene) {
  const settings = block.column_settings ?? [];
  const [head, ...rows] = block.rows;
  const draw = (tag, row) => el("tr", {}, row.map((cell, index) => tableCell(tag, cell, settings[index] ?? {}, scene)));
  return el("div", { class: "table-box", tabindex: 0, role: "region", "aria-label": "Table" },
    el("table", { class: "table" },
      el("thead", {}, draw("th", head)),
      el("tbody", {}, rows.map((row) => draw("td", row)))));
}

function tableCell(tag, cell, setting, scene) {
  const align = ALIGNS.has(setting.align) ? setting.align : "left";
  const wrap = setting.is_wrapped ? " is-wrapped" : "";
  return el(tag, { class: `align-${align}${wrap}`, scope: tag === "th" ? "col" : null }, cellContent(cell, scene));
}

/** What a cell of any table shows. */
export function cellContent(cell, scene) {
  if (!cell) return [];
  if (cell.type === "rich_text") return richGroups(cell, scene);
  return decode(cell.text ?? String(cell.value ?? ""));
}

/** The words of a cell, to sort and to search by. */
export function cellWords(cell, scene) {
  return el("div", {}, cellContent(cell, scene)).textContent;
}
