// On a narrow screen the sidebar and the panel are drawers over the messages.

const NARROW = matchMedia("(max-width: 760px)");
const MEDIUM = matchMedia("(max-width: 1180px)");
const DRAWERS = { sidebar: NARROW, panel: MEDIUM };
let opener = null;

/** Wire the two buttons, the veil and the Escape key. */
export function startDrawers() {
  for (const [name, query] of Object.entries(DRAWERS)) {
    const button = document.getElementById(`open-${name}`);
    button.addEventListener("click", () => toggle(name, button));
    query.addEventListener("change", closeDrawers);
  }
  document.getElementById("veil").addEventListener("click", closeDrawers);
  for (const button of document.querySelectorAll("[data-closes-drawer]")) button.addEventListener("click", closeDrawers);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open], :popover-open")) closeDrawers();
  });
  settle();
}

function toggle(name, button) {
  const root = document.documentElement;
  if (!DRAWERS[name].matches) {
    // On a wide screen the panel stands beside the messages and the button folds it away.
    root.classList.toggle(`without-${name}`);
    settle();
    return;
  }
  const opens = root.dataset.drawer !== name;
  closeDrawers();
  if (!opens) return;
  root.dataset.drawer = name;
  opener = button;
  settle();
  document.getElementById(name).querySelector("button, a, input")?.focus();
}

/** Close whichever drawer is open and go back to the button that opened it. */
export function closeDrawers() {
  const wasOpen = document.documentElement.dataset.drawer;
  delete document.documentElement.dataset.drawer;
  settle();
  if (wasOpen) opener?.focus();
}

function settle() {
  const root = document.documentElement;
  for (const [name, query] of Object.entries(DRAWERS)) {
    const isShown = query.matches ? root.dataset.drawer === name : !root.classList.contains(`without-${name}`);
    document.getElementById(name).inert = !isShown;
    document.getElementById(`open-${name}`).setAttribute("aria-expanded", String(isShown));
  }
}
