// What a view's elements hold before anybody has touched them, as Slack sends it in `state.values`.

const FIELDS = {
  plain_text_input: ["value", "initial_value"], email_text_input: ["value", "initial_value"],
  url_text_input: ["value", "initial_value"], number_input: ["value", "initial_value"],
  static_select: ["selected_option", "initial_option"], external_select: ["selected_option", "initial_option"],
  radio_buttons: ["selected_option", "initial_option"], users_select: ["selected_user", "initial_user"],
  channels_select: ["selected_channel", "initial_channel"], conversations_select: ["selected_conversation", "initial_conversation"],
  checkboxes: ["selected_options", "initial_options"], multi_static_select: ["selected_options", "initial_options"],
  multi_external_select: ["selected_options", "initial_options"], multi_users_select: ["selected_users", "initial_users"],
  multi_channels_select: ["selected_channels", "initial_channels"], multi_conversations_select: ["selected_conversations", "initial_conversations"],
  datepicker: ["selected_date", "initial_date"], timepicker: ["selected_time", "initial_time"],
  datetimepicker: ["selected_date_time", "initial_date_time"],
};

/** The state of all blocks; what was chosen before an update under the same ids is kept. */
export function initialState(blocks, before = {}) {
  const state = {};
  for (const block of blocks) {
    for (const element of elementsOf(block)) {
      if (!Object.hasOwn(FIELDS, element.type)) continue;
      const [field, initial] = FIELDS[element.type];
      const empty = field.endsWith("s") ? [] : null;
      (state[block.block_id] ??= {})[element.action_id] = before[block.block_id]?.[element.action_id]
        ?? { type: element.type, [field]: element[initial] ?? empty };
    }
  }
  return state;
}

function elementsOf(block) {
  return [block.element, block.accessory, ...(block.type === "actions" ? block.elements : [])].filter(Boolean);
}
