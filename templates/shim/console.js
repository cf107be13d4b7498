"use strict";
// Everything that is shown goes through textContent: ids, routes, reasons and bodies are whatever clients made of them.
const path = document.body.dataset.path;
const ACTION = { "Console-Action": "1", "Content-Type": "application/json" };
const SAMPLES = 60;
const at = (id) => document.getElementById(id);
const samples = [];
let source = null;
let find = "";
let paused = false;
let state = null;
let inspected = null;

function make(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString("en-GB");
const count = (number) => number.toLocaleString("en");
const rate = (number) => `${number >= 100 ? Math.round(number) : Number(number.toFixed(1))}/s`;
const faceName = (face) => ({ sse: "SSE", websocket: "WebSocket" })[face] ?? "new";

function milliseconds(ms) {
  if (ms === null) return "–";
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)}\u00a0s` : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)}\u00a0ms`;
}

function bytes(number) {
  if (number < 1024) return `${number}\u00a0B`;
  return number < 1048576 ? `${(number / 1024).toFixed(1)}\u00a0KB` : `${(number / 1048576).toFixed(1)}\u00a0MB`;
}

function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`;
}

function listen() {
  source?.close();
  source = new EventSource(`${path}/events?find=${encodeURIComponent(find)}`);
  source.addEventListener("message", ({ data }) => {
    state = JSON.parse(data);
    show("live", paused ? "paused" : "live");
    if (!paused) render();
  });
  source.addEventListener("error", () => {
    show("lost", "not connected");
    if (source.readyState === EventSource.CLOSED) setTimeout(comeBack, 2000);
  });
}

// A browser does not retry what was refused: perhaps someone has to log in again.
async function comeBack() {
  try {
    const response = await fetch(path, { headers: { Accept: "text/html" } });
    if (response.status === 401) location.reload();
    else listen();
  } catch {
    setTimeout(comeBack, 2000);
  }
}

function show(name, words) {
  at("status").dataset.state = name;
  set(at("status"), words);
  at("lost").hidden = name !== "lost";
}

function render() {
  set(at("api"), state.api);
  set(at("stage"), state.stage);
  set(at("backend"), state.backend);
  at("cutover-chip").hidden = state.cutover === null;
  if (state.cutover !== null) {
    set(at("cutover"), `${state.cutover.stage}${state.cutover.frozen ? ", frozen" : ""}: ${state.cutover.verdict}`);
    at("cutover-chip").title = state.cutover.words;
  }
  renderTiles();
  renderConnections();
  renderRoutes();
  renderLog("happenings", state.happenings);
  renderLog("failures", state.failures);
}

function renderTiles() {
  const { open, totals } = state;
  set(at("open"), count(open.all));
  const without = open.detached ? ` · ${count(open.detached)} without a stream` : "";
  set(at("faces"), `${count(open.sse)} SSE · ${count(open.websocket)} WebSocket${without}`);
  at("share-sse").style.flexGrow = open.sse;
  at("share-websocket").style.flexGrow = open.websocket;
  samples.push({ at: state.at, messages: totals.messages, pushes: totals.pushes, failures: totals.failures });
  if (samples.length > SAMPLES + 1) samples.shift();
  set(at("messages-all"), `${count(totals.messages)} so far · ${count(state.running)} under way`);
  set(at("pushes-all"), `${count(totals.pushes)} sent · ${count(totals.pushesFailed + totals.pushesRefused)} not`);
  const span = samples.length > SAMPLES ? "minute" : `${samples.length - 1} s`;
  set(at("failures-all"), `in the last ${span} · ${count(totals.failures)} so far`);
  at("failing").classList.toggle("bad", recently("failures") > 0);
  set(at("messages"), rate(drawn("line-messages", "messages")));
  set(at("pushes"), rate(drawn("line-pushes", "pushes")));
  drawn("line-failures", "failures");
  set(at("failing"), count(recently("failures")));
}

function recently(name) {
  return samples.at(-1)[name] - samples[0][name];
}

// Draws what was added each second, and returns how much that was in the last three.
function drawn(id, name) {
  const rates = samples.slice(1).map((sample, i) => {
    const seconds = Math.max(0.25, sample.at - samples[i].at);
    return Math.max(0, sample[name] - samples[i][name]) / seconds;
  });
  const highest = Math.max(1, ...rates);
  const points = rates.map((value, i) => `${SAMPLES - rates.length + i},${(19 - (value / highest) * 18).toFixed(2)}`);
  const shape = (tag, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const parts = [shape("line", { class: "axis", x1: 0, y1: 19, x2: SAMPLES, y2: 19 })];
  if (points.length > 1) {
    const area = [`${SAMPLES - rates.length},19`, ...points, `${SAMPLES - 1},19`];
    parts.push(shape("polygon", { points: area.join(" ") }), shape("polyline", { points: points.join(" ") }));
  }
  at(id).replaceChildren(...parts);
  const latest = rates.slice(-3);
  return latest.length ? latest.reduce((sum, value) => sum + value, 0) / latest.length : 0;
}

// Rows stay where they are while their connection or route is listed, so that the keyboard's place is not lost.
function renderRows(table, rows, key, fill, begin) {
  const body = table.tBodies[0];
  const known = new Map(Array.from(body.rows, (row) => [row.dataset.key, row]));
  rows.forEach((values, i) => {
    let row = known.get(values[key]);
    if (!row) {
      row = make("tr", "", { "data-key": values[key] });
      row.append(...begin(values));
    }
    known.delete(values[key]);
    if (body.rows[i] !== row) body.insertBefore(row, body.rows[i] ?? null);
    fill(row.cells, values);
  });
  for (const row of known.values()) row.remove();
}

function renderConnections() {
  const { connections, found, open } = state;
  at("connections").hidden = connections.length === 0;
  at("no-connections").hidden = connections.length > 0;
  set(at("shown"), found === connections.length && !find ? "" : `${count(connections.length)} of ${count(open.all)}`);
  if (!connections.length && find) set(at("no-connections"), "No open connection has that in its id or address.");
  renderRows(
    at("connections"),
    connections,
    "id",
    (cells, one) => {
      const face = cells[1].firstChild;
      face.dataset.face = one.face ?? "";
      set(face, faceName(one.face));
      set(cells[2], one.sourceIp || "–");
      set(cells[3], duration(state.at - one.openedAt));
      set(cells[4], count(one.received));
      set(cells[5], count(one.sent));
      set(cells[6], one.attached ? bytes(one.waitingBytes) : `no stream · ${bytes(one.waitingBytes)}`);
    },
    (one) => {
      const id = make("td", "", { class: "id wide" });
      id.append(openButton(one.id));
      const face = make("td", "", { "data-label": "Face" });
      face.append(make("span", "", { class: "face" }));
      const numbers = ["Open for", "Received", "Sent", "Waiting"];
      return [
        id,
        face,
        make("td", "", { "data-label": "Address", class: "mono" }),
        ...numbers.map((label) => make("td", "", { "data-label": label, class: "number" })),
      ];
    },
  );
}

function renderRoutes() {
  const routes = state.routes.filter(({ key, calls }) => key !== "$none" || calls);
  renderRows(
    at("routes"),
    routes,
    "key",
    (cells, route) => {
      set(cells[1], count(route.calls));
      set(cells[2], count(route.failures));
      cells[2].classList.toggle("bad", route.failures > 0);
      set(cells[3], milliseconds(route.p50));
      set(cells[4], milliseconds(route.p95));
      set(cells[5], route.lastAt === null ? "–" : `${duration(state.at - route.lastAt)} ago`);
    },
    (route) => {
      const key = make("td", "", { class: "key wide" });
      key.append(make("code", route.key === "$none" ? "no route" : route.key));
      const numbers = ["Calls", "Failures", "p50", "p95", "Last"];
      return [key, ...numbers.map((label) => make("td", "", { "data-label": label, class: "number" }))];
    },
  );
}

function openButton(id) {
  const button = make("button", id, { type: "button", class: "link", title: "Show this connection" });
  button.addEventListener("click", () => inspect(id));
  return button;
}

function told(one) {
  switch (one.kind) {
    case "connected":
      return [faceName(one.face), one.sourceIp, milliseconds(one.ms)];
    case "refused":
      return [`${one.status} ${one.words}`, faceName(one.face), one.sourceIp];
    case "message":
      return [one.outcome === "handled" ? "" : one.outcome.replaceAll("_", " "), bytes(one.bytes), milliseconds(one.ms)];
    default:
      return [one.code, one.words, one.failed ? "$disconnect failed" : ""];
  }
}

const wentWrong = (one) => one.kind === "refused" || one.failed || (one.kind === "message" && one.outcome !== "handled");

function line(one, withConnection) {
  const made = make("li", "", { "data-number": one.number, "data-kind": one.kind, "data-wrong": wentWrong(one) });
  const name = one.kind === "message" ? one.route ?? "no route" : one.kind;
  const words = told(one).filter((word) => word !== "").join("\u00a0· ");
  made.append(make("time", clock(one.at)), make("b", name), make("span", words, { class: "words" }));
  if (withConnection) made.append(one.kind === "refused" ? make("code", one.id) : openButton(one.id));
  return made;
}

function renderLog(id, newestFirst) {
  const list = at(id);
  at(`no-${id}`).hidden = newestFirst.length > 0;
  const first = Number(list.firstElementChild?.dataset.number ?? 0);
  const fresh = newestFirst.filter(({ number }) => number > first).map((one) => line(one, true));
  if (first) for (const one of fresh) one.classList.add("new");
  list.prepend(...fresh);
  while (list.children.length > newestFirst.length) list.lastElementChild.remove();
}

async function inspect(id) {
  inspected = id;
  set(at("detail-id"), id);
  set(at("detail-done"), "");
  at("detail-facts").replaceChildren();
  at("detail-events").replaceChildren();
  at("detail-messages").replaceChildren();
  if (!at("detail").open) at("detail").showModal();
  await refresh();
}

async function refresh() {
  const id = inspected;
  if (id === null) return;
  let problem = "";
  try {
    const response = await fetch(`${path}/connection?id=${encodeURIComponent(id)}`);
    const words = await response.json();
    if (inspected !== id) return;
    if (response.ok) renderDetail(words);
    else problem = response.status === 410 ? "This connection is closed." : words.message;
  } catch {
    problem = "The shim can't be reached.";
  }
  at("detail-problem").hidden = !problem;
  set(at("detail-problem"), problem);
  for (const button of at("detail-send").querySelectorAll("button")) button.disabled = Boolean(problem);
}

function renderDetail(one) {
  at("detail-face").dataset.face = one.face ?? "";
  set(at("detail-face"), faceName(one.face));
  const facts = [
    ["Address", one.sourceIp],
    ["User agent", one.userAgent || "–"],
    ["Connected", one.connectedAt],
    ["Last active", one.lastActiveAt],
    ["Kept", `${count(one.kept)} messages`],
  ];
  at("detail-facts").replaceChildren(...facts.flatMap(([name, value]) => [make("dt", name), make("dd", value)]));
  at("detail-no-events").hidden = one.events.length > 0;
  at("detail-events").replaceChildren(
    ...one.events.map((event) => {
      const made = make("li", "", { "data-seq": event.seq, class: "event" });
      const size = `${bytes(event.bytes)}${event.binary ? ", binary" : ""}${event.cut ? ", cut here" : ""}`;
      made.append(make("time", clock(event.at)), make("b", `#${event.seq}`), make("span", size, { class: "words small" }));
      made.append(make("pre", event.text));
      return made;
    }),
  );
  at("detail-no-messages").hidden = one.messages.length > 0;
  at("detail-messages").replaceChildren(...one.messages.map((message) => line(message, false)));
}

async function act(what, words, done) {
  set(at("detail-done"), "");
  try {
    const body = JSON.stringify({ id: inspected, ...words });
    const response = await fetch(`${path}/${what}`, { method: "POST", headers: ACTION, body });
    set(at("detail-done"), response.ok ? done : (await response.json()).message);
  } catch {
    set(at("detail-done"), "The shim can't be reached.");
  }
  await refresh();
}

at("detail-send").addEventListener("submit", (event) => {
  event.preventDefault();
  act("send", { text: at("detail-text").value }, "Sent.");
});
at("detail-text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) at("detail-send").requestSubmit();
});
at("detail-close").addEventListener("click", () => act("close", {}, "Closed."));
at("detail-leave").addEventListener("click", () => at("detail").close());
at("detail").addEventListener("close", () => {
  inspected = null;
});
at("find").addEventListener("input", () => {
  find = at("find").value.trim();
  listen();
});
at("pause").addEventListener("click", () => {
  paused = !paused;
  at("pause").setAttribute("aria-pressed", paused);
  set(at("pause"), paused ? "Go on" : "Pause");
  if (state) {
    show("live", paused ? "paused" : "live");
    if (!paused) render();
  }
});
at("open-try").addEventListener("click", () => {
  const clients = at("clients");
  clients.hidden = !clients.hidden;
  set(at("open-try"), clients.hidden ? "Open both" : "Close both");
  const pages = [["sse", "A client on Server-Sent Events and POST"], ["websocket", "A client on WebSocket"]];
  const frames = clients.hidden ? [] : pages.map(([name, title]) => make("iframe", "", { src: `/-/${name}`, title }));
  clients.replaceChildren(...frames);
});
setInterval(() => {
  if (!paused && at("detail").open) refresh();
}, 2000);
listen();
