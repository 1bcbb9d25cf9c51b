// The line over the messages: which channel this is.

import { avatar } from "./avatar.js";
import { refill } from "./dom.js";
import { plainScene } from "./scene.js";
import { channelMark, channelName } from "./sidebar.js";
import { on, store } from "./store.js";
import { mrkdwn } from "./text/mrkdwn.js";

/** The address of the app's Home tab. */
export const HOME_ADDRESS = "#home";

/** Keep the head, the tab's title and the address up to date. */
export function startChannelHead() {
  const draw = () => {
    if (store.isHome) return drawHome();
    const channel = store.channels.get(store.channel);
    if (!channel) return undefined;
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
    return undefined;
  };
  on("channel", draw);
  on("state", draw);
}

function drawHome() {
  const app = store.users.get(store.bot?.user_id);
  const name = app?.real_name || store.bot?.name || "App";
  refill(document.getElementById("channel-mark"), avatar(app, "avatar-tiny"));
  document.getElementById("channel-name").textContent = name;
  document.getElementById("channel-note").textContent = "App";
  refill(document.getElementById("channel-topic"));
  document.title = `${name}, Home · Tallyman workspace (local)`;
  history.replaceState(null, "", HOME_ADDRESS);
}
