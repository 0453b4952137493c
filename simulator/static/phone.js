/** One phone on the page: shows a chat, carries out what the person does, and reacts to news. */

import { renderMessage, summary } from "./bubble.js";
import { dayText, el } from "./dom.js";
import { getJson, postJson } from "./net.js";

const COLOURS = ["#1f5b4d", "#8a5a1c", "#4d5f8a", "#8c4a3c", "#5d6b2f"];
const TOAST_MS = 3500;
const TAP_MS = 8000;
const TYPING_MS = 5000;
const RING_MS = 1400;

export class PhoneView {
  /** `seat` is {user_id, title, subtitle, bot_token, start}; onUnread hears of each change of the count. */
  constructor(seat, index, onUnread) {
    this.seat = seat;
    this.onUnread = onUnread;
    this.unread = 0;
    this.seen = 0;
    this.messages = new Map();
    this.root = document.getElementById("phone-template").content.firstElementChild.cloneNode(true);
    this.root.dataset.userId = seat.user_id;
    this.root.style.setProperty("--avatar", COLOURS[index % COLOURS.length]);
    this.log = this.find(".log");
    this.hands = {
      tap: (message, row, col, button) => this.tap(message, row, col, button),
      say: (text) => this.say(text),
      reply: (message) => this.replyTo(message),
    };
    this.listen();
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  listen() {
    const on = (selector, kind, act) => this.find(selector).addEventListener(kind, act);
    on(".composer", "submit", (event) => this.submit(event));
    on(".start", "click", () => this.act("start", { payload: this.seat.start ?? "" }));
    on(".fold", "click", () => this.foldKeyboard(this.find(".fold").getAttribute("aria-expanded") === "true"));
    on(".to-end", "click", () => this.scrollToEnd());
    on(".replying .icon", "click", () => this.replyTo(null));
    on(".alert-close", "click", () => { this.find(".alert").hidden = true; });
    on(".attach input", "change", (event) => this.sendPhoto(event.target));
    on(".more", "click", () => this.toggle(".more", ".more-menu"));
    on(".commands-button", "click", () => this.toggle(".commands-button", ".commands"));
    on(".more-menu", "click", (event) => this.choose(event.target.dataset.do));
    on(".pinned", "click", () => this.messages.get(this.pinned)?.element.scrollIntoView({ block: "center", behavior: "smooth" }));
    this.log.addEventListener("scroll", () => this.noteEnd());
    new ResizeObserver(() => this.sticks && this.scrollToEnd()).observe(this.log);
    for (const kind of ["pointerenter", "pointerdown", "focusin"]) this.root.addEventListener(kind, () => this.read());
  }

  // Acts of the person

  async act(name, body) {
    const { ok, body: answer } = await postJson(
      `/sim/people/${this.seat.user_id}/${name}`, { ...body, token: this.seat.bot_token });
    if (!ok) this.showToast(answer?.error ?? "没有成功");
    return ok;
  }

  async submit(event) {
    event.preventDefault();
    const input = this.find(".text");
    const text = input.value.trim();
    if (!text) return;
    input.value = "";
    if (!(await this.say(text))) input.value = text;
  }

  say(text) {
    const reply = this.replying ? { reply_to: this.replying.message_id } : {};
    this.replyTo(null);
    return this.act("say", { text, ...reply });
  }

  async tap(message, row, col, button) {
    this.setBusy(message.message_id, true);
    button.setAttribute("aria-busy", "true");
    setTimeout(() => this.setBusy(message.message_id, false), TAP_MS);
    const body = { message_id: message.message_id, row, col };
    if (!(await this.act("tap", body))) this.setBusy(message.message_id, false);
  }

  setBusy(messageId, busy) {
    const buttons = this.messages.get(messageId)?.element.querySelectorAll(".keys button") ?? [];
    for (const button of buttons) {
      button.disabled = busy;
      if (!busy) button.removeAttribute("aria-busy");
    }
  }

  choose(act) {
    if (!act) return;
    this.toggle(".more", ".more-menu");
    this.act(act, {});
  }

  sendPhoto(input) {
    const [file] = input.files;
    if (!file) return;
    this.toggle(".more", ".more-menu");
    const reader = new FileReader();
    reader.onload = () => this.act("photo", { base64: reader.result.split(",")[1] });
    reader.readAsDataURL(file);
    input.value = "";
  }

  replyTo(message) {
    this.replying = message;
    this.find(".replying").hidden = !message;
    this.find(".replying-text").textContent = message ? summary(message) : "";
    if (message) this.find(".text").focus();
  }

  toggle(buttonSelector, menuSelector) {
    const menu = this.find(menuSelector);
    menu.hidden = !menu.hidden;
    this.find(buttonSelector).setAttribute("aria-expanded", String(!menu.hidden));
  }

  // What is shown

  state() {
    const token = encodeURIComponent(this.seat.bot_token ?? "");
    return getJson(`/sim/people/${this.seat.user_id}/chat?token=${token}`);
  }

  async load() {
    const state = await this.state();
    if (!state) return;
    this.chatId = state.user.id;
    this.token = this.seat.bot_token;
    this.seen = state.event;
    this.name(state);
    this.showCommands(state.commands);
    this.showMessages(state);
    this.showKeyboard(state.keyboard);
    this.showPinned(state.pinned);
    this.showDoor(state.started, state.blocked);
    this.showTyping(Boolean(state.action));
  }

  async loadCommands() {
    const state = await this.state();
    if (state) this.showCommands(state.commands);
  }

  name(state) {
    const person = state.user.first_name + (state.user.last_name ?? "");
    const title = this.seat.title && this.seat.title !== person ? el("span", {}, this.seat.title) : null;
    this.role = this.seat.subtitle ?? state.user.phone;
    this.find(".avatar").textContent = [...person][0];
    this.find(".who-name").replaceChildren(person, ...(title ? [title] : []));
    this.find(".who-role").textContent = this.role;
    this.root.setAttribute("aria-label", `${person} ${this.seat.title ?? ""}`.trim());
  }

  showMessages(state) {
    this.messages.clear();
    this.lastDay = "";
    this.log.replaceChildren();
    if (!state.messages.length) {
      this.log.append(el("p", { class: "blank" }, state.description || "还没有消息"));
    }
    for (const message of state.messages) this.append(message);
    this.scrollToEnd();
  }

  append(message) {
    this.find(".blank")?.remove();
    const day = dayText(message.date);
    if (day !== this.lastDay) this.log.append(el("p", { class: "day" }, day));
    this.lastDay = day;
    const element = renderMessage(message, this.hands);
    this.messages.set(message.message_id, { element, message });
    this.log.append(element);
    return element;
  }

  showKeyboard(keyboard) {
    const rows = keyboard?.keyboard ?? [];
    const area = this.find(".keyboard");
    area.replaceChildren(...rows.map((row) => el("div", { class: "keyboard-row" }, ...row.map((b) => this.key(b)))));
    this.find(".fold").hidden = !rows.length;
    this.foldKeyboard(!rows.length || keyboard.folded);
    this.find(".text").placeholder = keyboard?.input_field_placeholder ?? "输入消息";
  }

  key(button) {
    const press = () => this.act("press", { text: button.text });
    return el("button", { type: "button", "data-key": button.text, onclick: press }, button.text);
  }

  foldKeyboard(folded) {
    const end = this.atEnd();
    const button = this.find(".fold");
    this.find(".keyboard").hidden = folded;
    button.setAttribute("aria-expanded", String(!folded));
    button.setAttribute("aria-label", folded ? "展开键盘" : "收起键盘");
    if (end) this.scrollToEnd();
  }

  showCommands(commands) {
    const send = (name) => { this.toggle(".commands-button", ".commands"); this.say(`/${name}`); };
    this.find(".commands-button").hidden = !commands.length;
    this.find(".commands").replaceChildren(...commands.map(({ command, description }) =>
      el("button", { type: "button", onclick: () => send(command) }, el("b", {}, `/${command}`), description)));
  }

  showPinned(messageId) {
    const held = this.messages.get(messageId);
    this.pinned = messageId;
    this.find(".pinned").hidden = !held;
    if (held) {
      this.find(".pinned-text").textContent = summary(held.message);
      this.find(".pinned").setAttribute("aria-label", `置顶：${summary(held.message)}`);
    }
  }

  showDoor(started, blocked) {
    const start = this.find(".start");
    start.hidden = started && !blocked;
    start.textContent = blocked ? "重新启用机器人" : "开始";
    this.find(".composer").hidden = !start.hidden;
    this.find(".more").hidden = !start.hidden;
    if (!start.hidden) this.find(".keyboard").hidden = true;
  }

  showToast(text) {
    const toast = this.find(".toast");
    toast.textContent = text;
    toast.hidden = false;
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => { toast.hidden = true; }, TOAST_MS);
  }

  showAlert(text) {
    this.find(".alert-text").textContent = text;
    this.find(".alert").hidden = false;
    this.find(".alert-close").focus();
  }

  showTyping(typing) {
    const role = this.find(".who-role");
    role.classList.toggle("typing", typing);
    role.textContent = typing ? "正在输入" : this.role;
    clearTimeout(this.typingTimer);
    if (typing) this.typingTimer = setTimeout(() => this.showTyping(false), TYPING_MS);
  }

  noteEnd() {
    this.sticks = this.atEnd();
    if (this.sticks) this.find(".to-end").hidden = true;
  }

  atEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80;
  }

  scrollToEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    this.noteEnd();
  }

  read() {
    if (this.unread) this.setUnread(0);
  }

  setUnread(count) {
    const badge = this.find(".unread");
    this.unread = count;
    badge.hidden = !count;
    badge.textContent = count;
    badge.setAttribute("aria-label", `${count}条未读`);
    this.onUnread(this);
  }

  ring() {
    this.root.classList.remove("ring");
    void this.root.offsetWidth;
    this.root.classList.add("ring");
    clearTimeout(this.ringTimer);
    this.ringTimer = setTimeout(() => this.root.classList.remove("ring"), RING_MS);
  }
}
