// Menus: every kind of select, single and multiple, and the overflow behind three dots.

import { el, refill } from "../dom.js";
import { icon } from "../icons.js";
import { openMenu } from "../menu.js";
import { safeUrl } from "../text/links.js";
import { plainString, plainText } from "../text/plain.js";
import { control } from "./press.js";

const QUERY_LENGTH_DEFAULT = 3;
// Slack waits for a pause in typing before it asks the app.
const PAUSE_MILLISECONDS = 250;
// Where nothing has to be chosen, a choice can be taken back.
const CLEAR = { key: null, value: null, label: ["Clear selection"], words: "Clear selection" };

// What Slack calls the choice, per kind: alone and as the list of a multi select.
const ANSWERS = {
  static: ["selected_option", "selected_options"], external: ["selected_option", "selected_options"],
  users: ["selected_user", "selected_users"], channels: ["selected_channel", "selected_channels"],
  conversations: ["selected_conversation", "selected_conversations"],
};
const INITIALS = {
  static: ["initial_option", "initial_options"], external: ["initial_option", "initial_options"],
  users: ["initial_user", "initial_users"], channels: ["initial_channel", "initial_channels"],
  conversations: ["initial_conversation", "initial_conversations"],
};

/** Any select: a button with the choice, and a menu under it. */
export function select(element, block, scene) {
  const [, multi, kind] = /^(multi_)?(\w+)_select$/.exec(element.type);
  const multiple = Boolean(multi);
  const known = new Map(choicesOf(element, kind, scene).map((choice) => [choice.key, choice]));
  let chosen = new Set(initial(element, kind, multiple, known));
  const clearing = () => (block.optional && !multiple && chosen.size ? [CLEAR] : []);
  const words = el("span", { class: "select-words" });
  const node = el(
    "button",
    { type: "button", class: "button select", "aria-haspopup": "listbox", "aria-expanded": "false" },
    words, icon("down"),
  );
  const wrapper = control(node, element);

  function show() {
    const labels = [...chosen].map((key) => known.get(key)?.label ?? key);
    node.classList.toggle("is-empty", labels.length === 0);
    refill(
      words,
      labels.length ? labels.map((label) => el("span", { class: "select-line" }, cloneAll(label)))
        : el("span", { class: "select-line" }, plainText(element.placeholder ?? "Choose…")),
    );
    // Lines below each other are read as a list.
    const list = [...chosen].map((key) => known.get(key)?.words ?? key).join(", ");
    if (labels.length > 1) node.setAttribute("aria-label", list);
    else node.removeAttribute("aria-label");
  }

  async function take(next) {
    const before = chosen;
    chosen = next;
    show();
    const values = [...chosen].map((key) => known.get(key).value);
    const answer = ANSWERS[kind][multiple ? 1 : 0];
    const sent = await scene.report(
      block, element, { type: element.type, [answer]: multiple ? values : values[0] ?? null }, wrapper,
    );
    if (sent === false) { chosen = before; show(); }
  }

  node.addEventListener("click", () => openMenu(node, {
    label: plainString(element.placeholder) || "options", choices: [...clearing(), ...known.values()], chosen, multiple,
    search: kind === "external" ? (asked) => ask(element, block, scene, asked, known, clearing()) : null,
    onChoose: (choice) => take(new Set(choice === CLEAR ? [] : [choice.key])),
    onClose: (picked) => { if (multiple && !same(picked, chosen)) take(limited(picked, element.max_selected_items)); },
  }));
  show();
  return wrapper;
}

/** Up to five options behind three dots. */
export function overflow(element, block, scene) {
  const node = el(
    "button",
    {
      type: "button", class: "button button-icon", "aria-haspopup": "menu", "aria-expanded": "false",
      "aria-label": "More actions",
    },
    icon("more"),
  );
  const wrapper = control(node, element);
  node.addEventListener("click", () => openMenu(node, {
    label: "More actions", role: "menu", choices: element.options.map((option) => optionChoice(option)),
    onChoose: async (choice) => {
      const href = choice.value.url && safeUrl(choice.value.url);
      const sent = await scene.report(block, element, { type: "overflow", selected_option: choice.value }, wrapper);
      if (sent && href) window.open(href, "_blank", "noopener,noreferrer");
    },
  }));
  return wrapper;
}

function optionChoice(option, group = null) {
  return {
    key: option.value ?? option.text.text, value: option, group,
    label: plainText(option.text), words: plainString(option.text),
    description: option.description && plainText(option.description), isLink: Boolean(option.url),
  };
}

function choicesOf(element, kind, scene) {
  if (kind === "users") return [...scene.users.values()].map((user) => idChoice(user.id, user.real_name || user.name));
  if (kind === "channels" || kind === "conversations") {
    const isOpen = (channel) => kind === "conversations" || channel.kind === "public";
    return [...scene.channels.values()].filter(isOpen).map((channel) => idChoice(channel.id, `#${channel.name}`));
  }
  if (kind === "external") return [
    element.initial_option, ...(element.initial_options ?? []),
  ].filter(Boolean).map((option) => optionChoice(option));
  return flatten(element);
}

function flatten(source) {
  const grouped = (source.option_groups ?? []).flatMap((group) => group.options.map((option) => optionChoice(
    option, plainString(group.label),
  )));
  return [...(source.options ?? []).map((option) => optionChoice(option)), ...grouped];
}

const idChoice = (id, name) => ({ key: id, value: id, label: [name], words: name });

/** Options for a text, from the app: `{choices, hint}`; null when the person has typed on meanwhile. */
async function ask(element, block, scene, { text, picked, isCurrent }, known, clearing) {
  const needed = element.min_query_length ?? QUERY_LENGTH_DEFAULT;
  if (text.length < needed) {
    const hint = needed === 1 ? "Type to search." : `Type at least ${needed} characters.`;
    // What is chosen already can be taken back without a search.
    return { choices: [...clearing, ...[...picked].map((key) => known.get(key))], hint };
  }
  await new Promise((resolve) => { setTimeout(resolve, text ? PAUSE_MILLISECONDS : 0); });
  if (!isCurrent()) return null;
  const answer = await scene.options({ block_id: block.block_id, action_id: element.action_id, value: text });
  if (!answer.ok) return { choices: [], hint: `The app sent no options (${answer.error}).` };
  const choices = flatten(answer);
  for (const choice of choices) known.set(choice.key, choice);
  return { choices, hint: "Nothing matches." };
}

function initial(element, kind, multiple, known) {
  const given = element[INITIALS[kind][multiple ? 1 : 0]];
  const values = (multiple ? given : [given]) ?? [];
  const keys = values.filter(Boolean).map((value) => (typeof value === "string" ? value : value.value));
  return keys.filter((key) => known.has(key));
}

const same = (a, b) => a.size === b.size && [...a].every((key) => b.has(key));
const limited = (keys, max) => new Set([...keys].slice(0, max ?? keys.size));
const cloneAll = (nodes) => nodes.map((node) => (typeof node === "string" ? node : node.cloneNode(true)));
