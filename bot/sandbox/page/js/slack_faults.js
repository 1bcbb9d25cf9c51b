// The Slack stand-in's switches, at the address that this page came from.

import { get, post } from "./api.js";

const PATH = "/_sandbox/faults";

/** How the switches stand. */
export async function readFaults() {
  const answer = await get(PATH);
  if (!answer.ok) throw new Error(answer.error);
  return answer.faults;
}

/** Turn some. */
export async function setFaults(changes) {
  const answer = await post(PATH, changes);
  if (!answer.ok) throw new Error(answer.error);
}
