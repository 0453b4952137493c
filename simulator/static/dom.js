/** Small pieces for building the page; text always goes in as text nodes. */

export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(path) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  line.setAttribute("class", "stroke");
  svg.append(line);
  return svg;
}

const ZONE = { timeZone: "Asia/Shanghai" };
const CLOCK = new Intl.DateTimeFormat("zh-CN", { ...ZONE, hour: "2-digit", minute: "2-digit", hour12: false });
const DAY = new Intl.DateTimeFormat("zh-CN", { ...ZONE, month: "numeric", day: "numeric", weekday: "short" });

export function clockText(seconds) {
  return CLOCK.format(new Date(seconds * 1000));
}

/** 3月12日(周四) */
export function dayText(seconds) {
  const parts = Object.fromEntries(DAY.formatToParts(new Date(seconds * 1000)).map((p) => [p.type, p.value]));
  return `${parts.month}月${parts.day}日(${parts.weekday})`;
}
