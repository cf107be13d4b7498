// Compiles, and so keeps its promises; each `@ts-expect-error` is a promise that the next line does not compile.

import PartySocket from "partysocket";
import ReconnectingPartySocket from "partysocket/ws";
import ReconnectingWebSocket from "reconnecting-websocket";

import useWebSocket, { ReadyState } from "../../../templates/client/use-sse-socket.js";
import { SseSocket, type SseSocketOptions } from "../../../templates/client/sse-socket.js";

// @ts-expect-error an option that there is not
new SseSocket("wss://example.org/", [], { token: "t1" });
// @ts-expect-error options are the third argument
new SseSocket("wss://example.org/", { headers: {} });
// @ts-expect-error there is no socket without an address
new SseSocket();
// @ts-expect-error a number is no message
new SseSocket("wss://example.org/").send(1);
// @ts-expect-error the state is read only
new SseSocket("wss://example.org/").readyState = 1;
// @ts-expect-error there is no such kind of bytes
new SseSocket("wss://example.org/").binaryType = "buffer";

const socket = new SseSocket(new URL("wss://example.org/"), ["v1"]);
const asWebSocket: WebSocket = socket;
const asClass: typeof WebSocket = SseSocket;
const state: number = asClass.OPEN + asWebSocket.readyState + socket.bufferedAmount;
const open: 1 = SseSocket.OPEN;

socket.onmessage = (event: MessageEvent<string>) => event.data.length;
socket.onclose = ({ code, reason, wasClean }) => [code.toFixed(), reason.length, wasClean === true];
socket.addEventListener("message", ({ data, lastEventId, origin }) => [data, lastEventId.length, origin.length]);
socket.addEventListener("gap", ({ detail }) => detail.to - detail.from);
socket.send(new Uint8Array(2));
socket.send(new Blob([]));
socket.close(4000, "bye");

const fresh: SseSocketOptions = { headers: async () => ({ Authorization: "Bearer t1" }), pauseWhenHidden: 30_000 };

class Authorized extends SseSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols, fresh);
  }
}

new ReconnectingWebSocket("wss://example.org/", [], { WebSocket: Authorized });
new ReconnectingPartySocket("wss://example.org/", [], { WebSocket: SseSocket });
new PartySocket({ host: "example.org", room: "42", WebSocket: Authorized });
globalThis.WebSocket = SseSocket;

const { sendMessage, sendJsonMessage, lastJsonMessage, readyState } = useWebSocket<{ text: string } | null>(
  async () => "wss://example.org/",
  { shouldReconnect: ({ code }) => code !== 1000, reconnectAttempts: 3, socketOptions: { tokenParameter: "token" } },
  true,
);
sendMessage("hello");
sendJsonMessage({ action: "say" });
// @ts-expect-error an option that the hook has not
useWebSocket(null, { share: true });
const said: string = readyState === ReadyState.OPEN && lastJsonMessage ? lastJsonMessage.text : "";

export { open, said, state };
