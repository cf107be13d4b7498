// Reads with SseSocket until a message says "the end"; then prints all of them, and how it was closed.

import { readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";

const library = new URL("../../templates/client/sse-socket.js", import.meta.url);
const SseSocket = runInThisContext(`${readFileSync(library, "utf8")}; SseSocket`, { filename: "sse-socket.js" });

const socket = new SseSocket(process.argv[2]);
const messages = [];
const gaps = [];
socket.addEventListener("gap", ({ detail }) => gaps.push(detail));
socket.onmessage = ({ data }) => {
  messages.push(data);
  if (data === "the end") socket.close(1000, "done");
};
socket.onclose = ({ code, reason }) =>
  process.stdout.write(JSON.stringify({ messages, gaps, code, reason }), () => process.exit());
