// The start of the page: put the parts together, then follow what happens.

import { listen } from "./api.js";
import { HOME_ADDRESS, startChannelHead } from "./channel_head.js";
import { startComposer } from "./composer.js";
import { closeDrawers, startDrawers } from "./drawers.js";
import { startFirstSteps } from "./first_steps.js";
import { startHome } from "./home.js";
import { leaveByEscape, moveByArrows } from "./keyboard.js";
import { showMessage, startMessages } from "./messages.js";
import { startPeople } from "./people.js";
import { startSidebar } from "./sidebar.js";
import {
  appChannel, loadMessages, loadState, openChannel, openHome, rememberedPerson, store, take,
} from "./store.js";
import { startStripePanel } from "./stripe_panel.js";
import { startTheme } from "./theme.js";
import { startThread } from "./thread.js";
import { startViews } from "./views.js";
import { startWorking } from "./working.js";

const RETRY_SECONDS = 2;

let stopListening = () => {};

async function become(person) {
  const wanted = store.channel;
  const error = await loadState(person);
  if (error && person) return become(null);
  if (error) {
    setTimeout(() => become(person), RETRY_SECONDS * 1000);
    return undefined;
  }
  follow();
  if (appChannel() && (store.isHome || (!wanted && location.hash === HOME_ADDRESS))) return openHome();
  const channels = [...store.channels.values()].filter((channel) => !channel.is_archived);
  const first = channels.find((channel) => channel.is_member) ?? channels[0];
  const fromAddress = location.hash.slice(1);
  const next = [wanted, fromAddress].find((id) => store.channels.has(id)) ?? first?.id;
  if (next) await openChannel(next);
  return undefined;
}

function follow() {
  stopListening();
  let wasLost = false;
  stopListening = listen(store.me, {
    onEvent: (event) => { take(event); views.take(event); home.take(event); working.take(event); thread.take(event); },
    onState: (isOpen) => {
      document.getElementById("offline").hidden = isOpen;
      // What was said while the line was down came to nobody here.
      if (isOpen && wasLost) loadState(store.me).then(loadMessages);
      wasLost = !isOpen;
    },
  });
}

const messages = document.getElementById("messages");
moveByArrows(messages, ".message");
leaveByEscape(messages, document.getElementById("text"));
moveByArrows(document.getElementById("channels"), ".channel");
moveByArrows(document.getElementById("steps-card"), ".step, summary");
startTheme();
startDrawers();
startSidebar({ onOpened: closeDrawers });
startPeople({ onChosen: become });
startChannelHead();
const composer = startComposer();
const thread = startThread();
startMessages({ onThread: thread.open });
const views = startViews();
const home = startHome();
const working = startWorking();
startFirstSteps({
  become, insert: (text) => { closeDrawers(); composer.insert(text); },
  show: (ts) => { closeDrawers(); showMessage(ts); },
});
startStripePanel();
become(rememberedPerson());
