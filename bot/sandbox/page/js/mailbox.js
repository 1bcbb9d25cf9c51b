// The mailbox of all customers: what was sent to them by e-mail.

import { get } from "./api.js";
import { icon } from "./icons.js";
import { listCard, listRow } from "./panel_list.js";
import { store } from "./store.js";
import { link } from "./text/links.js";

const REFRESH_SECONDS = 3;
const SHOWN_MAX = 20;

/** What customers were written, newest first; it fills while one looks. */
export function mailboxCard(onDone) {
  const card = listCard({
    title: "Mailbox", empty: "No mail yet.", row,
    note: "Be the customer: read what was sent by e-mail. Nothing leaves this machine.",
    read: async () => {
      const answer = await get("/page/mails", { as: store.me });
      if (!answer.mails) throw new Error(answer.error);
      return answer.mails.slice(0, SHOWN_MAX);
    },
  }, onDone);
  setInterval(() => { if (card.node.open && !document.hidden) card.refresh(); }, REFRESH_SECONDS * 1000);
  return card;
}

function row(mail) {
  const open = link(new URL(`/mail/${mail.id}`, location.href), ["Read", icon("out")], "link");
  return listRow({ name: mail.to, amount: "", about: mail.subject, actions: open });
}
