// What was typed and chosen in a view outlives its update, as long as block and action keep their ids.

/** Forget what belongs to blocks that an update has taken away, as nobody could send it any more. */
export function forgetGone(blocks, kept) {
  const there = new Set(blocks.map((block) => block.block_id));
  for (const name of Object.keys(kept)) if (!there.has(name)) delete kept[name];
}

/** The blocks with what is kept in the place of their initial values. */
export function withKept(blocks, kept) {
  return blocks.map((block) => ({
    ...block,
    ...(block.element && { element: restore(block, block.element, kept) }),
    ...(block.accessory && { accessory: restore(block, block.accessory, kept) }),
    ...(block.type === "actions" && { elements: block.elements.map((element) => restore(block, element, kept)) }),
  }));
}

function restore(block, element, kept) {
  const held = kept[block.block_id]?.[element.action_id];
  if (held?.type !== element.type) return element;
  const [field, value] = Object.entries(held).find(([name]) => name !== "type") ?? ["type", null];
  // selected_option was initial_option, value was initial_value.
  const initial = field === "value" ? "initial_value" : field.replace("selected", "initial");
  return { ...element, [initial]: value ?? undefined };
}
