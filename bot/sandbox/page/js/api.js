// The Slack stand-in's JSON for this page.

const ANSWER_SECONDS_MAX = 15;

async function ask(path, options = {}) {
  try {
    const response = await fetch(path, { ...options, signal: AbortSignal.timeout(ANSWER_SECONDS_MAX * 1000) });
    const answer = await response.json();
    return response.ok ? answer : { ok: false, error: answer.error ?? `http_${response.status}` };
  } catch (error) {
    return { ok: false, error: error.name === "TimeoutError" ? "operation_timeout" : "not_reachable" };
  }
}

function withQuery(path, query) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return `${path}?${new URLSearchParams(given)}`;
}

/** Read something. Never throws: what went wrong is `{ok: false, error}`. */
export const get = (path, query = {}) => ask(withQuery(path, query));

/** Ask for something to be done; answers as `get` does. */
export const post = (path, body) => ask(path, {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
});

/** Listen to what happens, as one person; returns a function that ends it. */
export function listen(person, { onEvent, onState }) {
  const stream = new EventSource(withQuery("/page/stream", { as: person }));
  stream.addEventListener("message", (event) => onEvent(JSON.parse(event.data)));
  stream.addEventListener("open", () => onState(true));
  stream.addEventListener("error", () => onState(false));
  return () => stream.close();
}
