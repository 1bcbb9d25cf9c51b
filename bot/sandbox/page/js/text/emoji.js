// Emoji by their Slack names. Circles, squares and a few status signs are drawn here, because they
// carry meaning on invoices and not every machine has a font with colours.

import { el, svg } from "../dom.js";
import { own } from "../own.js";

const COLOURS = {
  red: "#d64541", orange: "#e08a2b", yellow: "#e3b92f", green: "#3a9d5d", blue: "#3b7dd8",
  purple: "#8a5cc2", brown: "#8a5a3c", black: "#2b2f2e", white: "#f4f5f4",
};

const UNICODE = Object.fromEntries(`
  +1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|ok_hand 👌|wave 👋|clap 👏|raised_hands 🙌|pray 🙏|muscle 💪|point_right 👉
  point_left 👈|point_up 👆|point_down 👇|smile 😄|smiley 😃|grinning 😀|slightly_smiling_face 🙂|simple_smile 🙂|wink 😉
  blush 😊|joy 😂|thinking_face 🤔|neutral_face 😐|cry 😢|sob 😭|scream 😱|sweat_smile 😅|sunglasses 😎|heart_eyes 😍
  tada 🎉|confetti_ball 🎊|sparkles ✨|star ⭐|star2 🌟|fire 🔥|rocket 🚀|zap ⚡|boom 💥|heart ❤️|green_heart 💚|blue_heart 💙
  broken_heart 💔|100 💯|eyes 👀|bulb 💡|bell 🔔|no_bell 🔕|mega 📣|loudspeaker 📢|speech_balloon 💬|thought_balloon 💭
  robot_face 🤖|ghost 👻|hammer_and_wrench 🛠️|wrench 🔧|gear ⚙️|mag 🔍|mag_right 🔎|link 🔗|paperclip 📎|pushpin 📌
  round_pushpin 📍|lock 🔒|unlock 🔓|key 🔑|shield 🛡️|moneybag 💰|dollar 💵|euro 💶|pound 💷|yen 💴|money_with_wings 💸
  credit_card 💳|receipt 🧾|bank 🏦|chart 💹|chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|bar_chart 📊
  abacus 🧮|scales ⚖️|balance_scale ⚖️|handshake 🤝|briefcase 💼|file_folder 📁|open_file_folder 📂|card_index 📇
  page_facing_up 📄|page_with_curl 📃|bookmark_tabs 📑|clipboard 📋|ledger 📒|notebook 📓|books 📚|memo 📝|pencil 📝
  pencil2 ✏️|scroll 📜|newspaper 📰|calendar 📆|date 📅|spiral_calendar_pad 🗓️|clock1 🕐|clock3 🕒|clock9 🕘|alarm_clock ⏰
  stopwatch ⏱️|hourglass ⌛|hourglass_flowing_sand ⏳|watch ⌚|email 📧|envelope ✉️|incoming_envelope 📨|inbox_tray 📥
  outbox_tray 📤|mailbox 📫|phone ☎️|telephone_receiver 📞|iphone 📱|calling 📲|computer 💻|globe_with_meridians 🌐
  earth_americas 🌎|earth_africa 🌍|office 🏢|house 🏠|factory 🏭|package 📦|truck 🚚|wastebasket 🗑️|recycle ♻️
  arrow_up ⬆️|arrow_down ⬇️|arrow_left ⬅️|arrow_right ➡️|arrow_upper_right ↗️|arrow_lower_right ↘️|arrows_counterclockwise 🔄
  repeat 🔁|leftwards_arrow_with_hook ↩️|fast_forward ⏩|double_vertical_bar ⏸️|pause_button ⏸️|stop_button ⏹️|arrow_forward ▶️
  heavy_plus_sign ➕|heavy_minus_sign ➖|heavy_division_sign ➗|question ❓|grey_question ❔|exclamation ❗|grey_exclamation ❕
  bangbang ‼️|interrobang ⁉️|rotating_light 🚨|construction 🚧|octagonal_sign 🛑|recycling ♻️|sos 🆘|new 🆕
  free 🆓|up 🆙|ok 🆗|id 🆔|tm ™️|copyright ©️|registered ®️|telephone ☎️|label 🏷️|ticket 🎫|trophy 🏆|medal 🏅|dart 🎯
  gift 🎁|coffee ☕|beers 🍻|pizza 🍕|cake 🍰|seedling 🌱|evergreen_tree 🌲|sunny ☀️|cloud ☁️|umbrella ☔|snowflake ❄️
  snail 🐌|turtle 🐢|bug 🐛|bee 🐝|penguin 🐧|unicorn_face 🦄|dog 🐶|cat 🐱|zzz 💤|skull 💀|crossed_fingers 🤞|bow 🙇
  shrug 🤷|facepalm 🤦|raised_hand ✋|hand ✋|writing_hand ✍️|bust_in_silhouette 👤|busts_in_silhouette 👥|lifebuoy 🛟
  small_red_triangle 🔺|small_red_triangle_down 🔻|small_orange_diamond 🔸|small_blue_diamond 🔹|radio_button 🔘|checkered_flag 🏁
  triangular_flag_on_post 🚩|waving_white_flag 🏳️|de 🇩🇪|us 🇺🇸|gb 🇬🇧|jp 🇯🇵|fr 🇫🇷|eu 🇪🇺`
  .split(/[|\n]/).map((pair) => pair.trim()).filter(Boolean).map((pair) => pair.split(" ")));

const SIGNS = {
  white_check_mark: () => [tile("#3a9d5d"), stroke("M6 10.4l2.8 2.8L14.2 7.2", "#fff")],
  heavy_check_mark: () => [stroke("M4.5 10.6l3.8 3.9L15.8 5.8", "currentColor")],
  ballot_box_with_check: () => [tile("#3b7dd8"), stroke("M6 10.4l2.8 2.8L14.2 7.2", "#fff")],
  x: () => [stroke("M5.4 5.4l9.2 9.2M14.6 5.4l-9.2 9.2", "#d64541", 2.8)],
  negative_squared_cross_mark: () => [tile("#3a9d5d"), stroke("M7 7l6 6M13 7l-6 6", "#fff")],
  heavy_multiplication_x: () => [stroke("M5.4 5.4l9.2 9.2M14.6 5.4l-9.2 9.2", "currentColor")],
  warning: () => [
    svg("path", {
      d: "M10 2.8 18.2 17H1.8z", fill: "#e8b931", stroke: "#e8b931", "stroke-width": 1.5,
      "stroke-linejoin": "round",
    }),
    stroke("M10 8v4.2M10 14.7v.1", "#3b2f05"),
  ],
  no_entry: () => [disc("#d64541"), stroke("M6 10h8", "#fff", 2.6)],
  no_entry_sign: () => [ring("#d64541"), stroke("M5.4 5.4l9.2 9.2", "#d64541")],
  information_source: () => [tile("#3b7dd8"), stroke("M10 9.4v4.4M10 6.4v.1", "#fff")],
  heavy_exclamation_mark: () => [stroke("M10 4.5v7.5M10 15.6v.1", "#d64541", 2.8)],
};

const EDGE = { stroke: "rgb(0 0 0 / 20%)", "stroke-width": 0.8 };
// Black on dark and white on light need an edge to be seen.
const CLEAR_EDGE = { stroke: "rgb(128 134 131 / 80%)", "stroke-width": 0.9 };
const FAINT = new Set([COLOURS.black, COLOURS.white]);
const SHAPES = { circle: disc, square: tile };

function shape(name) {
  const [colour, form] = name.replace(/^large_/, "").split("_");
  const fill = own(COLOURS, colour);
  return fill && own(SHAPES, form) ? [SHAPES[form](fill)] : null;
}

/** The emoji of a Slack name as a node, or null when the name is unknown. */
export function emoji(name) {
  const drawing = own(SIGNS, name)?.() ?? shape(name);
  if (drawing) {
    return svg("svg", {
      class: "emoji", viewBox: "0 0 20 20", role: "img", "aria-label": name.replaceAll("_", " "),
    }, drawing);
  }
  const letter = own(UNICODE, name);
  return letter === undefined ? null : el("span", {
    class: "emoji-letter", role: "img", "aria-label": name.replaceAll("_", " "), text: letter,
  });
}

const edge = (fill) => (FAINT.has(fill) ? CLEAR_EDGE : EDGE);

function disc(fill) {
  return svg("circle", { cx: 10, cy: 10, r: 7.5, fill, ...edge(fill) });
}

function ring(colour) {
  return svg("circle", { cx: 10, cy: 10, r: 6.6, fill: "none", stroke: colour, "stroke-width": 2.2 });
}

function tile(fill) {
  return svg("rect", { x: 2.5, y: 2.5, width: 15, height: 15, rx: 3, fill, ...edge(fill) });
}

function stroke(d, colour, width = 2.2) {
  return svg("path", {
    d, fill: "none", stroke: colour, "stroke-width": width, "stroke-linecap": "round",
    "stroke-linejoin": "round",
  });
}
