// A text object of Block Kit: plain_text or mrkdwn.

import { mrkdwn } from "./mrkdwn.js";
import { plainText } from "./plain.js";

/** The nodes of a text object; a bare string counts as mrkdwn, as Slack reads it in cards. */
export function textObject(object, scene) {
  if (!object) return [];
  if (typeof object === "string") return mrkdwn(object, scene);
  if (object.type === "plain_text") return plainLines(object);
  return mrkdwn(object.text, scene, { verbatim: object.verbatim === true });
}

function plainLines(object) {
  return object.text.split("\n").flatMap((line, index) => [
    ...(index ? [document.createElement("br")] : []), ...plainText({ ...object, text: line }),
  ]);
}
