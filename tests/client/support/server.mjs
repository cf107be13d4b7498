// A real HTTP server that speaks the protocol from a script: each GET, POST and DELETE takes the next answer in line.

import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";

export const LIBRARY = new URL("../../../templates/client/sse-socket.js", import.meta.url);

if (!globalThis.SseSocket) runInThisContext(readFileSync(LIBRARY, "utf8"), { filename: "sse-socket.js" });
export const { SseSocket } = globalThis;

export const OPEN =
  'retry: 10\nevent: open\nid: e1-0\ndata: {"connectionId": "c1", "session": "s3cret"}\n\n';
export const CLOSE = 'event: close\ndata: {"code": 1000, "reason": "done"}\n\n';

export const frame = (message) => JSON.stringify({ message, connectionId: "c1", requestId: "r1" });

/** An answer with a stream: the pieces are written, then it stays open, ends, or breaks off. */
export function stream(pieces, then = "stay") {
  return (request, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8" });
    response.flushHeaders();
    for (const piece of [pieces].flat()) response.write(piece);
    if (then === "end") response.end();
    if (then === "break") setImmediate(() => response.destroy());
  };
}

export function answer(status, body = "", headers = { "Content-Type": "application/json" }) {
  return (request, response) => response.writeHead(status, headers).end(body);
}

export const breakOff = (request) => request.socket.destroy();

/** A started server; it ends with the test `t`. The last answer of a kind is given again and again. */
export async function serve(t, { GET = [stream(OPEN)], POST = [answer(202, "{}")], DELETE = [answer(204)] } = {}) {
  const answers = { GET: [...GET], POST: [...POST], DELETE: [...DELETE] };
  const requests = [];
  const waiting = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url, headers } = request;
    requests.push({ method, url, headers, body: Buffer.concat(chunks) });
    waiting.splice(0).forEach((check) => check());
    const line = answers[method];
    const give = line.length > 1 ? line.shift() : line[0];
    await give(request, response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const of = (method) => requests.filter((request) => request.method === method);
  return {
    address: `ws://127.0.0.1:${server.address().port}/stream`,
    of,
    /** The n-th request of a method, as soon as it is there. */
    async nth(method, n) {
      while (of(method).length < n) await new Promise((resolve) => waiting.push(resolve));
      return of(method)[n - 1];
    },
  };
}

/** A socket whose events are written down; it is over when the test `t` is. */
export function connect(t, address, options, protocols) {
  const socket = new SseSocket(address, protocols, options);
  const events = [];
  for (const type of ["open", "message", "gap", "error", "close"])
    socket.addEventListener(type, (event) => events.push(event));
  t.after(async () => {
    if (socket.readyState === SseSocket.CLOSED) return;
    const closed = next(socket, "close");
    socket.close();
    await closed;
  });
  return { socket, events };
}

export const next = (target, type) =>
  new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));

/** A promise that the test settles. */
export function gate() {
  let open;
  const passed = new Promise((resolve) => (open = resolve));
  return { passed, open };
}

/** Gives the test a window, which Node has not. */
export function onAPage(t) {
  globalThis.window = new EventTarget();
  t.after(() => delete globalThis.window);
}

/** A network that says that it is back whenever something waits for it, so that no test waits for a back-off. */
export function alwaysBackOnline(t) {
  onAPage(t);
  const page = globalThis.window;
  const timer = setInterval(() => page.dispatchEvent(new Event("online")), 5);
  t.after(() => clearInterval(timer));
}

/** A document that the test hides and shows, which Node has not. */
export function aDocument(t) {
  let listeners = 0;
  class Page extends EventTarget {
    visibilityState = "visible";
    baseURI = "http://127.0.0.1/";

    addEventListener(...listening) {
      listeners++;
      super.addEventListener(...listening);
    }

    removeEventListener(...listening) {
      listeners--;
      super.removeEventListener(...listening);
    }

    become(state) {
      this.visibilityState = state;
      this.dispatchEvent(new Event("visibilitychange"));
    }

    get listeners() {
      return Math.max(0, listeners);
    }
  }
  globalThis.document = new Page();
  t.after(() => delete globalThis.document);
  return globalThis.document;
}

/** How long the library has waited before it tried again, in milliseconds; that time passes `faster`. */
export function waitsOf(t, faster = 1) {
  const real = globalThis.setTimeout;
  const waits = [];
  t.mock.method(globalThis, "setTimeout", (run, wait, ...more) => {
    const isPause = new Error().stack.includes("Connection.pause");
    if (isPause) waits.push(wait);
    return real(run, isPause ? wait / faster : wait, ...more);
  });
  return () => waits;
}
