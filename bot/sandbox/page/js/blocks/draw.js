// Block Kit: which function draws which block. A scene is what blocks need from the page: who is
// who, where a press goes, and what else can be opened.

import { el } from "../dom.js";
import { own } from "../own.js";
import * as basics from "./basics.js";
import * as cards from "./cards.js";
import { dataVisualization } from "./chart.js";
import { dataTable } from "./data_table.js";
import { actions, contextActions } from "./elements.js";
import { input } from "./input.js";
import { richText } from "./rich_text.js";
import { table } from "./table.js";

const DRAWERS = {
  header: basics.header, section: basics.section, divider: basics.divider, context: basics.context,
  image: basics.image, video: basics.video, file: basics.file, alert: basics.alert,
  markdown: basics.markdownBlock, rich_text: richText, actions, context_actions: contextActions,
  input, table, data_table: dataTable, data_visualization: dataVisualization,
  card: cards.card, carousel: cards.carousel, container: cards.container,
};

/** All blocks of a message or a view, in one node. */
export function drawBlocks(blocks, scene) {
  return el("div", { class: "blocks" }, blocks.map((block) => drawBlock(block, scene)));
}

function drawBlock(block, scene) {
  const drawer = own(DRAWERS, block.type);
  if (!drawer) return unknown(block);
  try {
    return drawer(block, scene, drawBlocks);
  } catch (error) {
    // One block that can't be drawn must not take the rest of the message with it.
    console.error("A block could not be drawn.", block, error);
    return unknown(block);
  }
}

function unknown(block) {
  return el("p", { class: "block-unknown", text: `A block of type “${block.type}” can’t be shown here.` });
}
