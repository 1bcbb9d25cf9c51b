// The bot may be at work on a press that another tab made: the stream says so.

import { setWorking } from "./blocks/press.js";
import { store } from "./store.js";

/** Returns what takes `working` events. */
export function startWorking() {
  return {
    take(event) {
      if (event.type !== "working" || event.channel !== store.channel) return;
      const message = document.querySelector(`#messages [data-ts="${CSS.escape(event.ts)}"]`);
      const controls = [...(message?.querySelectorAll(".control") ?? [])];
      const wrapper = controls.find((node) => node.dataset.actionId === event.action_id);
      if (wrapper) setWorking(wrapper, event.on);
    },
  };
}
