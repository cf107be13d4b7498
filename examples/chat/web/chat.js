// The chat's connection: opened with a token, kept alive with pings, opened again when it is lost.

import { showIdentity, showMessage, showStatus } from "./view.js";

const PING_EVERY_MS = 5 * 60 * 1000; // API Gateway closes a connection that is silent for ten minutes
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30 * 1000;

const page = new URLSearchParams(location.search);
const connectionForm = document.querySelector("#connection");
const addressField = document.querySelector("#address");
const tokenField = document.querySelector("#token");
const messageForm = document.querySelector("#message");
const textField = document.querySelector("#text");

let socket = null;
let retryMs = FIRST_RETRY_MS;
let retryTimer;
let pingTimer;

function connect(address, token) {
  showStatus("connecting");
  socket = new WebSocket(`${address}?token=${encodeURIComponent(token)}`);

  socket.onopen = () => {
    retryMs = FIRST_RETRY_MS;
    pingTimer = setInterval(() => send({ type: "ping", echo: Date.now() }), PING_EVERY_MS);
    showStatus("open");
  };

  socket.onmessage = (event) => showMessage(JSON.parse(event.data));

  socket.onclose = () => {
    clearInterval(pingTimer);
    showStatus("closed");
    retryTimer = setTimeout(() => connect(address, token), retryMs);
    retryMs = Math.min(2 * retryMs, LONGEST_RETRY_MS);
  };
}

function disconnect() {
  clearTimeout(retryTimer);
  clearInterval(pingTimer);
  if (socket) {
    socket.onclose = null; // this close is meant, so nothing is to be opened again
    socket.close();
  }
}

function send(message) {
  socket.send(JSON.stringify(message));
}

function start() {
  disconnect();
  retryMs = FIRST_RETRY_MS;
  showIdentity(tokenField.value);
  connect(addressField.value, tokenField.value);
}

connectionForm.addEventListener("submit", (event) => {
  event.preventDefault();
  start();
});

messageForm.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!textField.value.trim()) return;
  send({ type: "chat", text: textField.value });
  textField.value = "";
});

addressField.value = page.get("address") ?? "";
tokenField.value = page.get("token") ?? "";
if (addressField.value && tokenField.value) {
  connectionForm.hidden = true;
  start();
}
