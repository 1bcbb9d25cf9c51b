// The app's own place: its Home tab, which the bot publishes for each person, beside its messages.

import { get, post } from "./api.js";
import { drawBlocks } from "./blocks/draw.js";
import { el, refill } from "./dom.js";
import { appChannel, on, openChannel, openHome, store } from "./store.js";
import { viewScene } from "./views.js";
import { withKept } from "./view_state.js";

const TABS = [["home", "Home"], ["messages", "Messages"]];

/** Keep the tabs and the Home tab up to date; returns what takes `view` events. */
export function startHome() {
  const home = {
    main: document.querySelector(".main"), tabs: document.getElementById("app-tabs"),
    pane: document.getElementById("home"), view: null, kept: {}, me: null,
  };
  home.tabs.addEventListener("keydown", (event) => moveTab(home, event));
  on("channel", () => show(home));
  on("state", () => drawTabs(home));
  return {
    take(event) {
      if (event.type === "view" && event.view.type === "home") publish(home, event.view);
    },
  };
}

async function show(home) {
  drawTabs(home);
  home.main.classList.toggle("is-home", store.isHome);
  home.pane.hidden = !store.isHome;
  const { me } = store;
  if (home.me !== me) {
    // What one person was shown is never seen by the next one.
    Object.assign(home, { me, view: null });
    refill(home.pane);
  }
  if (!store.isHome) {
    if (store.channel && store.channel === appChannel()?.id) tell("messages");
    return;
  }
  const known = await get("/page/home", { as: me });
  if (store.me !== me || !store.isHome) return;
  publish(home, known.view ?? null);
  const answer = await tell("home");
  if (!answer.ok && store.isHome) openChannel(appChannel()?.id);
}

// The bot hears of every look, and publishes what has changed since the last one.
const tell = (tab) => post("/page/home/open", { as: store.me, tab });

function publish(home, view) {
  if (home.view?.id !== view?.id) home.kept = {};
  home.view = view;
  if (!store.isHome) return;
  const focused = home.pane.contains(document.activeElement)
    ? document.activeElement.closest(".control")?.dataset.actionId : null;
  refill(home.pane, view ? blocksOf(home, view) : nothingYet());
  const again = [...home.pane.querySelectorAll(".control")].find((one) => one.dataset.actionId === focused);
  again?.querySelector("button, a, input")?.focus({ preventScroll: true });
}

function blocksOf(home, view) {
  return el("div", { class: "home-page" }, drawBlocks(withKept(view.blocks, home.kept), viewScene(home.view, home.kept)));
}

function nothingYet() {
  return el("div", { class: "empty" },
    el("p", { class: "empty-title", text: "Nothing here" }),
    el("p", { text: `${store.bot?.name ?? "The app"} has published nothing to your Home tab.` }));
}

function drawTabs(home) {
  const channel = appChannel();
  const isApp = Boolean(channel) && (store.isHome || store.channel === channel.id);
  home.tabs.hidden = !isApp;
  if (!isApp) return;
  const hadFocus = home.tabs.contains(document.activeElement);
  refill(home.tabs, TABS.map(([name, label]) => {
    const isOn = (name === "home") === store.isHome;
    return el("button", {
      type: "button", role: "tab", class: "tab", id: `tab-${name}`, "aria-selected": String(isOn),
      "aria-controls": name, tabindex: isOn ? 0 : -1, on: { click: () => open(name) },
    }, label);
  }));
  if (hadFocus) home.tabs.querySelector("[aria-selected=true]").focus();
}

function open(name) {
  return name === "home" ? openHome() : openChannel(appChannel()?.id);
}

function moveTab(home, event) {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  event.preventDefault();
  home.tabs.querySelector("[aria-selected=false]")?.click();
}
