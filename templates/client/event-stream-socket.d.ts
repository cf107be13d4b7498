// Types of EventStreamSocket. It has everything that a WebSocket has, so it can be kept in variables of that type.

export interface EventStreamSocketOptions {
  /** Sent in a header. Default: the value of `tokenParameter` in the address, if any. */
  token?: string | null;
  /** Query parameter that is taken out of the address, so that the token stays out of logs. Default: none. */
  tokenParameter?: string | null;
  /** Default: "Authorization". */
  tokenHeader?: string;
  /** Prefix in the header; "" sends the token alone. Default: "Bearer". */
  tokenScheme?: string;
  /** Whether cookies go along, as in fetch. Default: "same-origin". */
  credentials?: RequestCredentials;
  /** Milliseconds of silence after which a stream counts as lost; 0 turns it off. Default: 45000. */
  heartbeatTimeout?: number;
  /** Milliseconds for which a lost stream or an unanswered message is tried again; 0 = not at all. Default: 120000. */
  giveUpAfter?: number;
  /** The same for the first stream. Default: 15000. */
  openTimeout?: number;
}

export interface EventStreamSocketEventMap extends WebSocketEventMap {
  gap: CustomEvent<{ from: number; to: number }>;
}

export interface EventStreamSocket extends WebSocket {
  addEventListener<K extends keyof EventStreamSocketEventMap>(
    type: K,
    listener: (this: WebSocket, event: EventStreamSocketEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

export declare const EventStreamSocket: {
  prototype: EventStreamSocket;
  new (address: string | URL, options?: EventStreamSocketOptions): EventStreamSocket;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
};
