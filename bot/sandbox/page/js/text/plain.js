// Slack keeps three characters escaped in every text and shows them decoded, once.

import { emoji } from "./emoji.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const EMOJI = /:([a-z0-9_+'-]+)(?:::skin-tone-[2-6])?:/g;

/** Decode the three entities in one pass, so that `&amp;lt;` shows as `&lt;`. */
export function decode(text) {
  return String(text).replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}

/** Text with `:names:` turned into emoji, as a list of nodes; unknown names stay as they are. */
export function withEmoji(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(EMOJI)) {
    const drawn = emoji(match[1]);
    if (drawn === null) continue;
    nodes.push(decode(text.slice(from, match.index)), drawn);
    from = match.index + match[0].length;
  }
  nodes.push(decode(text.slice(from)));
  return nodes.filter((node) => node !== "");
}

/** What a `plain_text` object shows. */
export function plainText(object) {
  if (!object) return [];
  if (typeof object === "string") return [decode(object)];
  return object.emoji === false ? [decode(object.text)] : withEmoji(object.text);
}

/** The same as a string, for labels of controls. */
export function plainString(object) {
  if (!object) return "";
  return decode(typeof object === "string" ? object : object.text);
}
