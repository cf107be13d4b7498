import assert from "node:assert/strict";
import test from "node:test";
import { inspect } from "node:util";

import { CLOSE, SseSocket, OPEN, alwaysBackOnline, answer, breakOff, connect, next, serve, stream } from "./support/server.mjs";

test("what is no address of a socket is refused at once, as by a WebSocket", () => {
  for (const address of ["ftp://example.org/", "wss://", "wss://example.org/#top", "/relative"])
    assert.throws(() => new SseSocket(address), { name: "SyntaxError" }, address);
});

test("what is no subprotocol is refused at once, as by a WebSocket", () => {
  for (const protocols of ["", "two words", "a,b", ["a", "a"], ["a\r\nX-Evil: 1"], ["caf\u00e9"]])
    assert.throws(() => new SseSocket("ws://127.0.0.1/", protocols), { name: "SyntaxError" }, String(protocols));
});

test("an option that there is not is refused, with its name", () => {
  assert.throws(() => new SseSocket("ws://127.0.0.1/", [], { token: "t1" }), /SseSocket has no option "token"/);
});

test("the interface of a WebSocket", async (t) => {
  const server = await serve(t);
  const { socket } = connect(t, server.address);
  assert.ok(socket instanceof EventTarget);
  assert.deepEqual([socket.CONNECTING, socket.OPEN, socket.CLOSING, socket.CLOSED], [0, 1, 2, 3]);
  const { CONNECTING, OPEN, CLOSING, CLOSED } = SseSocket;
  assert.deepEqual([CONNECTING, OPEN, CLOSING, CLOSED], [0, 1, 2, 3]);
  assert.deepEqual([socket.protocol, socket.extensions, socket.binaryType, socket.bufferedAmount], ["", "", "blob", 0]);
  assert.equal(socket.readyState, CONNECTING);
  assert.equal(socket.url, server.address);
  assert.equal(socket.onopen, null);
  await next(socket, "open");
  assert.equal(socket.readyState, OPEN);
});

test("handlers are called with the socket as this, can be changed, and can be taken away", async (t) => {
  const server = await serve(t, { GET: [stream(OPEN + "id: e1-1\ndata: a\n\nid: e1-2\ndata: b\n\nid: e1-3\ndata: c\n\n" + CLOSE)] });
  const { socket } = connect(t, server.address);
  const calls = [];
  socket.onmessage = function (event) {
    calls.push(["first", this === socket, event.data]);
    socket.onmessage = (later) => {
      calls.push(["second", later.data]);
      socket.onmessage = null;
    };
  };
  await next(socket, "close");
  assert.deepEqual(calls, [["first", true, "a"], ["second", "b"]]);
});

test("the session is not a property of the socket", async (t) => {
  const server = await serve(t);
  const { socket } = connect(t, server.address);
  await next(socket, "open");
  assert.ok(!inspect(socket, { depth: 9, showHidden: true, getters: true }).includes("s3cret"));
});

test("the query string goes along, byte for byte, and no token header without a token", async (t) => {
  const server = await serve(t);
  connect(t, `${server.address}?room=a%20b&token=t1`);
  const { url, headers } = await server.nth("GET", 1);
  assert.equal(url, "/stream?room=a%20b&token=t1");
  assert.equal(headers.accept, "text/event-stream");
  assert.ok(!("authorization" in headers) && !("stream-session" in headers));
});

test("the token is taken out of the address and sent in the header", async (t) => {
  const server = await serve(t);
  const { socket } = connect(t, `${server.address}?room=1&token=t%2B1`, { tokenParameter: "token" });
  const { url, headers } = await server.nth("GET", 1);
  assert.equal(url, "/stream?room=1");
  assert.equal(headers.authorization, "Bearer t+1");
  assert.ok(!socket.url.includes("token"));
});

test("another header, and a token without a scheme", async (t) => {
  const server = await serve(t);
  const options = { tokenParameter: "jwt", tokenHeader: "X-Auth", tokenScheme: "" };
  connect(t, `${server.address}?jwt=t1`, options);
  const { headers } = await server.nth("GET", 1);
  assert.equal(headers["x-auth"], "t1");
});

test("headers are sent with every request, and asked for each time when they are a function", async (t) => {
  const server = await serve(t);
  let calls = 0;
  const headers = async () => ({ Authorization: `Bearer t${++calls}`, "Stream-Session": "forged" });
  const { socket } = connect(t, server.address, { headers });
  await next(socket, "open");
  socket.send("one");
  await server.nth("POST", 1);
  socket.close();
  await next(socket, "close");
  const sent = ["GET", "POST", "DELETE"].map((method) => server.of(method)[0].headers);
  assert.deepEqual(sent.map((one) => one.authorization), ["Bearer t1", "Bearer t2", "Bearer t3"]);
  assert.deepEqual(sent.slice(1).map((one) => one["stream-session"]), ["s3cret", "s3cret"]);
});

test("subprotocols are offered on opening, and the chosen one is the socket's", async (t) => {
  const chosen = OPEN.replace('"s3cret"', '"s3cret", "protocol": "v2"');
  const server = await serve(t, { GET: [stream(chosen, "end"), stream("")] });
  const { socket } = connect(t, server.address, {}, ["v1", "v2"]);
  await next(socket, "open");
  assert.equal(socket.protocol, "v2");
  await server.nth("GET", 2);
  assert.deepEqual(server.of("GET").map((request) => request.headers["stream-protocol"]), ["v1, v2", undefined]);
});

for (const [name, asked, opened] of [
  ["none of those", ["v1"], OPEN],
  ["another than those", ["v1"], OPEN.replace('"s3cret"', '"s3cret", "protocol": "v9"')],
  ["one where none was", [], OPEN.replace('"s3cret"', '"s3cret", "protocol": "v9"')],
])
  test(`a server that chooses ${name} that were asked for ends the connection, as a browser does`, async (t) => {
    const server = await serve(t, { GET: [stream(opened)] });
    const { socket, events } = connect(t, server.address, {}, asked);
    assert.equal((await next(socket, "close")).code, 1006);
    assert.deepEqual(events.map((event) => event.type), ["error", "close"]);
    assert.equal((await server.nth("DELETE", 1)).headers["stream-session"], "s3cret");
  });

for (const status of [401, 403])
  test(`a refusal with ${status} gives error, then close with 1008 and the server's words`, async (t) => {
    const server = await serve(t, { GET: [answer(status, '{"message": "Go away"}')] });
    const { socket, events } = connect(t, server.address);
    const { code, reason, wasClean } = await next(socket, "close");
    assert.deepEqual({ code, reason, wasClean }, { code: 1008, reason: `${status} Go away`, wasClean: false });
    assert.deepEqual(events.map((event) => event.type), ["error", "close"]);
    assert.equal(socket.readyState, SseSocket.CLOSED);
    assert.equal(server.of("GET").length, 1);
  });

test("a reason that is too long for a close is cut", async (t) => {
  const server = await serve(t, { GET: [answer(403, JSON.stringify({ message: "é".repeat(200) }))] });
  const { socket } = connect(t, server.address);
  const { reason } = await next(socket, "close");
  assert.ok(new TextEncoder().encode(reason).length <= 123);
  assert.match(reason, /^403 é+\.\.\.$/);
});

for (const [name, given] of [
  ["500", answer(500, '{"message": "Internal server error"}')],
  ["502", answer(502)],
  ["404", answer(404, "<html>", { "Content-Type": "text/html" })],
  ["200 without a stream", answer(200, "<html>", { "Content-Type": "text/html" })],
])
  test(`${name} on opening gives error, then close with 1006, and is not tried again`, async (t) => {
    const server = await serve(t, { GET: [given] });
    const { socket, events } = connect(t, server.address);
    assert.equal((await next(socket, "close")).code, 1006);
    assert.deepEqual(events.map((event) => event.type), ["error", "close"]);
    assert.equal(server.of("GET").length, 1);
  });

test("a server that is busy or breaks off is asked again, and the socket opens once", async (t) => {
  alwaysBackOnline(t);
  const server = await serve(t, { GET: [answer(503), breakOff, stream(OPEN)] });
  const { socket, events } = connect(t, server.address);
  await next(socket, "open");
  assert.equal(server.of("GET").length, 3);
  assert.deepEqual(events.map((event) => event.type), ["open"]);
});

test("a server that can't be reached is given up after openTimeout", async (t) => {
  const server = await serve(t, { GET: [breakOff] });
  const { socket, events } = connect(t, server.address, { openTimeout: 0 });
  assert.equal((await next(socket, "close")).code, 1006);
  assert.deepEqual(events.map((event) => event.type), ["error", "close"]);
});
