// Types of SseSocket. It has everything that a WebSocket has, so it can be kept in variables of that type, and the class
// can be given where `typeof WebSocket` is expected.

export interface SseSocketOptions {
  /** Sent with every request. A function is called for each one, so that a token is fresh. Default: none. */
  headers?: HeadersInit | (() => HeadersInit | Promise<HeadersInit>) | null;
  /** Query parameter that is taken out of the address and sent in a header, so that the token stays out of logs. */
  tokenParameter?: string | null;
  /** Default: "Authorization". */
  tokenHeader?: string;
  /** Prefix in the header; "" sends the token alone. Default: "Bearer". */
  tokenScheme?: string;
  /** Whether cookies go along, as in fetch. Default: "same-origin". */
  credentials?: RequestCredentials;
  /** Whether texts that wait are sent together, as NDJSON; the server has to take that. Default: false. */
  batch?: boolean;
  /** Milliseconds that a page is hidden before its stream ends, to be resumed when it is seen; 0: never. Default: 0. */
  pauseWhenHidden?: number;
  /** Milliseconds of silence after which a stream counts as lost; 0 turns it off. Default: 45000. */
  heartbeatTimeout?: number;
  /** Milliseconds for which a lost stream or an unanswered message is tried again; 0 = not at all. Default: 120000. */
  giveUpAfter?: number;
  /** The same for the first stream. Default: 15000. */
  openTimeout?: number;
}

export interface SseSocketEventMap extends WebSocketEventMap {
  /** Messages that the server no longer had for a resume, by number. `to` less than `from`: it is not known how many. */
  gap: CustomEvent<{ from: number; to: number }>;
}

export interface SseSocket extends WebSocket {
  addEventListener<K extends keyof SseSocketEventMap>(
    type: K,
    listener: (this: WebSocket, event: SseSocketEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

export declare const SseSocket: {
  prototype: SseSocket;
  new (url: string | URL, protocols?: string | string[], options?: SseSocketOptions): SseSocket;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
};
