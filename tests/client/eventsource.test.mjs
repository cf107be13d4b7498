import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { createContext, runInContext } from "node:vm";

import { EventSource } from "eventsource";

import { CLOSE, LIBRARY, OPEN, answer, breakOff, next, serve, stream } from "./support/server.mjs";

const TICKET = answer(201, '{"ticket": "st1.a+b", "expiresIn": 30}');
const message = (seq) => `id: e1-${seq}\ndata: m${seq}\n\n`;
const summary = (events) => events.map((event) => event.data ?? event.type);

/** The library where fetch can't read an answer as it arrives, and little else is there either. */
function elsewhere() {
  const { URL, Headers, AbortController, TextEncoder, Blob, atob, fetch, setTimeout, clearTimeout } = globalThis;
  const plain = { URL, Headers, AbortController, TextEncoder, Blob, atob, fetch, setTimeout, clearTimeout, EventSource };
  const context = createContext({ ...plain, ArrayBuffer, Uint8Array });
  runInContext(readFileSync(LIBRARY, "utf8"), context);
  return context.SseSocket;
}

function connect(t, address, options, protocols) {
  const socket = new (elsewhere())(address, protocols, options);
  const events = [];
  for (const type of ["open", "message", "gap", "error", "close"])
    socket.addEventListener(type, (event) => events.push(event));
  t.after(() => socket.readyState < 2 && socket.close());
  return { socket, events };
}

const posts = (server, path) => server.of("POST").filter(({ url }) => url.startsWith(path));

test("the stream is an EventSource that is opened with a ticket, and the headers go to the ticket", async (t) => {
  const chosen = OPEN.replace('"s3cret"', '"s3cret", "protocol": "v2"');
  const server = await serve(t, { POST: [TICKET, answer(202)], GET: [stream([chosen, message(1)])] });
  const options = { headers: { Authorization: "Bearer t1" } };
  const { socket } = connect(t, `${server.address}?room=1`, options, ["v1", "v2"]);
  await next(socket, "message");
  const [ticket] = server.of("POST");
  assert.equal(ticket.url, "/stream/ticket?room=1");
  assert.equal(ticket.headers.authorization, "Bearer t1");
  assert.equal(ticket.headers["stream-protocol"], "v1, v2");
  assert.equal(server.of("GET")[0].url, "/stream?room=1&ticket=st1.a%2Bb");
  assert.equal(socket.protocol, "v2");
  socket.send("hello");
  const sent = await server.nth("POST", 2);
  assert.deepEqual([sent.url, sent.headers["stream-session"]], ["/stream?room=1", "s3cret"]);
});

test("all kinds of events arrive, and a gap and a close are told", async (t) => {
  const wire = OPEN + message(1) + 'id: e1-2\nevent: escaped\ndata: "a\\rb"\n\n' + "id: e1-3\nevent: binary\ndata: AP8=\n\n" + 'event: gap\ndata: {"from": 4, "to": 6}\n\n' + message(7) + CLOSE;
  const server = await serve(t, { POST: [TICKET], GET: [stream(wire)] });
  const { socket, events } = connect(t, server.address);
  const { code, reason, wasClean } = await next(socket, "close");
  assert.deepEqual({ code, reason, wasClean }, { code: 1000, reason: "done", wasClean: true });
  const [open, first, escaped, binary, gap, last, close] = events;
  assert.deepEqual([open.type, first.data, escaped.data, last.data, close.type], ["open", "m1", "a\rb", "m7", "close"]);
  assert.deepEqual([...new Uint8Array(await binary.data.arrayBuffer())], [0, 255]);
  assert.deepEqual({ ...gap.detail }, { from: 4, to: 6 });
  assert.equal(first.lastEventId, "e1-1");
});

test("a lost stream is resumed by the EventSource itself, with the ticket that it has, and repeats are dropped", async (t) => {
  const GET = [stream([OPEN, message(1), message(2)], "end"), stream([message(2), message(3), CLOSE])];
  const server = await serve(t, { POST: [TICKET], GET });
  const { socket, events } = connect(t, server.address);
  await next(socket, "close");
  assert.deepEqual(summary(events), ["open", "m1", "m2", "m3", "close"]);
  assert.equal(server.of("GET")[1].headers["last-event-id"], "e1-2");
  assert.equal(server.of("POST").length, 1);
});

test("where the EventSource gives up, another takes the stream up", async (t) => {
  const GET = [stream([OPEN, message(1)], "end"), answer(503), stream([message(2), CLOSE])];
  const server = await serve(t, { POST: [TICKET, answer(400)], GET });
  const { socket, events } = connect(t, server.address);
  await next(socket, "close");
  assert.deepEqual(summary(events), ["open", "m1", "m2", "close"]);
  assert.equal(server.of("GET")[2].url, "/stream?ticket=st1.a%2Bb&last_event_id=e1-1");
});

test("a connection that the server no longer has is over at once", async (t) => {
  const server = await serve(t, { POST: [TICKET, answer(410)], GET: [stream(OPEN, "end"), answer(204)] });
  const { socket } = connect(t, server.address, { giveUpAfter: 1e9 });
  assert.equal((await next(socket, "close")).code, 1006);
});

for (const [status, code] of [[401, 1008], [403, 1008], [404, 1006], [410, 1006]])
  test(`a ticket that is refused with ${status} ends the connection with ${code}`, async (t) => {
    const server = await serve(t, { POST: [answer(status, '{"message": "no"}')] });
    const { socket, events } = connect(t, server.address);
    const { code: got, reason } = await next(socket, "close");
    assert.deepEqual([got, reason], [code, `${status} no`]);
    assert.deepEqual(events.map(({ type }) => type), ["error", "close"]);
    assert.equal(server.of("GET").length, 0);
  });

test("a refusal of the stream itself ends the connection with 1006, and $connect is not asked again", async (t) => {
  const server = await serve(t, { POST: [TICKET], GET: [answer(403)] });
  const { socket } = connect(t, server.address);
  assert.equal((await next(socket, "close")).code, 1006);
  assert.equal(server.of("GET").length, 1);
});

test("a first stream that breaks off is asked for with a new ticket", async (t) => {
  const server = await serve(t, { POST: [TICKET], GET: [breakOff, stream(OPEN)] });
  const { socket } = connect(t, server.address);
  await next(socket, "open");
  assert.equal(posts(server, "/stream/ticket").length, 2);
});

test("closing closes the EventSource, and tells the server", async (t) => {
  let gone;
  const GET = [
    (request, response) => {
      gone = new Promise((resolve) => response.on("close", resolve));
      stream(OPEN)(request, response);
    },
  ];
  const server = await serve(t, { POST: [TICKET], GET });
  const { socket } = connect(t, server.address);
  await next(socket, "open");
  socket.close(4000, "bye");
  assert.equal((await next(socket, "close")).code, 4000);
  await gone;
  assert.deepEqual(JSON.parse(server.of("DELETE")[0].body), { code: 4000, reason: "bye" });
});

test("events have their classes where the environment has none, and listeners behave as everywhere", async (t) => {
  const server = await serve(t, { POST: [TICKET], GET: [stream([OPEN, message(1), message(2), CLOSE])] });
  const { socket } = connect(t, server.address);
  const calls = [];
  const listener = { handleEvent: (event) => calls.push([event.constructor.name, event.target === socket, event.data]) };
  const removed = () => calls.push("removed");
  socket.addEventListener("message", listener, { once: true });
  socket.addEventListener("message", removed);
  socket.addEventListener("message", removed);
  socket.removeEventListener("message", removed);
  socket.onclose = ({ constructor, type, code, reason, wasClean }) =>
    calls.push([constructor.name, type, code, reason, wasClean]);
  await next(socket, "close");
  assert.deepEqual(calls, [["MessageEvent", true, "m1"], ["CloseEvent", "close", 1000, "done", true]]);
  assert.throws(() => socket.close(1), { name: "InvalidAccessError" });
});
