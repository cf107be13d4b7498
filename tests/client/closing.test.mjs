import assert from "node:assert/strict";
import test from "node:test";

import { CLOSE, SseSocket, OPEN, alwaysBackOnline, answer, breakOff, connect, gate, next, onAPage, serve, stream } from "./support/server.mjs";

test("codes and reasons that a WebSocket refuses are refused", async (t) => {
  const server = await serve(t);
  const { socket } = connect(t, server.address);
  for (const code of [0, 999, 1001, 1006, 2999, 5000]) assert.throws(() => socket.close(code), { name: "InvalidAccessError" });
  assert.throws(() => socket.close(1000, "é".repeat(62)), { name: "SyntaxError" });
  assert.equal(socket.readyState, SseSocket.CONNECTING);
});

test("close sends what is waiting, then a DELETE, then tells", async (t) => {
  const server = await serve(t);
  const { socket, events } = connect(t, server.address);
  await next(socket, "open");
  socket.send("one");
  socket.send("two");
  socket.close(4000, "bye");
  assert.equal(socket.readyState, SseSocket.CLOSING);
  const { code, reason, wasClean } = await next(socket, "close");
  assert.deepEqual({ code, reason, wasClean }, { code: 4000, reason: "bye", wasClean: true });
  assert.equal(socket.readyState, SseSocket.CLOSED);
  const [gone] = server.of("DELETE");
  assert.deepEqual(JSON.parse(gone.body), { code: 4000, reason: "bye" });
  assert.equal(gone.headers["stream-session"], "s3cret");
  assert.equal(server.of("POST").length, 2);
  assert.deepEqual(events.map((event) => event.type), ["open", "close"]);
});

test("close without a code tells the server none, and is 1005 here", async (t) => {
  const server = await serve(t);
  const { socket } = connect(t, server.address);
  await next(socket, "open");
  socket.close();
  socket.close();
  const { code, wasClean } = await next(socket, "close");
  assert.deepEqual({ code, wasClean }, { code: 1005, wasClean: true });
  assert.deepEqual(server.of("DELETE").map((request) => request.body.toString()), [""]);
});

test("no message is given while the socket closes, and the server's echo doesn't change the code", async (t) => {
  let events;
  const echo = gate();
  const server = await serve(t, {
    GET: [
      async (request, response) => {
        response.writeHead(200, { "Content-Type": "text/event-stream" }).write(OPEN);
        await echo.passed;
        response.end("id: e1-1\ndata: late\n\n" + CLOSE);
      },
    ],
    DELETE: [
      (request, response) => {
        echo.open();
        setTimeout(() => response.writeHead(204).end(), 20);
      },
    ],
  });
  const made = connect(t, server.address);
  events = made.events;
  await next(made.socket, "open");
  made.socket.close(3001);
  assert.equal((await next(made.socket, "close")).code, 3001);
  assert.deepEqual(events.map((event) => event.type), ["open", "close"]);
});

test("a close that the server doesn't hear of is not clean", async (t) => {
  const server = await serve(t, { DELETE: [breakOff] });
  const { socket } = connect(t, server.address);
  await next(socket, "open");
  socket.close(1000);
  const { code, wasClean } = await next(socket, "close");
  assert.deepEqual({ code, wasClean }, { code: 1006, wasClean: false });
});

test("close before open gives error and close with 1006, after close has returned", async (t) => {
  const server = await serve(t, { GET: [() => {}] });
  const { socket, events } = connect(t, server.address);
  await server.nth("GET", 1);
  socket.close();
  assert.deepEqual(events, []);
  assert.equal((await next(socket, "close")).code, 1006);
  assert.deepEqual(events.map((event) => event.type), ["error", "close"]);
  assert.equal(server.of("DELETE").length, 0);
});

test("leaving the page says good-bye to the server, and a page that comes back learns of it", async (t) => {
  onAPage(t);
  const server = await serve(t);
  const { socket } = connect(t, server.address);
  await next(socket, "open");
  window.dispatchEvent(new Event("pagehide"));
  assert.equal((await next(socket, "close")).code, 1006);
  assert.equal(JSON.parse((await server.nth("DELETE", 1)).body).code, 1001);
});

test("the network coming back shortens the wait for a resume", async (t) => {
  alwaysBackOnline(t);
  const patient = OPEN.replace("retry: 10", "retry: 3600000");
  const server = await serve(t, { GET: [stream(patient, "end"), stream(CLOSE)] });
  const { socket } = connect(t, server.address, { giveUpAfter: 1e9 });
  await next(socket, "open");
  await next(socket, "close");
  assert.equal(server.of("GET").length, 2);
});

test("a socket that is over leaves nothing behind on the page", async (t) => {
  onAPage(t);
  const server = await serve(t, { GET: [stream(OPEN + CLOSE)], DELETE: [answer(204)] });
  const { socket } = connect(t, server.address);
  await next(socket, "close");
  window.dispatchEvent(new Event("pagehide"));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(server.of("DELETE").length, 0);
});

test("a socket that is over keeps no process running", async (t) => {
  let held;
  const holding = (request, response) => stream(OPEN)(request, (held = response));
  const end = (request, response) => {
    held.write(CLOSE);
    held.end();
    response.writeHead(202).end();
  };
  const server = await serve(t, { GET: [holding], POST: [end] });
  const real = globalThis.setTimeout;
  const running = new Set();
  t.mock.method(globalThis, "setTimeout", (run, wait, ...more) => {
    const timer = real(() => running.delete(timer) && run(...more), wait);
    if (new Error().stack.includes("sse-socket.js")) running.add(timer);
    return timer;
  });
  const clear = globalThis.clearTimeout;
  t.mock.method(globalThis, "clearTimeout", (timer) => running.delete(timer) | clear(timer));
  for (let n = 0; n < 20; n++) {
    const { socket } = connect(t, server.address);
    await next(socket, "open");
    socket.send("end");
    await next(socket, "close");
  }
  while (running.size) await new Promise((resolve) => real(resolve, 5));
});

for (const [name, second] of [["taken", answer(204)], ["known already", answer(410)]])
  test(`a close whose answer was lost is told once more: ${name}`, async (t) => {
    const server = await serve(t, { DELETE: [breakOff, second] });
    const { socket } = connect(t, server.address);
    await next(socket, "open");
    socket.close(4000, "bye");
    const { code, wasClean } = await next(socket, "close");
    assert.deepEqual({ code, wasClean }, { code: 4000, wasClean: true });
    assert.equal(server.of("DELETE").length, 2);
  });
