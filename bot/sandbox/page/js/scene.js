// What the blocks of one message need from the page.

import { post } from "./api.js";
import { press } from "./blocks/press.js";
import { openChannel, store } from "./store.js";

/** The scene of a text that nobody can press on: names and channels only. */
export function plainScene() {
  return { me: store.me, users: store.users, channels: store.channels, openChannel };
}

/** The scene of a message: presses go to the bot as this person's. */
export function messageScene(message) {
  const scene = {
    ...plainScene(),
    act: (chosen) => post("/page/act", { as: store.me, channel: message.channel, ts: message.ts, ...chosen }),
    options: (asked) => post("/page/options", { as: store.me, channel: message.channel, ts: message.ts, ...asked }),
    report: (block, element, chosen, wrapper) => press(scene, block, element, chosen, wrapper),
  };
  return scene;
}
