// The line over the messages: which channel this is.

import { refill } from "./dom.js";
import { plainScene } from "./scene.js";
import { channelMark, channelName } from "./sidebar.js";
import { on, store } from "./store.js";
import { mrkdwn } from "./text/mrkdwn.js";

/** Keep the head, the tab's title and the address up to date. */
export function startChannelHead() {
  const draw = () => {
    const channel = store.channels.get(store.channel);
    if (!channel) return;
    const name = channelName(channel);
    refill(document.getElementById("channel-mark"), channelMark(channel));
    document.getElementById("channel-name").textContent = name;
    const count = channel.members?.length ?? 0;
    const notes = channel.kind === "im" ? [] : [count === 1 ? "1 member" : `${count} members`];
    if (channel.is_ext_shared) notes.unshift("Shared with another organisation");
    document.getElementById("channel-note").textContent = notes.join(" · ");
    refill(document.getElementById("channel-topic"), mrkdwn(channel.topic ?? "", plainScene()));
    document.getElementById("messages").setAttribute("aria-label", `Messages in ${name}`);
    document.title = `${channel.kind.endsWith("im") ? "" : "#"}${name} · Tallyman workspace (local)`;
    history.replaceState(null, "", `#${channel.id}`);
  };
  on("channel", draw);
  on("state", draw);
}
