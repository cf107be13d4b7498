// Types of the hook, as those of react-use-websocket 4.

import type { SseSocket, SseSocketOptions } from "./sse-socket.js";

export declare enum ReadyState {
  UNINSTANTIATED = -1,
  CONNECTING = 0,
  OPEN = 1,
  CLOSING = 2,
  CLOSED = 3,
}

export interface Options {
  queryParams?: Record<string, string | number>;
  onOpen?: (event: WebSocketEventMap["open"]) => void;
  onClose?: (event: WebSocketEventMap["close"]) => void;
  onMessage?: (event: WebSocketEventMap["message"]) => void;
  onError?: (event: WebSocketEventMap["error"]) => void;
  onReconnectStop?: (numAttempts: number) => void;
  shouldReconnect?: (event: WebSocketEventMap["close"]) => boolean;
  /** Milliseconds. Default: 5000. */
  reconnectInterval?: number | ((lastAttemptNumber: number) => number);
  /** Default: 20. */
  reconnectAttempts?: number;
  filter?: (message: WebSocketEventMap["message"]) => boolean;
  retryOnError?: boolean;
  disableJson?: boolean;
  /** Does nothing: the server keeps the stream alive. */
  heartbeat?: unknown;
  /** Does nothing. */
  skipAssert?: boolean;
  /** Goes to SseSocket. */
  socketOptions?: SseSocketOptions;
}

export type SendMessage = (message: string | ArrayBufferLike | Blob | ArrayBufferView, keep?: boolean) => void;

export interface WebSocketHook<T> {
  sendMessage: SendMessage;
  sendJsonMessage: <M = unknown>(message: M, keep?: boolean) => void;
  lastMessage: MessageEvent | null;
  lastJsonMessage: T;
  readyState: ReadyState;
  getWebSocket: () => SseSocket | null;
}

/** `url`: null opens nothing. `connect`: false closes, or opens nothing. */
export declare function useWebSocket<T = unknown>(
  url: string | (() => string | Promise<string>) | null,
  options?: Options,
  connect?: boolean,
): WebSocketHook<T>;

export default useWebSocket;
