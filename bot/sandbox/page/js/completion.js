// What could be meant by what stands in the composer: commands first, then things worth trying.

const CHOICES_MAX = 8;

/**
 * Suggestions for a text: `{choices, usage}`. A choice is `{text, insert, usage?, note?}`; one
 * with `isCommand` is what Enter takes first. `usage` explains a command that stands complete.
 */
export function suggest(text, { commands, hints }) {
  const none = { choices: [], usage: "" };
  if (!text.startsWith("/") || text.includes("\n")) return none;
  const word = text.split(" ")[0].toLowerCase();
  if (!text.includes(" ")) {
    return {
      choices: commands.filter((one) => one.command.startsWith(word)).slice(0, CHOICES_MAX).map(asChoice),
      usage: "",
    };
  }
  const command = commands.find((one) => one.command === word);
  if (!command) return none;
  return { choices: examples(text, hints), usage: `${command.command} ${command.usage_hint}` };
}

function examples(text, hints) {
  const begins = (hint) => hint.text.toLowerCase().startsWith(text.toLowerCase());
  const fitting = hints.filter((hint) => begins(hint) && hint.text !== text.trim());
  const byText = new Map(fitting.map((hint) => [hint.text, { text: hint.text, insert: hint.text, note: hint.why }]));
  return [...byText.values()].slice(0, CHOICES_MAX);
}

function asChoice(command) {
  return {
    text: command.command, insert: `${command.command} `, usage: command.usage_hint,
    note: command.description, isCommand: true,
  };
}
