// Libraries that make their sockets themselves, over SseSocket, against the shim at SHIM. A proxy cuts what they open.
// test_libraries.py runs this file.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import test from "node:test";

import { SseSocket } from "./support/server.mjs";

const require = createRequire(import.meta.url);
const SHIM = process.env.SHIM;
const COUNT = 100;

class Socket extends SseSocket {
  static made = [];

  constructor(url, protocols) {
    super(url, protocols, { headers: async () => ({ "X-Fresh": `${Socket.made.length}` }) });
    Socket.made.push(this);
  }
}

const once = (target, type) =>
  new Promise((resolve) => {
    const listener = (event) => {
      target.removeEventListener(type, listener);
      resolve(event);
    };
    target.addEventListener(type, listener);
  });

/** Sends numbers, each when the one before has come back, and returns what came back. */
async function echoes(socket, count = COUNT) {
  const got = [];
  await new Promise((resolve) => {
    const listener = ({ data }) => {
      got.push(data);
      if (got.length < count) return socket.send(`${got.length}`);
      socket.removeEventListener("message", listener);
      resolve();
    };
    socket.addEventListener("message", listener);
    socket.send("0");
  });
  return got;
}

const NUMBERS = Array.from({ length: COUNT }, (_, n) => `${n}`);

async function keepsItsPromises(Library, options) {
  Socket.made = [];
  const socket = new Library(SHIM, ["v1", "v2"], { WebSocket: Socket, ...options });
  const closes = [];
  socket.addEventListener("close", ({ code, reason }) => closes.push([code, reason]));
  socket.binaryType = "arraybuffer";
  socket.send("-1"); // before it is open: the library keeps it
  assert.equal((await once(socket, "message")).data, "-1");
  assert.equal(socket.protocol, "v2");
  assert.equal(socket.readyState, Library.OPEN);
  assert.equal(Socket.made[0].binaryType, "arraybuffer");
  assert.deepEqual(await echoes(socket), NUMBERS);
  assert.equal(Socket.made.length, 1, "streams were cut, and no socket was closed for that");
  assert.deepEqual(closes, []);

  const opened = once(socket, "open");
  socket.reconnect(4000, "again");
  await opened;
  assert.equal(Socket.made.length, 2);
  assert.equal((await echoes(socket, 1))[0], "0");

  const closed = once(Socket.made[1], "close");
  socket.close(1000, "bye");
  const { code, reason, wasClean } = await closed;
  assert.deepEqual({ code, reason, wasClean }, { code: 1000, reason: "bye", wasClean: true });
  await Promise.all(Socket.made.map((one) => one.readyState === Socket.CLOSED || once(one, "close")));
}

const PROMPT = { minReconnectionDelay: 1, maxReconnectionDelay: 5, connectionTimeout: 20000 };

test("reconnecting-websocket", () => keepsItsPromises(require("reconnecting-websocket"), PROMPT));

test("partysocket/ws", async () => keepsItsPromises((await import("partysocket/ws")).default, PROMPT));

test("a library opens another when the server has closed the one that it had", async () => {
  Socket.made = [];
  const Library = require("reconnecting-websocket");
  const socket = new Library(SHIM, [], { WebSocket: Socket, ...PROMPT });
  await once(socket, "open");
  const opened = once(socket, "open");
  socket.send('{"action": "drop"}');
  await opened;
  assert.equal(Socket.made.length, 2);
  socket.close();
});

test("react-use-websocket, with SseSocket as the global WebSocket", async (t) => {
  const native = globalThis.WebSocket;
  globalThis.WebSocket = Socket;
  globalThis.window = {}; // react-dom asks it for the event of the moment
  t.mock.method(console, "error", () => {}); // react-test-renderer says that it is old
  t.after(() => (globalThis.WebSocket = native));
  Socket.made = [];
  const { createElement, useEffect } = require("react");
  const { create } = require("react-test-renderer");
  const { default: useWebSocket, ReadyState } = require("react-use-websocket");

  const states = [];
  const got = [];
  const closes = [];
  let send;
  let appeared;
  let finished;
  const mounted = new Promise((resolve) => (appeared = resolve));
  const done = new Promise((resolve) => (finished = resolve));
  function Chat() {
    const { sendMessage, readyState, getWebSocket } = useWebSocket(SHIM, {
      onMessage: ({ data }) => {
        got.push(data);
        if (got.length === COUNT) finished();
        else sendMessage(`${got.length}`);
      },
      onClose: ({ code }) => closes.push(code),
    });
    send = sendMessage;
    useEffect(() => appeared(), []);
    if (states.at(-1) !== readyState) states.push(readyState);
    return createElement("p", null, getWebSocket() ? getWebSocket().url : "");
  }
  const page = create(createElement(Chat));
  await mounted;
  send("0"); // before it is open: the hook keeps it
  await done;
  assert.deepEqual(got, NUMBERS);
  assert.deepEqual(states, [ReadyState.UNINSTANTIATED, ReadyState.CONNECTING, ReadyState.OPEN].slice(-states.length));
  assert.equal(page.toJSON().children[0], SHIM);
  const closed = once(Socket.made[0], "close");
  page.unmount();
  await closed;
  assert.equal(Socket.made.length, 1);
});
