/** The bar over the phones: the exercise's clock, its actions, its numbers and the story that is told. */

import { el } from "./dom.js";
import { getJson, postJson } from "./net.js";

const LOOK_MS = 1000;
const byId = (id) => document.getElementById(id);

export class Panel {
  /** onState hears every state; there is no bar when the address answers nothing. */
  constructor(onState) {
    this.onState = onState;
    this.drawn = {};
    byId("clock-date").addEventListener("change", (event) => this.goTo(event.target));
    byId("bar-more").addEventListener("click", (event) => {
      const open = byId("bar").classList.toggle("open");
      event.currentTarget.setAttribute("aria-expanded", String(open));
    });
    byId("play").addEventListener("click", () => this.press(this.playing ? "/demo/stop" : "/demo/play", {}));
  }

  async open() {
    const state = await getJson("/demo/state");
    if (!state) return null;
    byId("bar").hidden = false;
    this.show(state);
    setInterval(() => this.look(), LOOK_MS);
    return state;
  }

  async look() {
    if (this.looking || document.hidden) return;
    this.looking = true;
    const state = await getJson("/demo/state").catch(() => null);
    this.looking = false;
    if (state) this.show(state);
  }

  async press(action, body) {
    this.setBusy(true);
    await postJson(action, body);
    this.setBusy(false);
    await this.look();
  }

  goTo(input) {
    if (input.value) this.press("/demo/clock", { to: input.value });
  }

  show(state) {
    if (this.world !== undefined && state.world !== this.world) location.reload();
    this.world = state.world;
    this.playing = Boolean(state.story?.playing);
    byId("notice").textContent = state.header;
    byId("clock-now").textContent = state.now_text;
    byId("clock-now").dateTime = state.now;
    if (document.activeElement !== byId("clock-date")) byId("clock-date").value = state.now.slice(0, 10);
    this.draw("time-buttons", state.time_buttons ?? []);
    this.draw("actions", state.actions ?? []);
    this.draw("levels", state.levels ?? []);
    this.numbers(state.numbers ?? []);
    this.story(state.story);
    this.setBusy(state.busy);
    this.onState(state);
  }

  /** Redrawn only when it changed, so that a button keeps its focus. */
  draw(id, items) {
    const text = JSON.stringify(items);
    if (this.drawn[id] === text) return;
    this.drawn[id] = text;
    byId(id).replaceChildren(...items.map((item) => this.button(item)));
  }

  button({ label, action, body, active }) {
    const attributes = { type: "button", "aria-pressed": active === undefined ? null : String(active) };
    return el("button", { ...attributes, onclick: () => this.press(action, body ?? {}) }, label);
  }

  numbers(items) {
    const rows = items.map(({ label, value }) => el("div", {}, el("dt", {}, label), el("dd", {}, String(value))));
    byId("numbers").replaceChildren(...rows);
  }

  setBusy(busy) {
    const locked = Boolean(busy) || this.playing;
    for (const control of byId("bar").querySelectorAll("button, input")) {
      if (control.id === "bar-more") continue;
      control.disabled = control.id === "play" ? Boolean(busy) && !this.playing : locked;
    }
  }

  story(story) {
    const { caption = "", step = 0, steps = 0 } = story ?? {};
    byId("play").textContent = this.playing ? "停止" : "看一遍";
    byId("story").hidden = !caption;
    byId("story-step").textContent = steps ? `${step} / ${steps}` : "";
    if (byId("story-caption").textContent !== caption) byId("story-caption").textContent = caption;
    byId("story-done").style.width = steps ? `${(100 * step) / steps}%` : "0";
  }
}
