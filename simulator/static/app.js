/** Sets the phones on the page, keeps them fed with news, and joins them with the bar and the tabs. */

import { el } from "./dom.js";
import { follow, getJson, postJson } from "./net.js";
import { tell } from "./news.js";
import { Panel } from "./panel.js";
import { PhoneView } from "./phone.js";

const byId = (id) => document.getElementById(id);
const phones = [];
let seated = "";
let seating = null;
let lifted = null;

function show(phone) {
  for (const other of phones) {
    other.root.classList.toggle("shown", other === phone);
    other.tab.setAttribute("aria-selected", String(other === phone));
  }
  phone.tab.scrollIntoView({ inline: "nearest", block: "nearest" });
  phone.scrollToEnd();
  phone.read();
}

function tabOf(phone) {
  const label = phone.seat.title ?? "手机";
  return el("button", { type: "button", role: "tab", "data-tab": phone.seat.user_id, onclick: () => show(phone) }, label);
}

function markUnread(phone) {
  const shown = phone.root.classList.contains("shown") && matchMedia("(max-width: 480px)").matches;
  const count = shown ? 0 : phone.unread;
  phone.tab.querySelector(".badge")?.remove();
  if (count) phone.tab.append(el("span", { class: "badge", "aria-label": `${count}条未读` }, String(count)));
}

/** Seats come from the exercise, or from the list of persons when there is none. */
async function seatsOf(state) {
  if (state?.phones) return state.phones;
  const people = (await getJson("/sim/people")) ?? [];
  return people.map((person) => ({ user_id: person.id, title: person.first_name, subtitle: person.phone }));
}

async function seat(seats) {
  const text = JSON.stringify(seats);
  if (text !== seated) {
    seated = text;
    seating = sit(seats);
  }
  await seating;
}

async function sit(seats) {
  phones.splice(0, phones.length, ...seats.map((one, index) => new PhoneView(one, index, markUnread)));
  for (const phone of phones) phone.tab = tabOf(phone);
  byId("tabs").replaceChildren(...phones.map((phone) => phone.tab));
  byId("phones").replaceChildren(...phones.map((phone) => phone.root));
  byId("empty").hidden = phones.length > 0;
  byId("phones").hidden = !phones.length;
  await Promise.all(phones.map((phone) => phone.load()));
  if (phones.length) show(phones[0]);
}

function highlight(story) {
  const id = story?.playing ? story.highlight : undefined;
  byId("phones").classList.toggle("telling", phones.some((phone) => phone.seat.user_id === id));
  for (const phone of phones) phone.root.classList.toggle("lifted", phone.seat.user_id === id);
  const phone = phones.find((one) => one.seat.user_id === id);
  if (phone && lifted !== id) {
    show(phone);
    phone.root.scrollIntoView({ inline: "center", block: "nearest", behavior: "smooth" });
  }
  lifted = id;
}

const panel = new Panel(async (state) => {
  await seat(state.phones ?? []);
  highlight(state.story);
});

async function onNews(news) {
  if (news.kind === "reset") await Promise.all(phones.map((phone) => phone.load()));
  else if (news.kind === "commands") await Promise.all(phones.map((phone) => phone.loadCommands()));
  else if (news.kind === "people" && !panel.playing && byId("bar").hidden) await seat(await seatsOf(null));
  else if (news.kind === "demo") await panel.look();
  else for (const phone of phones) tell(phone, news);
}

byId("empty").addEventListener("submit", async (event) => {
  event.preventDefault();
  await postJson("/sim/people", { first_name: new FormData(event.target).get("first_name") });
});

const state = await panel.open();
await seat(await seatsOf(state));
follow(
  Math.min(...phones.map((phone) => phone.seen), Number.MAX_SAFE_INTEGER) % Number.MAX_SAFE_INTEGER,
  onNews,
  (standing) => { byId("offline").hidden = standing; },
);
document.documentElement.dataset.ready = "true";
