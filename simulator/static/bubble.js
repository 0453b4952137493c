/** One message as a bubble: text with its entities, pictures and cards, and the buttons under it. */

import { clockText, el, icon } from "./dom.js";

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};
const MARKS = {
  contact: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-4 4-6 8-6s7 2 8 6",
  document: "M7 3h7l4 4v14H7zM14 3v4h4",
  location: "M12 21c5-6 7-9 7-12a7 7 0 0 0-14 0c0 3 2 6 7 12zM12 11a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  voice: "M12 4a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V7a3 3 0 0 0-3-3zM6 11a6 6 0 0 0 12 0M12 17v4",
};

/** `hands` has tap(message, row, col, button), say(text) and reply(message). */
export function renderMessage(message, hands) {
  const rows = message.reply_markup?.inline_keyboard ?? [];
  const element = el("article", {
    class: ["message", message.mine && "mine", rows.length && "has-keys"].filter(Boolean).join(" "),
    "data-message-id": message.message_id,
  });
  element.append(bubble(message, hands));
  if (rows.length) element.append(keys(message, rows, hands));
  return element;
}

/** One line that stands for a message: in the pinned bar, in a quote. */
export function summary(message) {
  const text = message.text ?? message.caption ?? "";
  if (text) return text.replace(/\s+/g, " ");
  const names = { photo: "照片", contact: "联系方式", document: "文件", location: "位置", voice: "语音" };
  return names[Object.keys(names).find((name) => message[name])] ?? "消息";
}

function bubble(message, hands) {
  const quote = message.reply_to_message && el("span", { class: "quote" }, summary(message.reply_to_message));
  return el(
    "div", { class: "bubble" },
    quote, forwarded(message), picture(message), card(message), body(message, hands), meta(message, hands),
  );
}

function meta(message, hands) {
  const reply = message.mine ? null : replyButton(message, hands);
  const edited = message.edit_date ? el("span", { class: "edited" }, "已编辑") : null;
  return el("div", { class: "meta" }, reply, edited, el("time", {}, clockText(message.date)));
}

function replyButton(message, hands) {
  return el(
    "button", { class: "reply", type: "button", "aria-label": "回复这条", onclick: () => hands.reply(message) },
    icon("M10 7L5 12l5 5M5 12h9a5 5 0 0 1 5 5"),
  );
}

function forwarded(message) {
  const origin = message.forward_origin;
  return origin ? el("span", { class: "quote" }, `转发自 ${origin.sender_user_name ?? "他人"}`) : null;
}

function picture(message) {
  const photo = message.photo?.at(-1);
  if (!photo) return null;
  return el("img", { class: "photo", src: `/sim/file/${photo.file_id}`, alt: message.caption || "照片" });
}

function card(message) {
  const { contact, document: file, location, voice } = message;
  if (contact) return cardOf("contact", contact.first_name, contact.phone_number);
  if (file) return cardOf("document", file.file_name ?? "文件", `${Math.ceil(file.file_size / 1024)} KB`);
  if (location) return cardOf("location", "位置", `${location.latitude}, ${location.longitude}`);
  return voice ? cardOf("voice", "语音", `${voice.duration} 秒`) : null;
}

function cardOf(kind, title, detail) {
  return el(
    "div", { class: "card" },
    el("span", { class: "card-mark" }, icon(MARKS[kind])),
    el("span", {}, el("b", {}, title), el("small", {}, detail)),
  );
}

function body(message, hands) {
  const text = message.text ?? message.caption;
  if (!text) return null;
  const entities = message.entities ?? message.caption_entities ?? [];
  const element = el("div", { class: "body" });
  element.append(...pieces(text, 0, text.length, entities, hands));
  return element;
}

/** Entities count UTF-16 units, as the strings of this language do. */
function pieces(text, start, end, entities, hands) {
  const nodes = [];
  let at = start;
  for (const [index, entity] of entities.entries()) {
    const stop = Math.min(entity.offset + entity.length, end);
    if (entity.offset < at || entity.offset >= end) continue;
    if (entity.offset > at) nodes.push(text.slice(at, entity.offset));
    const inner = pieces(text, entity.offset, stop, entities.slice(index + 1), hands);
    nodes.push(marked(entity, text.slice(entity.offset, stop), inner, hands));
    at = stop;
  }
  if (at < end) nodes.push(text.slice(at, end));
  return nodes;
}

function marked(entity, text, inner, hands) {
  if (entity.type === "text_link" || entity.type === "url") {
    return el("a", { href: safeAddress(entity.url ?? text), target: "_blank", rel: "noopener noreferrer" }, ...inner);
  }
  if (entity.type === "bot_command") {
    return el("button", { class: "command", type: "button", onclick: () => hands.say(text) }, text);
  }
  if (entity.type === "spoiler") return el("span", { class: "spoiler", tabindex: "0" }, ...inner);
  return el(TAGS[entity.type] ?? "span", {}, ...inner);
}

function safeAddress(address) {
  return /^(https?|tg):\/\//i.test(address) ? address : `https://${address.replace(/^[a-z]+:/i, "")}`;
}

function keys(message, rows, hands) {
  const lines = rows.map((row, r) =>
    el("div", { class: "keys-row" }, ...row.map((button, c) => key(message, button, r, c, hands))));
  return el("div", { class: "keys" }, ...lines);
}

function key(message, button, row, col, hands) {
  const address = button.url ?? button.web_app?.url;
  if (address) return el("a", { href: safeAddress(address), target: "_blank", rel: "noopener noreferrer" }, button.text);
  const copy = button.copy_text?.text;
  const onclick = (event) =>
    copy ? navigator.clipboard?.writeText(copy) : hands.tap(message, row, col, event.currentTarget);
  return el("button", { type: "button", "data-callback": button.callback_data, onclick }, button.text);
}
