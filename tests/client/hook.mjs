// The hook that takes the place of react-use-websocket, against the shim at SHIM. A proxy cuts what it opens.
// test_libraries.py runs this file.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const SHIM = process.env.SHIM;
const COUNT = 40;
const NUMBERS = Array.from({ length: COUNT }, (_, n) => `${n}`);

/** The hook as a migrated page has it: beside the library as a module, with packages that a folder above has. */
async function migratedHook(t) {
  const folder = await mkdtemp(fileURLToPath(new URL("./node_modules/.hook-", import.meta.url)));
  t.after(() => rm(folder, { recursive: true }));
  const text = async (name) => readFile(new URL(`../../templates/client/${name}`, import.meta.url), "utf8");
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(join(folder, "sse-socket.js"), (await text("sse-socket.js")) + "\nexport { SseSocket };\n");
  await writeFile(join(folder, "use-sse-socket.js"), await text("use-sse-socket.js"));
  return import(pathToFileURL(join(folder, "use-sse-socket.js")));
}

test("the hook over SseSocket does what react-use-websocket does", async (t) => {
  globalThis.window = {}; // react-dom asks it for the event of the moment
  t.mock.method(console, "error", () => {}); // react-test-renderer says that it is old
  const { createElement, useEffect } = require("react");
  const { create } = require("react-test-renderer");
  const { default: useWebSocket, ReadyState } = await migratedHook(t);
  assert.equal(ReadyState[ReadyState.OPEN], "OPEN");

  const [states, got, rendered, opened, closes] = [[], [], [], [], []];
  let hook;
  let appeared;
  let finished;
  let reopened;
  const mounted = new Promise((resolve) => (appeared = resolve));
  const done = new Promise((resolve) => (finished = resolve));
  const again = new Promise((resolve) => (reopened = resolve));
  const address = async () => SHIM; // one function for all renderings: another one would be another address
  const options = {
    onOpen: () => opened.push(hook.getWebSocket()) === 2 && reopened(),
    onMessage: ({ data }) => got.push(data) > COUNT && setTimeout(finished, 100), // it is rendered by then
    onClose: ({ code }) => closes.push(code),
    filter: ({ data }) => data !== "skipped",
    shouldReconnect: () => true,
    reconnectInterval: 1,
    reconnectAttempts: 3,
  };
  function Chat({ connect }) {
    hook = useWebSocket(address, options, connect);
    const { lastMessage, lastJsonMessage, readyState } = hook;
    useEffect(() => appeared(), []);
    if (states.at(-1) !== readyState) states.push(readyState);
    useEffect(() => {
      if (lastMessage) rendered.push([lastMessage.data, lastJsonMessage]);
    }, [lastMessage]);
    return null;
  }
  const page = create(createElement(Chat, { connect: true }));
  await mounted;
  hook.sendMessage("skipped");
  for (const number of NUMBERS) hook.sendMessage(number); // before it is open: the hook keeps them
  await done;
  assert.deepEqual([...got].sort(), ["skipped", ...NUMBERS].sort(), "functions run side by side");
  const last = got.filter((text) => text !== "skipped").at(-1);
  assert.deepEqual(rendered.at(-1), [last, Number(last)]);
  assert.ok(!rendered.flat().includes("skipped"));
  assert.deepEqual(states.slice(-2), [ReadyState.CONNECTING, ReadyState.OPEN]);
  assert.deepEqual(closes, [], "streams were cut, and the hook noticed none of it");

  hook.sendJsonMessage({ action: "drop" });
  await again;
  assert.equal(closes.length, 1);
  const closed = new Promise((resolve) => opened[1].addEventListener("close", resolve));
  page.unmount();
  await closed;
  assert.equal(opened.length, 2);
});
