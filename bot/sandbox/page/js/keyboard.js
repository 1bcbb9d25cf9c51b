// Moving with the arrow keys: through the messages, the channels and the first steps.

const MOVES = { ArrowDown: (at) => at + 1, ArrowUp: (at) => at - 1, Home: () => 0, End: () => Infinity };

/** Let the arrows, Home and End go from one thing of a list to the next, where `wanted` finds them. */
export function moveByArrows(list, wanted) {
  list.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    const things = [...list.querySelectorAll(wanted)];
    const at = things.indexOf(document.activeElement);
    // Inside a thing the keys belong to what stands there.
    if (!move || things.length === 0 || (at < 0 && event.target !== list)) return;
    event.preventDefault();
    const from = at < 0 ? things.length : at;
    const next = things[Math.max(0, Math.min(move(from), things.length - 1))];
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  });
}

/** From the messages, Escape goes back to where one types. */
export function leaveByEscape(list, box) {
  list.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || document.querySelector("dialog[open], :popover-open")) return;
    event.stopPropagation();
    box.focus();
  });
}
