import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import test from "node:test";

import { SseSocket, answer, breakOff, connect, frame, gate, next, serve, waitsOf } from "./support/server.mjs";

async function opened(t, POST, options) {
  const server = await serve(t, { POST });
  const { socket, events } = connect(t, server.address, options);
  await next(socket, "open");
  events.length = 0;
  return { server, socket, events };
}

test("nothing can be sent before the socket is open", async (t) => {
  const server = await serve(t);
  const { socket } = connect(t, server.address);
  assert.throws(() => socket.send("too early"), { name: "InvalidStateError" });
});

test("what is sent after the close is dropped", async (t) => {
  const { server, socket } = await opened(t);
  socket.close();
  socket.send("too late");
  await next(socket, "close");
  socket.send("far too late");
  assert.equal(server.of("POST").length, 0);
});

test("a message is the body of a POST with the session, the token and a key", async (t) => {
  const { server, socket } = await opened(t, undefined, { headers: { Authorization: "Bearer t1" } });
  socket.send('{"action": "sendMessage",  "text": "é"}');
  socket.send("no JSON");
  const first = await server.nth("POST", 1);
  const second = await server.nth("POST", 2);
  assert.equal(first.body.toString(), '{"action": "sendMessage",  "text": "é"}');
  assert.equal(first.headers["content-type"], "application/json");
  assert.equal(first.headers["stream-session"], "s3cret");
  assert.equal(first.headers.authorization, "Bearer t1");
  assert.match(first.headers["idempotency-key"], /^[0-9a-f]{32}$/);
  assert.equal(second.headers["content-type"], "text/plain;charset=UTF-8");
  assert.notEqual(second.headers["idempotency-key"], first.headers["idempotency-key"]);
});

test("bytes are sent as they were when send was called", async (t) => {
  const { server, socket } = await opened(t);
  const bytes = new Uint8Array([9, 0, 255, 128, 9]);
  socket.send(bytes.subarray(1, 4));
  socket.send(bytes.buffer);
  socket.send(new Blob([bytes]));
  bytes.fill(7);
  const bodies = [];
  for (const n of [1, 2, 3]) bodies.push([...(await server.nth("POST", n)).body]);
  assert.deepEqual(bodies, [[0, 255, 128], [9, 0, 255, 128, 9], [9, 0, 255, 128, 9]]);
  assert.equal(server.of("POST")[0].headers["content-type"], "application/octet-stream");
});

test("messages go in order, the next one when the last one is answered", async (t) => {
  const first = gate();
  const slow = async (request, response) => {
    await first.passed;
    response.writeHead(202).end();
  };
  const { server, socket } = await opened(t, [slow, answer(200, "{}")]);
  for (const text of ["one", "two!", "three"]) socket.send(text);
  await server.nth("POST", 1);
  assert.equal(socket.bufferedAmount, 12);
  assert.equal(server.of("POST").length, 1);
  first.open();
  await server.nth("POST", 3);
  assert.deepEqual(server.of("POST").map((request) => request.body.toString()), ["one", "two!", "three"]);
});

for (const status of [403, 500])
  test(`${status} with an error frame is received as a message`, async (t) => {
    const { socket, events } = await opened(t, [answer(status, frame("Forbidden"))]);
    socket.send("{}");
    const { data } = await next(socket, "message");
    assert.equal(data, frame("Forbidden"));
    assert.deepEqual(events.map((event) => event.type), ["message"]);
    assert.equal(socket.readyState, SseSocket.OPEN);
  });

test("an error frame that came with a status of the trying-again kind is a message all the same", async (t) => {
  const { server, socket } = await opened(t, [answer(502, frame("Internal server error"))]);
  socket.send("{}");
  await next(socket, "message");
  assert.equal(server.of("POST").length, 1);
});

test("any other refusal is an error, and the next message goes out", async (t) => {
  const { server, socket, events } = await opened(t, [answer(400, '{"message": "what?"}'), answer(202)]);
  socket.send("bad");
  socket.send("good");
  await server.nth("POST", 2);
  assert.deepEqual(events.map((event) => [event.type, event.message]), [["error", "the server answered 400 to a message"]]);
  assert.equal(socket.readyState, SseSocket.OPEN);
});

test("a message without an answer, to a busy server, or to one still at it, is sent again with the same key", async (t) => {
  const { server, socket, events } = await opened(t, [breakOff, answer(503), answer(409), answer(202)]);
  socket.send("one");
  socket.send("two");
  await server.nth("POST", 5);
  const posts = server.of("POST");
  assert.deepEqual(posts.map((request) => request.body.toString()), ["one", "one", "one", "one", "two"]);
  assert.equal(new Set(posts.slice(0, 4).map((request) => request.headers["idempotency-key"])).size, 1);
  assert.deepEqual(events, []);
});

test("a message that can't be sent ends the connection", async (t) => {
  const { socket, events } = await opened(t, [breakOff], { giveUpAfter: 50 });
  socket.send("one");
  assert.equal((await next(socket, "close")).code, 1006);
  assert.deepEqual(events.map((event) => event.type), ["error", "close"]);
});

for (const status of [401, 410])
  test(`${status} to a message: the connection is over`, async (t) => {
    const { server, socket } = await opened(t, [answer(status, '{"message": "gone"}')]);
    socket.send("one");
    socket.send("two");
    assert.equal((await next(socket, "close")).code, 1006);
    assert.equal(server.of("POST").length, 1);
  });

test("a message that is too large closes with 1009, as at API Gateway", async (t) => {
  const { server, socket } = await opened(t, [answer(413)]);
  socket.send("large");
  socket.send("next");
  assert.equal((await next(socket, "close")).code, 1009);
  assert.equal(JSON.parse(server.of("DELETE")[0].body).code, 1009);
  assert.equal(server.of("POST").length, 1);
});

test("with batch, texts that wait go together, and each arrives as it was", async (t) => {
  const first = gate();
  const slow = async (request, response) => {
    await first.passed;
    response.writeHead(202).end();
  };
  const { server, socket } = await opened(t, [slow, answer(202)], { batch: true });
  const texts = ["no JSON", '{"a": 1}', "two\r\nlines", "\ud83d\ude00 \ud83d half", ""];
  socket.send("first");
  for (const text of texts) socket.send(text);
  socket.send(new Uint8Array([1]));
  socket.send("last");
  assert.ok(socket.bufferedAmount > 0);
  first.open();
  await server.nth("POST", 4);
  const [, batch, bytes, last] = server.of("POST");
  assert.equal(batch.headers["content-type"], "application/x-ndjson;lines=strings");
  const lines = batch.body.toString().split("\n");
  assert.equal(lines.pop(), "");
  assert.deepEqual(lines.map((line) => JSON.parse(line)), texts.with(3, "\ud83d\ude00 \ufffd half"));
  assert.deepEqual([...bytes.body], [1]);
  assert.equal(last.body.toString(), "last");
  const keys = server.of("POST").map((request) => request.headers["idempotency-key"]);
  assert.equal(new Set(keys).size, 4);
});

test("a batch is bounded in number and in size", async (t) => {
  const first = gate();
  const slow = async (request, response) => {
    await first.passed;
    response.writeHead(202).end();
  };
  const { server, socket } = await opened(t, [slow, answer(202)], { batch: true });
  socket.send("first");
  for (let n = 0; n < 40; n++) socket.send(`${n}`);
  const large = "x".repeat(30000);
  socket.send(large);
  socket.send(large);
  first.open();
  await server.nth("POST", 4);
  const counts = server.of("POST").map(({ headers, body }) => headers["content-type"].includes("ndjson") ? body.toString().split("\n").length - 1 : 1);
  assert.deepEqual(counts, [1, 32, 9, 1]);
});

test("a batch that gets no answer is sent again whole, with the same key", async (t) => {
  const { server, socket } = await opened(t, [answer(202), breakOff, answer(202)], { batch: true });
  for (const text of ["a", "b", "c"]) socket.send(text);
  await server.nth("POST", 3);
  const [, before, again] = server.of("POST");
  assert.equal(again.body.toString(), before.body.toString());
  assert.equal(again.headers["idempotency-key"], before.headers["idempotency-key"]);
});

test("Retry-After of a busy server is waited for before a message is sent again", async (t) => {
  const { server, socket } = await opened(t, [answer(429, "", { "Retry-After": "7" }), answer(202)]);
  const waits = waitsOf(t, 100);
  socket.send("one");
  await server.nth("POST", 2);
  assert.ok(waits().some((wait) => wait >= 7000 && wait <= 14000), `${waits()}`);
});

test("a socket that has sent a lot listens for no request that is over", async (t) => {
  const signals = [];
  const real = AbortController;
  globalThis.AbortController = class extends real {
    constructor() {
      super();
      signals.push(this.signal);
    }
  };
  t.after(() => (globalThis.AbortController = real));
  const { server, socket } = await opened(t, [answer(202)]);
  for (let n = 1; n <= 200; n++) {
    socket.send("x");
    await server.nth("POST", n);
  }
  while (socket.bufferedAmount) await new Promise((resolve) => setImmediate(resolve));
  const [ofTheConnection] = signals; // the others end with their requests
  assert.ok(signals.length > 200);
  assert.equal(getEventListeners(ofTheConnection, "abort").length, 1); // that of the stream that is open
});
