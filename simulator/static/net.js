/** Talking to the emulator: JSON requests, and the stream of news with its re-connection. */

export async function getJson(path) {
  const response = await fetch(path, { headers: { Accept: "application/json" } });
  return response.ok ? response.json() : null;
}

export async function postJson(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return { ok: response.ok, body: await response.json().catch(() => null) };
}

/** Calls onNews for every event after `since`; onLine hears whether the stream stands. */
export function follow(since, onNews, onLine) {
  let last = since;
  const connect = () => {
    const source = new EventSource(`/sim/events?since=${last}`);
    source.onopen = () => onLine(true);
    source.onmessage = (message) => {
      const news = JSON.parse(message.data);
      last = news.number;
      onNews(news);
    };
    source.onerror = () => {
      onLine(false);
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 1000);
    };
    window.addEventListener("pagehide", () => source.close(), { once: true });
  };
  connect();
}
