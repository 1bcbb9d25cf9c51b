// Pictures. Those from elsewhere are not loaded: this page asks nobody but this machine.

import { el } from "../dom.js";
import { icon } from "../icons.js";
import { isLocal, link, safeUrl } from "../text/links.js";
import { decode } from "../text/plain.js";

/** A picture from this machine, or words and a link for any other. */
export function picture(source, className) {
  const address = source.image_url ?? source.slack_file?.url ?? "";
  const alt = decode(source.alt_text ?? "");
  if (isLocal(address)) return el("img", { class: className, src: safeUrl(address), alt, loading: "lazy" });
  if (className !== "image") return el(
    "span", { class: `${className} image-absent`, role: "img", "aria-label": alt, title: alt },
  );
  return el("div", { class: "image-elsewhere" }, icon("file"),
    safeUrl(address) ? link(address, alt || address) : alt || "Image");
}
