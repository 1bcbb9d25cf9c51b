// What the page knows, in one place. Parts read it and are told when it has changed.

import { get, post } from "./api.js";

const PERSON = "tallyman.person";
const NOTICES_MAX = 50;

export const store = {
  me: null, team: {}, bot: null, stripe: null, hasMailbox: false, commands: [], shortcuts: [], hints: [],
  users: new Map(), channels: new Map(), channel: null, isHome: false, messages: [], newFrom: null, notices: [], isOnline: true,
};

const listeners = new Map();

/** Run a function whenever this topic changes: state, channel, messages, online. */
export function on(topic, listener) {
  listeners.set(topic, [...(listeners.get(topic) ?? []), listener]);
}

export function changed(topic, detail) {
  for (const listener of listeners.get(topic) ?? []) listener(detail);
}

/** The person this tab was last, so that two tabs can be two people. */
export const rememberedPerson = () => sessionStorage.getItem(PERSON);

/** Read who and what there is, as one person. Returns an error's name, or null. */
export async function loadState(person) {
  const was = store.me ?? undefined;
  const state = await get("/page/state", { as: person ?? "", was });
  if (!state.me) return state.error ?? "no_state";
  const isOther = store.me !== state.me.id;
  Object.assign(store, {
    me: state.me.id, team: state.team, bot: state.bot, stripe: state.stripe, hasMailbox: state.has_mailbox,
    commands: state.commands ?? [], shortcuts: state.shortcuts ?? [], hints: state.hints ?? [],
    users: byId(state.users), channels: byId(state.channels),
  });
  if (isOther) store.notices = await readNotices(store.me);
  sessionStorage.setItem(PERSON, store.me);
  const open = store.channels.get(store.channel);
  if (open) open.unread = 0;
  changed("state", { isOther });
  return null;
}

/** What Slackbot has told this person so far: it is still there after a reload. */
async function readNotices(me) {
  const { notices = [] } = await get("/page/notices", { as: me });
  return notices.slice(-NOTICES_MAX).map((notice) => asNotice(notice));
}

const asNotice = ({ channel, text, kind, ts }) => ({ ts, key: `notice-${ts}`, channel, text, kind, isNotice: true });

const byId = (list) => new Map((list ?? []).map((one) => [one.id, one]));

/** Whether a channel is the direct messages of this person and the app. */
export const isApp = (channel) => channel.kind === "im" && (channel.members ?? []).includes(store.bot?.user_id);

/** That channel. */
export const appChannel = () => [...store.channels.values()].find(isApp);

/** Open a channel and read its messages. */
export async function openChannel(id) {
  if (!store.channels.has(id)) return;
  store.channel = id;
  store.isHome = false;
  store.channels.get(id).unread = 0;
  store.messages = [];
  store.newFrom = null;
  changed("channel");
  await loadMessages({ marksNew: true });
}

/** Open the app's Home tab; no channel is open meanwhile, so that none counts as read. */
export function openHome() {
  Object.assign(store, { channel: null, isHome: true, messages: [] });
  changed("channel");
}

/** Read the open channel's messages again. */
export async function loadMessages({ marksNew = false } = {}) {
  const { channel, me } = store;
  if (channel === null) return;
  const answer = await get("/page/messages", { as: me, channel });
  // By now another channel or person may be in front.
  if (store.channel !== channel || store.me !== me) return;
  store.messages = answer.messages ?? [];
  const isNew = (message) => message.user !== me && message.ts > (answer.read_until ?? "");
  // The line stays where it was until the channel is opened again.
  if (marksNew) store.newFrom = store.messages.find(isNew)?.ts ?? null;
  changed("messages", { isWhole: true });
}

/** Take one event of the stream into what is known. */
export function take(event) {
  TAKERS[event.type]?.(event);
}

const TAKERS = {
  message: ({ message }) => arrived(message),
  changed: ({ message }) => replace(message),
  removed: ({ channel, ts }) => {
    if (channel !== store.channel) return;
    store.messages = store.messages.filter((known) => known.ts !== ts);
    changed("messages", { removed: ts });
  },
  notice: (event) => keepNotice(asNotice(event)),
  state: () => loadState(store.me),
};

function arrived(message) {
  if (message.channel !== store.channel) {
    const channel = store.channels.get(message.channel);
    if (!channel || message.user === store.me) return;
    channel.unread = (channel.unread ?? 0) + 1;
    changed("unread");
    return;
  }
  if (!document.hidden) post("/page/read", { as: store.me, channel: store.channel });
  if (message.thread_ts && message.thread_ts !== message.ts) return;
  if (store.messages.some((known) => known.ts === message.ts)) return replace(message);
  store.messages.push(message);
  changed("messages", { arrived: message });
}

function replace(message) {
  if (message.channel !== store.channel) return;
  const at = store.messages.findIndex((known) => known.ts === message.ts);
  if (at < 0) return;
  store.messages[at] = message;
  changed("messages", { replaced: message });
}

/** Something that only this page knows, told in Slackbot's voice. */
export function addNotice(channel, text, kind = "info") {
  keepNotice(asNotice({ channel, text, kind, ts: (Date.now() / 1000).toFixed(6) }));
}

function keepNotice(notice) {
  if (store.notices.some((known) => known.key === notice.key)) return;
  store.notices = [...store.notices, notice].slice(-NOTICES_MAX);
  if (notice.channel === store.channel) changed("messages", { arrived: notice });
}

/** The open channel's messages and notices, oldest first. */
export function timeline() {
  const notices = store.notices.filter((notice) => notice.channel === store.channel);
  return [...store.messages, ...notices].sort((a, b) => Number(a.ts) - Number(b.ts));
}
