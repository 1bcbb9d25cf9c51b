// The left side: the workspace's name, its channels, and who one is at the moment.

import { avatar } from "./avatar.js";
import { el, refill } from "./dom.js";
import { icon } from "./icons.js";
import { isApp, on, openChannel, openHome, store } from "./store.js";

const GROUPS = [
  ["Channels", (channel) => channel.kind === "public" || channel.kind === "private"],
  ["Direct messages", (channel) => (channel.kind === "im" && !isApp(channel)) || channel.kind === "mpim"],
  ["Apps", isApp],
];

/** Keep the sidebar's list and name up to date. */
export function startSidebar({ onOpened }) {
  const list = document.getElementById("channels");
  const draw = () => {
    document.getElementById("team").textContent = store.team.name ?? "Workspace";
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    refill(
      list,
      GROUPS.map(([title, belongs]) => group(
        title, [...store.channels.values()].filter((one) => belongs(one) && !one.is_archived), onOpened,
      )),
    );
    // The list is drawn anew; whoever stood on a channel stays there.
    if (focused) list.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
  };
  for (const topic of ["state", "channel", "unread"]) on(topic, draw);
}

function group(title, channels, onOpened) {
  if (channels.length === 0) return null;
  return el("section", { class: "channel-group" }, el("h2", { text: title }),
    el("ul", {}, channels.map((channel) => el("li", {}, entry(channel, onOpened)))));
}

function entry(channel, onOpened) {
  const isOpen = channel.id === store.channel || (store.isHome && isApp(channel));
  const unread = channel.id === store.channel ? 0 : channel.unread ?? 0;
  // An app is opened at its Home tab, its messages at the tab beside it.
  const open = () => (isApp(channel) ? openHome() : openChannel(channel.id));
  const name = channelName(channel);
  const notes = [
    channel.kind === "private" && "private",
    channel.is_ext_shared && "shared with another organisation", unread && `${unread} unread`,
  ].filter(Boolean);
  return el("button", {
    type: "button", data: { id: channel.id }, class: `channel${unread ? " is-unread" : ""}`,
    "aria-current": isOpen ? "page" : null,
    "aria-label": [name, ...notes].join(", "), on: { click: () => { open(); onOpened(); } },
  }, channelMark(channel), el("span", { class: "channel-name", text: name }),
  channel.is_ext_shared && icon("shared", "channel-shared"),
  unread > 0 && el("span", { class: "badge", text: String(unread) }));
}

/** The sign in front of a channel's name. */
export function channelMark(channel) {
  if (channel.kind === "im") return avatar(partner(channel), "avatar-tiny");
  if (channel.kind === "mpim") return icon("people");
  return icon(channel.kind === "private" ? "lock" : "hash");
}

/** What a person calls a channel: its name, or who is in it. */
export function channelName(channel) {
  if (channel.kind === "mpim") return membersOf(channel).map((user) => user.real_name || user.name).join(", ");
  if (channel.kind !== "im") return channel.name;
  const other = partner(channel);
  return other ? other.real_name || other.name : channel.name;
}

function partner(channel) {
  return membersOf(channel)[0] ?? store.users.get(store.me);
}

function membersOf(channel) {
  return (channel.members ?? []).filter((id) => id !== store.me).map((id) => store.users.get(id)).filter(Boolean);
}
