import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";

import { LIBRARY } from "./support/server.mjs";

test("as a classic script the library is one global name", async () => {
  assert.equal(typeof globalThis.SseSocket, "function");
});

test("with one more line the library is a module that leaves the global scope alone", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "module-"));
  t.after(() => rm(folder, { recursive: true }));
  const twin = join(folder, "sse-socket.mjs");
  await writeFile(twin, (await readFile(LIBRARY, "utf8")) + "\nexport { SseSocket };\n");
  const { SseSocket } = await import(pathToFileURL(twin));
  assert.equal(SseSocket.OPEN, 1);
  assert.notEqual(SseSocket, globalThis.SseSocket);
});

test("the library can stand inside a page and inside a template", async () => {
  const text = await readFile(LIBRARY, "utf8");
  for (const mark of ["</script", "<!--", "{{", "{%", "{#"]) assert.ok(!text.includes(mark), mark);
});
