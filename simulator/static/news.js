/** What a phone does with each kind of event of the emulator. */

import { renderMessage } from "./bubble.js";

const KINDS = {
  message(phone, news) {
    if (!news.message || phone.messages.has(news.message_id)) return;
    const follow = phone.atEnd() || news.message.mine;
    phone.append(news.message).classList.add("fresh");
    phone.showDoor(true, false);
    if (follow) phone.scrollToEnd();
    else phone.find(".to-end").hidden = false;
    if (!news.message.mine) arrived(phone, news.silent);
  },
  edited(phone, news) {
    const held = phone.messages.get(news.message_id);
    if (!held || !news.message) return;
    const end = phone.atEnd();
    const element = renderMessage(news.message, phone.hands);
    held.element.replaceWith(element);
    phone.messages.set(news.message_id, { element, message: news.message });
    if (phone.pinned === news.message_id) phone.showPinned(news.message_id);
    if (end) phone.scrollToEnd();
  },
  deleted(phone, news) {
    phone.messages.get(news.message_id)?.element.remove();
    phone.messages.delete(news.message_id);
    phone.showKeyboard(news.keyboard);
    phone.showPinned(news.pinned);
  },
  answer(phone, news) {
    if (news.user_id !== phone.seat.user_id) return;
    phone.setBusy(news.message_id, false);
    if (news.text && news.alert) phone.showAlert(news.text);
    else if (news.text) phone.showToast(news.text);
  },
  action(phone) { phone.showTyping(true); },
  keyboard(phone, news) { phone.showKeyboard(news.keyboard); },
  pinned(phone, news) { phone.showPinned(news.pinned); },
  blocked(phone, news) { phone.showDoor(true, news.blocked); },
  cleared(phone) { phone.load(); },
};

function arrived(phone, silent) {
  phone.showTyping(false);
  if (silent) return;
  phone.ring();
  if (!phone.root.matches(":hover, :focus-within")) phone.setUnread(phone.unread + 1);
}

export function tell(phone, news) {
  if (news.number <= phone.seen || news.chat_id !== phone.chatId) return;
  if (phone.token && news.bot_token !== phone.token) return;
  phone.seen = news.number;
  KINDS[news.kind]?.(phone, news);
}
