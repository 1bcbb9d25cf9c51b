// Building elements. Nothing on this page ever parses data as HTML: text becomes text nodes here.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element. `props` may hold `class`, `text`, `data` (dataset), `on` (listeners); every
 * other key is an attribute: null, undefined and false leave it out, true makes it empty.
 */
export function el(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** The same for drawings. */
export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(node, props, children) {
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "class") node.setAttribute("class", value);
    else if (key === "text") node.textContent = value;
    else if (key === "data") Object.assign(node.dataset, value);
    else if (key === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else node.setAttribute(key, value === true ? "" : String(value));
  }
  add(node, children);
  return node;
}

/** Append nodes, strings and nested lists of them; what is empty is left out. */
export function add(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.append(child);
  }
  return node;
}

/** Empty a node and give it new children. */
export function refill(node, ...children) {
  node.replaceChildren();
  return add(node, children);
}

/** Say something to screen readers, once the page is quiet. */
export function announce(text) {
  const node = document.getElementById("announcer");
  if (!node) return;
  node.textContent = "";
  // A region that is changed in the same turn is not read again.
  setTimeout(() => { node.textContent = text; }, 60);
}

let lastId = 0;

/** An id for labels and menus, different on every call. */
export function freshId(stem) {
  lastId += 1;
  return `${stem}-${lastId}`;
}
