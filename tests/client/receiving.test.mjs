import assert from "node:assert/strict";
import test from "node:test";

import { CLOSE, OPEN, connect, next, serve, stream } from "./support/server.mjs";

const message = (seq, ...lines) => [`id: e1-${seq}`, ...lines.map((line) => `data: ${line}`), "", ""].join("\n");

/** Everything that is received on one stream that ends with the server's close. */
async function received(t, text, { size = 0, setUp = () => {} } = {}) {
  const server = await serve(t, { GET: [stream(Buffer.from(text))] });
  if (size) inPiecesOf(t, size);
  const { socket, events } = connect(t, server.address);
  setUp(socket);
  await next(socket, "close");
  return events.filter((event) => event.type === "message");
}

/** Hands the bytes of every answer to its reader in pieces of this size, whatever the network did with them. */
function inPiecesOf(t, size) {
  const real = globalThis.fetch;
  t.after(() => (globalThis.fetch = real));
  globalThis.fetch = async (...request) => {
    const response = await real(...request);
    if (!response.body) return response;
    const pieces = new TransformStream({
      transform(chunk, controller) {
        for (let at = 0; at < chunk.length; at += size) controller.enqueue(chunk.slice(at, at + size));
      },
    });
    return new Response(response.body.pipeThrough(pieces), response);
  };
}

const TEXTS = ["plain", "two\nlines", "\n", "", " leading space", "caf\u00e9 \u{1F600}", "a\u2028b\u2029c\u0085d\u000be", "a: b"];

for (const [name, end] of [["LF", "\n"], ["CRLF", "\r\n"], ["CR", "\r"]])
  for (const size of [0, 1, 2, 3])
    test(`text arrives byte for byte: ${name}, ${size ? `in pieces of ${size}` : "whole"}`, async (t) => {
      const events = TEXTS.map((text, at) => message(at + 1, ...text.split("\n")));
      const wire = ("\ufeff" + OPEN + events.join("") + CLOSE).replaceAll("\n", end);
      const got = await received(t, wire, { size });
      assert.deepEqual(got.map((event) => event.data), TEXTS);
    });

test("comments, unknown events, unknown fields and events without data are no messages", async (t) => {
  const wire = OPEN + ": heartbeat\n\nevent: weather\ndata: rain\n\nfoo: bar\n\nid: e1-5\n\n" + message(6, "x") + CLOSE;
  const got = await received(t, wire);
  assert.deepEqual(got.map((event) => event.data), ["x"]);
});

test("only one space after the colon is taken away, and a field may have no colon", async (t) => {
  const got = await received(t, OPEN + "data:a\ndata:  b\ndata\n\n" + CLOSE);
  assert.deepEqual(got.map((event) => event.data), ["a\n b\n"]);
});

test("a message says its id and its origin", async (t) => {
  const [got] = await received(t, OPEN + message(1, "x") + CLOSE);
  assert.ok(got instanceof MessageEvent);
  assert.equal(got.lastEventId, "e1-1");
  assert.match(got.origin, /^ws:\/\/127\.0\.0\.1:\d+$/);
});

test("text with a carriage return comes escaped and is given as it was", async (t) => {
  const [got] = await received(t, OPEN + 'id: e1-1\nevent: escaped\ndata: "a\\rb\\r\\nc"\n\n' + CLOSE);
  assert.equal(got.data, "a\rb\r\nc");
});

test("bytes are given as a Blob", async (t) => {
  const [got] = await received(t, OPEN + "id: e1-1\nevent: binary\ndata: AP/+gA==\n\n" + CLOSE);
  assert.ok(got.data instanceof Blob);
  assert.deepEqual([...new Uint8Array(await got.data.arrayBuffer())], [0, 255, 254, 128]);
});

test("bytes are given as an ArrayBuffer if the socket's binaryType says so", async (t) => {
  const setUp = (socket) => (socket.binaryType = "arraybuffer");
  const [got] = await received(t, OPEN + "id: e1-1\nevent: binary\ndata: AP/+gA==\n\n" + CLOSE, { setUp });
  assert.deepEqual([...new Uint8Array(got.data)], [0, 255, 254, 128]);
});

test("a repeat is dropped by its id", async (t) => {
  const wire = OPEN + message(1, "a") + message(2, "b") + message(1, "a") + message(2, "b") + message(3, "c") + CLOSE;
  const got = await received(t, wire);
  assert.deepEqual(got.map((event) => event.data), ["a", "b", "c"]);
});

test("another epoch starts counting again", async (t) => {
  const got = await received(t, OPEN + message(7, "a") + "id: e2-1\ndata: b\n\n" + CLOSE);
  assert.deepEqual(got.map((event) => event.data), ["a", "b"]);
});

test("an id with NUL is passed over", async (t) => {
  const got = await received(t, OPEN + "id: e1-1\ndata: a\n\nid: e1-\0 9\ndata: b\n\n" + message(2, "c") + CLOSE);
  assert.deepEqual(got.map((event) => [event.data, event.lastEventId]), [["a", "e1-1"], ["b", "e1-1"], ["c", "e1-2"]]);
});

test("an id stays until another comes, and an empty one resets it", async (t) => {
  const got = await received(t, OPEN + message(1, "a") + "data: b\n\nid\ndata: c\n\ndata: d\n\n" + CLOSE);
  assert.deepEqual(got.map((event) => event.lastEventId), ["e1-1", "e1-1", "", ""]);
});

test("the last of several ids and types counts", async (t) => {
  const got = await received(t, OPEN + 'id: e1-1\nid: e1-2\nevent: binary\nevent: escaped\ndata: "x"\n\n' + CLOSE);
  assert.deepEqual(got.map((event) => [event.data, event.lastEventId]), [["x", "e1-2"]]);
});

test("an empty type is a message, and fields are told apart by their case", async (t) => {
  const got = await received(t, OPEN + "event: binary\nevent\ndata: a\n\nDATA: no\n data: no\ndata: b\n\n" + CLOSE);
  assert.deepEqual(got.map((event) => event.data), ["a", "b"]);
});

test("an event that is not ended by an empty line is none", async (t) => {
  const server = await serve(t, { GET: [stream(OPEN + message(1, "a") + "data: unfinished\n", "end"), stream(CLOSE)] });
  const { socket, events } = connect(t, server.address);
  await next(socket, "close");
  assert.deepEqual(events.map((event) => event.data ?? event.type), ["open", "a", "close"]);
});

test("bytes that are no UTF-8 are replaced, and a byte order mark counts only at the start", async (t) => {
  const bytes = Buffer.concat([Buffer.from("\ufeff" + OPEN + "data: "), Buffer.from([0xff, 0xc3]), Buffer.from("\n\ndata: \ufeffx\n\n\ufeffdata: no\n\n" + CLOSE)]);
  const got = await received(t, bytes);
  assert.deepEqual(got.map((event) => event.data), ["\ufffd\ufffd", "\ufeffx"]);
});

for (const [name, wire] of [
  ["a line", "data: " + "x".repeat(4 * 1024 * 1024)],
  ["the lines of an event", ("data: " + "x".repeat(65536) + "\n").repeat(65)],
  ["a comment", ": " + "x".repeat(4 * 1024 * 1024)],
])
  test(`${name} of more than 4 MiB ends the connection with 1009`, async (t) => {
    const server = await serve(t, { GET: [stream([OPEN, wire])] });
    const { socket, events } = connect(t, server.address);
    assert.equal((await next(socket, "close")).code, 1009);
    assert.deepEqual(events.map((event) => event.type), ["open", "error", "close"]);
    assert.equal(JSON.parse(server.of("DELETE")[0].body).code, 1009);
  });

test("a long message arrives, also in small pieces", async (t) => {
  const text = "0123456789abcde\u00e9".repeat(20000);
  const [got] = await received(t, OPEN + message(1, text) + CLOSE, { size: 1000 });
  assert.ok(got.data === text);
});

for (const [name, event] of [
  ["escaped text that is no JSON", "event: escaped\ndata: {\n\n"],
  ["bytes that are no base64", "event: binary\ndata: ?\n\n"],
  ["a close that is no JSON", "event: close\ndata: -\n\n"],
])
  test(`${name} ends the connection with 1007, and not in silence`, async (t) => {
    const server = await serve(t, { GET: [stream(OPEN + "id: e1-1\n" + event)] });
    const { socket, events } = connect(t, server.address);
    assert.equal((await next(socket, "close")).code, 1007);
    assert.deepEqual(events.map((event) => event.type), ["open", "error", "close"]);
    assert.equal(server.of("GET").length, 1);
  });
