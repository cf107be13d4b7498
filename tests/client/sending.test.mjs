import assert from "node:assert/strict";
import test from "node:test";

import { EventStreamSocket, answer, breakOff, connect, frame, gate, next, serve } from "./support/server.mjs";

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
  const { server, socket } = await opened(t, undefined, { token: "t1" });
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
    assert.equal(socket.readyState, EventStreamSocket.OPEN);
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
  assert.equal(socket.readyState, EventStreamSocket.OPEN);
});

test("a message without an answer, or to a busy server, is sent again with the same key", async (t) => {
  const { server, socket, events } = await opened(t, [breakOff, answer(503), answer(202)]);
  socket.send("one");
  socket.send("two");
  await server.nth("POST", 4);
  const posts = server.of("POST");
  assert.deepEqual(posts.map((request) => request.body.toString()), ["one", "one", "one", "two"]);
  assert.equal(new Set(posts.slice(0, 3).map((request) => request.headers["idempotency-key"])).size, 1);
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
