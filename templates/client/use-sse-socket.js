/*!
 * useWebSocket over SseSocket: the hook of react-use-websocket 4, without the package. ES2020, needs react and react-dom.
 *
 *   const { sendJsonMessage, lastJsonMessage, readyState } = useWebSocket("wss://api.example.org/stream", {
 *     socketOptions: { tokenParameter: "token" },
 *   });
 *
 * What differs from react-use-websocket:
 *  1. A lost stream is resumed by SseSocket; onClose and shouldReconnect are asked only when the connection is over.
 *  2. The options heartbeat and skipAssert do nothing: the server keeps the stream alive, and silence is noticed.
 *  3. There are no share, protocols, fromSocketIO and eventSourceOptions.
 *  4. The option socketOptions goes to SseSocket.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { SseSocket } from "./sse-socket.js";

const STATES = { UNINSTANTIATED: -1, CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };
const NAMES = Object.entries(STATES).map(([name, value]) => [value, name]);

/** Numbers by name, and names by number, as an enum of TypeScript. */
export const ReadyState = Object.freeze({ ...STATES, ...Object.fromEntries(NAMES) });

const MOST_ATTEMPTS = 20;
const PAUSE = 5000; // milliseconds
const UNPARSABLE = Object.freeze({});

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return UNPARSABLE;
  }
}

async function addressOf(url, queryParams) {
  const address = typeof url === "function" ? await url() : url;
  if (!queryParams) return address;
  const query = new URLSearchParams(Object.entries(queryParams).map(([name, value]) => [name, String(value)]));
  return `${address}${address.includes("?") ? "&" : "?"}${query}`;
}

export function useWebSocket(url, options = {}, connect = true) {
  const isWanted = url !== null && connect === true;
  const [lastMessage, setLastMessage] = useState(null);
  const [readyState, setReadyState] = useState(isWanted ? STATES.CONNECTING : STATES.UNINSTANTIATED);
  const socket = useRef(null);
  const waiting = useRef([]);
  const latest = useRef(options);
  latest.current = options;
  const query = options.queryParams ? JSON.stringify(options.queryParams) : null;

  const sendMessage = useCallback((message, keep = true) => {
    if (socket.current && socket.current.readyState === STATES.OPEN) socket.current.send(message);
    else if (keep) waiting.current.push(message);
  }, []);

  const sendJsonMessage = useCallback(
    (message, keep = true) => sendMessage(JSON.stringify(message), keep),
    [sendMessage],
  );

  useEffect(() => {
    if (!isWanted) {
      setReadyState((state) => (state === STATES.UNINSTANTIATED ? state : STATES.CLOSED));
      return undefined;
    }
    let isOver = false;
    let attempts = 0;
    let timer = null;
    let made = null;

    // Each message is rendered by itself: several come in one piece, and lastMessage must not skip one.
    const show = (change) => isOver || flushSync(change);

    const again = () => {
      const { reconnectAttempts = MOST_ATTEMPTS, reconnectInterval = PAUSE, onReconnectStop } = latest.current;
      if (isOver || timer !== null) return;
      if (attempts >= reconnectAttempts) {
        if (onReconnectStop) onReconnectStop(reconnectAttempts);
        return;
      }
      const pause = typeof reconnectInterval === "function" ? reconnectInterval(attempts) : reconnectInterval;
      timer = setTimeout(() => {
        timer = null;
        attempts += 1;
        open();
      }, pause);
    };

    const open = async () => {
      let address;
      try {
        address = await addressOf(url, latest.current.queryParams);
      } catch {
        if (latest.current.retryOnError) again();
        else show(() => setReadyState(STATES.CLOSED));
        return;
      }
      if (isOver) return;
      made = new SseSocket(address, [], latest.current.socketOptions);
      const current = made;
      socket.current = current;
      show(() => setReadyState(STATES.CONNECTING));
      current.onopen = (event) => {
        if (latest.current.onOpen) latest.current.onOpen(event);
        attempts = 0;
        show(() => setReadyState(STATES.OPEN));
        for (const message of waiting.current.splice(0)) current.send(message);
      };
      current.onmessage = (event) => {
        const { onMessage, filter } = latest.current;
        if (onMessage) onMessage(event);
        if (typeof filter !== "function" || filter(event) === true) show(() => setLastMessage(event));
      };
      current.onclose = (event) => {
        const { onClose, shouldReconnect } = latest.current;
        if (onClose) onClose(event);
        show(() => setReadyState(STATES.CLOSED));
        if (shouldReconnect && shouldReconnect(event)) again();
      };
      current.onerror = (event) => {
        if (latest.current.onError) latest.current.onError(event);
        if (latest.current.retryOnError && current.readyState === STATES.CLOSED) again();
      };
    };

    open();
    return () => {
      isOver = true;
      clearTimeout(timer);
      if (made) made.close();
      setLastMessage(null);
    };
  }, [url, isWanted, query]);

  const lastJsonMessage = useMemo(
    () => (lastMessage === null || options.disableJson ? null : parsed(lastMessage.data)),
    [lastMessage, options.disableJson],
  );
  const getWebSocket = useCallback(() => socket.current, []);

  return { sendMessage, sendJsonMessage, lastMessage, lastJsonMessage, readyState, getWebSocket };
}

export default useWebSocket;
