import assert from "node:assert/strict";
import test from "node:test";

import { CLOSE, OPEN, SseSocket, aDocument, answer, breakOff, connect, next, serve, stream, waitsOf } from "./support/server.mjs";

const message = (seq) => `id: e1-${seq}\ndata: m${seq}\n\n`;
const summary = (events) => events.map((event) => event.data ?? event.type);

for (const how of ["end", "break"])
  test(`a stream that is lost (${how}) is resumed from the last id, without an event`, async (t) => {
    const server = await serve(t, { GET: [stream(OPEN + message(1), how), stream(message(2) + CLOSE)] });
    const { socket, events } = connect(t, server.address);
    await next(socket, "close");
    const [first, second] = server.of("GET");
    assert.ok(!("stream-session" in first.headers));
    assert.equal(second.headers["stream-session"], "s3cret");
    assert.equal(second.headers["last-event-id"], "e1-1");
    assert.deepEqual(summary(events), ["open", "m1", "m2", "close"]);
  });

test("what is sent twice after a resume is given once", async (t) => {
  const server = await serve(t, { GET: [stream(OPEN + message(1) + message(2), "end"), stream(message(2) + message(3) + CLOSE)] });
  const { socket, events } = connect(t, server.address);
  await next(socket, "close");
  assert.deepEqual(summary(events), ["open", "m1", "m2", "m3", "close"]);
});

test("an event that broke off in the middle is not given, and asked for again", async (t) => {
  const server = await serve(t, { GET: [stream(OPEN + message(1) + "id: e1-2\ndata: m", "end"), stream(message(2) + CLOSE)] });
  const { socket, events } = connect(t, server.address);
  await next(socket, "close");
  assert.equal(server.of("GET")[1].headers["last-event-id"], "e1-1");
  assert.deepEqual(summary(events), ["open", "m1", "m2", "close"]);
});

test("a gap is an event of its own, and is not asked for again", async (t) => {
  const gap = 'event: gap\ndata: {"from": 2, "to": 7}\n\n';
  const server = await serve(t, { GET: [stream(OPEN + message(1), "end"), stream(gap, "end"), stream(message(8) + CLOSE)] });
  const { socket, events } = connect(t, server.address);
  await next(socket, "close");
  assert.deepEqual(summary(events), ["open", "m1", "gap", "m8", "close"]);
  assert.deepEqual(events[2].detail, { from: 2, to: 7 });
  assert.equal(server.of("GET")[2].headers["last-event-id"], "e1-7");
});

test("the socket stays open while its stream is away, and can send", async (t) => {
  let back;
  const server = await serve(t, { GET: [stream(OPEN, "end"), (request, response) => (back = response), stream("")] });
  const { socket } = connect(t, server.address);
  await next(socket, "open");
  await server.nth("GET", 2);
  assert.equal(socket.readyState, SseSocket.OPEN);
  socket.send("hello");
  assert.equal((await server.nth("POST", 1)).body.toString(), "hello");
  back.destroy();
});

test("a close by the server is told with its code, and nothing is resumed", async (t) => {
  const close = 'event: close\ndata: {"code": 4001, "reason": "moved"}\n\n';
  const server = await serve(t, { GET: [stream(OPEN + close, "end")] });
  const { socket } = connect(t, server.address);
  const { code, reason, wasClean } = await next(socket, "close");
  assert.deepEqual({ code, reason, wasClean }, { code: 4001, reason: "moved", wasClean: true });
  assert.equal(server.of("GET").length, 1);
});

for (const [status, code, types] of [
  [204, 1006, ["open", "close"]],
  [410, 1006, ["open", "error", "close"]],
  [401, 1008, ["open", "error", "close"]],
  [403, 1008, ["open", "error", "close"]],
])
  test(`${status} on a resume ends the connection with ${code}`, async (t) => {
    const server = await serve(t, { GET: [stream(OPEN, "end"), answer(status)] });
    const { socket, events } = connect(t, server.address);
    assert.equal((await next(socket, "close")).code, code);
    assert.deepEqual(events.map((event) => event.type), types);
  });

test("any other trouble on a resume is tried again", async (t) => {
  const page = answer(200, "<html>", { "Content-Type": "text/html" });
  const server = await serve(t, {
    GET: [stream(OPEN, "end"), answer(500), answer(404), page, breakOff, stream(message(1) + CLOSE)],
  });
  const { socket, events } = connect(t, server.address);
  await next(socket, "close");
  assert.deepEqual(summary(events), ["open", "m1", "close"]);
});

test("a stream that is silent for longer than heartbeatTimeout counts as lost", async (t) => {
  const server = await serve(t, { GET: [stream(OPEN + message(1)), stream(message(2) + CLOSE)] });
  const { socket, events } = connect(t, server.address, { heartbeatTimeout: 50 });
  await next(socket, "close");
  assert.equal(server.of("GET").length, 2);
  assert.deepEqual(summary(events), ["open", "m1", "m2", "close"]);
});

test("comments keep a stream", async (t) => {
  const beating = (request, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write(OPEN);
    let beats = 0;
    const timer = setInterval(() => {
      response.write(": \n\n");
      if (++beats === 10) response.end(CLOSE, clearInterval(timer));
    }, 20);
  };
  const server = await serve(t, { GET: [beating] });
  const { socket } = connect(t, server.address, { heartbeatTimeout: 150 });
  await next(socket, "close");
  assert.equal(server.of("GET").length, 1);
});

test("a stream that doesn't come back is given up after giveUpAfter", async (t) => {
  const server = await serve(t, { GET: [stream(OPEN, "end"), breakOff] });
  const { socket, events } = connect(t, server.address, { giveUpAfter: 100 });
  const { code, wasClean } = await next(socket, "close");
  assert.deepEqual({ code, wasClean }, { code: 1006, wasClean: false });
  assert.deepEqual(summary(events), ["open", "error", "close"]);
  assert.ok(server.of("GET").length > 2);
});

test("`retry:` is the least that is waited, and only digits are one", async (t) => {
  const waits = waitsOf(t);
  const retries = OPEN + "retry: 60\n\nretry: 5x\n\nretry: -1\n\nretry:\n\n";
  const server = await serve(t, { GET: [stream(retries, "end"), stream(CLOSE)] });
  const { socket } = connect(t, server.address, { heartbeatTimeout: 0 });
  await next(socket, "close");
  const [wait] = waits();
  assert.ok(wait >= 60 && wait <= 120, `${wait}`);
});

test("back-off grows with each failure, by chance, and begins anew with what is heard", async (t) => {
  const waits = waitsOf(t);
  t.mock.method(Math, "random", () => 0.5);
  const GET = [stream(OPEN, "end"), answer(500), breakOff, answer(500), stream(message(1), "end"), stream(CLOSE)];
  const server = await serve(t, { GET });
  const { socket } = connect(t, server.address, { heartbeatTimeout: 0 });
  await next(socket, "close");
  assert.deepEqual(waits(), [15, 20, 30, 50, 15]);
});

for (const [name, value] of [
  ["seconds", () => "1"],
  ["a date", () => new Date(Date.now() + 2000).toUTCString()],
])
  test(`Retry-After in ${name} is the least that is waited`, async (t) => {
    const waits = waitsOf(t, 100);
    const busy = (request, response) => response.writeHead(503, { "Retry-After": value() }).end();
    const server = await serve(t, { GET: [stream(OPEN, "end"), busy, stream(CLOSE)] });
    const { socket } = connect(t, server.address, { heartbeatTimeout: 0 });
    await next(socket, "close");
    assert.ok(waits()[1] >= 500 && waits()[1] <= 4000, `${waits()}`);
  });

test("a page that is hidden for longer than pauseWhenHidden ends its stream, and resumes it when it is seen", async (t) => {
  const page = aDocument(t);
  let ended;
  const first = (request, response) => {
    ended = new Promise((resolve) => response.on("close", resolve));
    return stream(OPEN + message(1))(request, response);
  };
  const server = await serve(t, { GET: [first, stream(message(2) + CLOSE)] });
  const { socket, events } = connect(t, server.address, { pauseWhenHidden: 20 });
  await next(socket, "message");
  page.become("hidden");
  await ended;
  assert.equal(socket.readyState, SseSocket.OPEN);
  socket.send("hidden pages may send");
  await server.nth("POST", 1);
  assert.equal(server.of("GET").length, 1);
  page.become("visible");
  await next(socket, "close");
  assert.deepEqual(summary(events), ["open", "m1", "m2", "close"]);
  assert.equal(server.of("GET")[1].headers["last-event-id"], "e1-1");
});

test("a page that is hidden for a moment keeps its stream, and so does one without the option", async (t) => {
  const page = aDocument(t);
  const server = await serve(t);
  const { socket } = connect(t, server.address, { pauseWhenHidden: 60000 });
  const { socket: other } = connect(t, server.address);
  await Promise.all([next(socket, "open"), next(other, "open")]);
  page.become("hidden");
  page.become("visible");
  socket.send("x");
  await server.nth("POST", 1);
  assert.equal(server.of("GET").length, 2);
});

test("a socket may be closed while it is paused", async (t) => {
  const page = aDocument(t);
  const server = await serve(t);
  const { socket } = connect(t, server.address, { pauseWhenHidden: 1 });
  await next(socket, "open");
  page.become("hidden");
  await new Promise((resolve) => setTimeout(resolve, 20));
  socket.close(1000);
  assert.equal((await next(socket, "close")).code, 1000);
  assert.equal(server.of("GET").length, 1);
  assert.equal(page.listeners, 0);
});
