// What may become a link or a picture, and what stays text.

import { el } from "../dom.js";

const SCHEMES = new Set(["http:", "https:", "mailto:", "tel:"]);
const LOCAL_HOSTS = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** The address as a browser would open it, or null when its scheme is none of ours. */
export function safeUrl(address) {
  let url;
  try {
    url = new URL(String(address));
  } catch {
    return null;
  }
  return SCHEMES.has(url.protocol) ? url.href : null;
}

/** Is it served from this machine? Only such pictures are loaded: the page works without a network. */
export function isLocal(address) {
  const href = safeUrl(address);
  if (href === null || !href.startsWith("http")) return false;
  return LOCAL_HOSTS.has(new URL(href).hostname);
}

/** A link that opens in a new tab; an unsafe address leaves only its words. */
export function link(address, label = address, className = "link") {
  const href = safeUrl(address);
  if (href === null) return el("span", {}, label);
  return el("a", { class: className, href, target: "_blank", rel: "noopener noreferrer" }, label);
}
