// What could be meant by what stands in the composer: commands first, then things worth trying.

const CHOICES_MAX = 8;

/**
 * Suggestions for a text. A choice is `{text, insert, usage?, note?}`; `isFirstPick` marks a list
 * whose first entry Enter takes, `isHint` a line that only explains.
 */
export function suggest(text, { commands, hints }) {
  if (!text.startsWith("/") || text.includes("\n")) return [];
  const word = text.split(" ")[0].toLowerCase();
  if (!text.includes(" ")) return commands.filter((one) => one.command.startsWith(word)).slice(0, CHOICES_MAX).map(asChoice);
  const command = commands.find((one) => one.command === word);
  if (!command) return [];
  const usage = { text: command.command, usage: command.usage_hint, note: command.description, isHint: true };
  const examples = hints.filter((hint) => hint.text.toLowerCase().startsWith(text.toLowerCase()) && hint.text !== text.trim())
    .map((hint) => ({ text: hint.text, insert: hint.text, note: hint.why }));
  return [...unique(examples), usage].slice(-CHOICES_MAX);
}

function asChoice(command) {
  return { text: command.command, insert: `${command.command} `, usage: command.usage_hint, note: command.description, isFirstPick: true };
}

function unique(choices) {
  return [...new Map(choices.map((choice) => [choice.text, choice])).values()];
}
