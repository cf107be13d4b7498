/*!
 * SseSocket: the WebSocket interface over Server-Sent Events and POST. No dependency, no build, ES2020.
 *
 *   const socket = new SseSocket("wss://api.example.org/stream?room=42");
 *   socket.onmessage = (event) => show(event.data);
 *   socket.send(JSON.stringify({ action: "sendMessage", text: "hello" }));
 *
 * For a library that makes its sockets itself (reconnecting-websocket, partysocket: their option WebSocket;
 * react-use-websocket: globalThis.WebSocket), give options in a subclass:
 *
 *   class Socket extends SseSocket {
 *     constructor(url, protocols) {
 *       super(url, protocols, { headers: async () => ({ Authorization: `Bearer ${await freshToken()}` }) });
 *     }
 *   }
 *
 * What differs from a WebSocket:
 *  1. A lost stream is resumed on the same connection, without an event; what was missed is delivered, repeats are
 *     dropped. `close` fires only when the connection is really over: the server closed it, no longer has it, refuses
 *     it, or could not be reached for `giveUpAfter` (`openTimeout` before the first `open`).
 *  2. A refusal with 401 or 403 closes with code 1008 and the server's words as the reason (a WebSocket: 1006, "").
 *  3. If messages could not be kept for a resume, an event `gap` says which: event.detail is { from, to }.
 *     When `to` is less than `from`, messages may be lost after `to`, and nobody knows how many.
 *  4. A message that the server turned down, without closing, gives an `error` event with a `message`.
 *  5. Messages are sent one after another, each as a POST. One that cannot be delivered ends the connection.
 *  6. There are no extensions.
 *  7. Each socket holds one HTTP connection; over HTTP/1.1 a browser has six for all pages of a host, so use HTTP/2.
 *
 * Where fetch can't read an answer as it arrives (React Native, old browsers) the stream is an EventSource, which is
 * opened with a one-time ticket. Then it does not notice silence, and a refusal of $connect is 1006 and "", as on a
 * WebSocket. React Native has no EventSource and half a URL: polyfill both as globals.
 *
 * Options, times in milliseconds:
 *  - headers: sent with every request; an object, or a function, also async, that is called for each request.
 *  - tokenParameter: query parameter that is taken out of the address and sent in a header, so that the token stays
 *    out of logs; default none.
 *  - tokenHeader, tokenScheme: default "Authorization" and "Bearer"; the scheme "" sends the token alone.
 *  - credentials: whether cookies go along, as in fetch; default "same-origin".
 *  - batch: whether texts that wait are sent together, as NDJSON. The shim takes that, a migrated application takes
 *    one message a POST. Default false.
 *  - pauseWhenHidden: how long a page is hidden before its stream ends, to be resumed when it is seen again. A page
 *    that stays hidden for longer than the server waits for a resume (60 s) finds its connection closed. Default 0:
 *    streams don't end for that.
 *  - heartbeatTimeout: silence after which a stream counts as lost; default 45000, three heartbeats; 0 turns it off.
 *  - giveUpAfter: for how long a lost stream or an unanswered message is tried again; default 120000, 0 = not at all.
 *  - openTimeout: the same for the first stream; default 15000.
 */
var SseSocket = (() => {
  "use strict";

  const [CONNECTING, OPEN, CLOSING, CLOSED] = [0, 1, 2, 3];
  const DEFAULTS = {
    headers: null,
    tokenParameter: null,
    tokenHeader: "Authorization",
    tokenScheme: "Bearer",
    credentials: "same-origin",
    batch: false,
    pauseWhenHidden: 0,
    heartbeatTimeout: 45000,
    giveUpAfter: 120000,
    openTimeout: 15000,
  };
  const LONGEST_PAUSE = 30000;
  const LONGEST_TIMER = 2 ** 31 - 1; // a longer one fires at once
  const POST_TIMEOUT = 60000; // twice the longest that a handler behind API Gateway may take
  const CLOSE_TIMEOUT = 10000;
  const LARGEST_EVENT = 4 * 1024 * 1024; // characters; a message of 128 KB has at most 768 KB when it is escaped
  const LARGEST_BATCH = 40 * 1024; // bytes, at most six times as many when they are escaped
  const LONGEST_BATCH = 32;
  const BUSY_BEFORE_OPEN = new Set([429, 503, 504]); // any other status is the answer of the authorizer or of $connect
  const TRY_POST_AGAIN = new Set([409, 429, 502, 503, 504]); // harmless: the Idempotency-Key stays the same
  const EVENTS = ["open", "message", "escaped", "binary", "gap", "close"];
  const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/; // RFC 9110, 5.6.2

  // ---- what an environment may lack: https://dom.spec.whatwg.org/#events

  const EventType =
    globalThis.Event ||
    class Event {
      constructor(type) {
        Object.assign(this, { type, target: null, currentTarget: null });
      }
    };

  const listening = new WeakMap();
  const listenersOf = (target) => listening.get(target) || [];

  const EventTargetType =
    globalThis.EventTarget ||
    class EventTarget {
      addEventListener(type, listener, options) {
        const all = listenersOf(this);
        if (!listener || all.some((one) => one.type === type && one.listener === listener)) return;
        listening.set(this, [...all, { type, listener, once: Boolean(options && options.once) }]);
      }

      removeEventListener(type, listener) {
        const isAnother = (one) => one.type !== type || one.listener !== listener;
        listening.set(this, listenersOf(this).filter(isAnother));
      }

      dispatchEvent(event) {
        event.target = event.currentTarget = this;
        for (const one of listenersOf(this)) {
          if (one.type !== event.type || !listenersOf(this).includes(one)) continue;
          if (one.once) this.removeEventListener(one.type, one.listener);
          try {
            if (typeof one.listener === "function") one.listener.call(this, event);
            else one.listener.handleEvent(event);
          } catch (error) {
            setTimeout(() => {
              throw error; // reported, as by a browser, and the other listeners are called
            });
          }
        }
        return true;
      }
    };

  /** An event class of the environment, or one with these fields. */
  function eventType(name, defaults) {
    return (
      globalThis[name] ||
      {
        [name]: class extends EventType {
          constructor(type, init = {}) {
            super(type);
            for (const field of Object.keys(defaults))
              this[field] = init[field] === undefined ? defaults[field] : init[field];
          }
        },
      }[name]
    );
  }

  const MessageEventType = eventType("MessageEvent", { data: null, origin: "", lastEventId: "" });
  const CloseEventType = eventType("CloseEvent", { code: 0, reason: "", wasClean: false });
  const CustomEventType = eventType("CustomEvent", { detail: null });

  function failure(message, name) {
    return globalThis.DOMException ? new DOMException(message, name) : Object.assign(new Error(message), { name });
  }

  const readsStreams = () =>
    typeof TextDecoder === "function" && typeof Response === "function" && "body" in Response.prototype;

  // ---- the wire

  /** Parses an event stream that arrives in pieces. https://html.spec.whatwg.org/multipage/server-sent-events.html */
  class Parser {
    /** `onEvent` gets the type, the data (null: the event only sets the id) and the id (null: it has none). */
    constructor(onEvent, onRetry) {
      this.onEvent = onEvent;
      this.onRetry = onRetry;
      this.decoder = new TextDecoder(); // drops a byte order mark, and keeps what is left of a split character
      this.partial = "";
      this.afterCR = false;
      this.clear();
    }

    clear() {
      this.type = "message";
      this.id = null;
      this.data = [];
      this.size = 0;
    }

    /** False: an event is larger than may be. */
    feed(bytes) {
      const text = this.decoder.decode(bytes, { stream: true });
      if (!text) return true;
      const rest = this.afterCR && text[0] === "\n" ? text.slice(1) : text;
      this.afterCR = text.endsWith("\r");
      const lines = rest.split(/\r\n|\r|\n/);
      lines[0] = this.partial + lines[0];
      this.partial = lines.pop();
      return lines.every((line) => this.line(line)) && this.size + this.partial.length <= LARGEST_EVENT;
    }

    line(line) {
      if (line === "") {
        const data = this.data.length ? this.data.join("\n") : null;
        if (data !== null || this.id !== null) this.onEvent(this.type, data, this.id);
        this.clear();
        return true;
      }
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
      if (field === "data") this.add(value);
      else if (field === "event") this.type = value || "message";
      else if (field === "id" && !value.includes("\0")) this.id = value;
      else if (field === "retry" && /^[0-9]+$/.test(value)) this.onRetry(Math.min(Number(value), LONGEST_TIMER));
      return this.size <= LARGEST_EVENT;
    }

    add(value) {
      this.data.push(value);
      this.size += value.length + 1;
    }
  }

  /** Where to ask, what the socket calls itself, and the token that was in the address. */
  function destination(address, { tokenParameter }) {
    const base = globalThis.document ? document.baseURI : globalThis.location && globalThis.location.href;
    let url;
    try {
      url = new URL(String(address), base);
    } catch {
      throw failure(`"${address}" is not an address`, "SyntaxError");
    }
    if (!/^(ws|http)s?:$/.test(url.protocol)) throw failure(`${url.protocol} is not ws: or wss:`, "SyntaxError");
    if (url.href.includes("#")) throw failure("the address of a socket has no fragment", "SyntaxError");
    let token = null;
    if (tokenParameter && url.searchParams.has(tokenParameter)) {
      token = url.searchParams.get(tokenParameter);
      url.searchParams.delete(tokenParameter);
    }
    return { address: url.href, url: url.href.replace(/^ws/, "http"), origin: url.origin, token };
  }

  function checked(protocols) {
    const names = (Array.isArray(protocols) ? protocols : [protocols]).map(String);
    const wrong = names.find((name, at) => !TOKEN.test(name) || names.indexOf(name) !== at);
    if (wrong !== undefined) throw failure(`"${wrong}" is no subprotocol, or stands there twice`, "SyntaxError");
    return names;
  }

  function newKey() {
    const bytes = globalThis.crypto
      ? [...crypto.getRandomValues(new Uint8Array(16))]
      : Array.from({ length: 16 }, () => Math.floor(Math.random() * 256)); // it has to differ, not to be secret
    return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function outgoing(data) {
    const key = newKey();
    if (typeof Blob === "function" && data instanceof Blob)
      return { key, body: data, size: data.size, type: "application/octet-stream" };
    if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) {
      const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(data) ? data : new Uint8Array(data);
      const body = new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength));
      return { key, body, size: body.length, type: "application/octet-stream" };
    }
    const body = String(data);
    const type = parsed(body) === undefined ? "text/plain;charset=UTF-8" : "application/json";
    return { key, body, size: new TextEncoder().encode(body).length, type };
  }

  /** How many of the messages that wait may go together. */
  function batchLength(queue) {
    let bytes = 0;
    const end = queue.findIndex(({ body, size }, at) => {
      bytes += size;
      return typeof body !== "string" || at === LONGEST_BATCH || bytes > LARGEST_BATCH;
    });
    return Math.max(1, end < 0 ? queue.length : end);
  }

  function together(messages) {
    if (messages.length === 1) return messages[0];
    const whole = (text) => text.replace(/[\ud800-\udfff]/gu, "\ufffd"); // halves of pairs, as a WebSocket does
    const body = messages.map((message) => JSON.stringify(whole(message.body)) + "\n").join("");
    return { key: messages[0].key, body, type: "application/x-ndjson;lines=strings" };
  }

  function parsed(text) {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  function isErrorFrame(text) {
    const frame = parsed(text);
    return typeof frame === "object" && frame !== null && "message" in frame && "connectionId" in frame;
  }

  /** Milliseconds that an answer asks to wait; 0 when it doesn't. RFC 9110, 10.2.3 */
  function retryAfter(response) {
    const value = response.headers.get("Retry-After") || "";
    const wait = /^[0-9]+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
    return wait > 0 ? Math.min(wait, LONGEST_TIMER) : 0;
  }

  /** Ids are `<epoch>-<seq>`. */
  function position(id) {
    const dash = id.lastIndexOf("-");
    return dash < 0 ? [id, NaN] : [id.slice(0, dash), Number(id.slice(dash + 1))];
  }

  /** Close reasons have at most 123 bytes. */
  function shortened(text) {
    const bytes = (part) => new TextEncoder().encode(part).length;
    if (bytes(text) <= 123) return text;
    let kept = "";
    for (const character of text) {
      if (bytes(kept + character) > 120) break;
      kept += character;
    }
    return kept + "...";
  }

  // ---- the protocol

  /** The protocol behind one socket. Kept apart from it so that the session is not a property of a public object. */
  class Connection {
    constructor(socket, address, protocols, options) {
      Object.assign(this, destination(address, options), { socket, protocols: checked(protocols), options });
      this.state = CONNECTING;
      this.session = null;
      this.protocol = "";
      this.lastEventId = "";
      this.retry = 1000;
      this.asked = 0; // milliseconds that the server asked to wait before the next stream
      this.queue = [];
      this.draining = Promise.resolve();
      this.buffered = 0;
      this.over = new AbortController();
      this.lose = () => {}; // ends the stream of the moment
      this.paused = false;
      this.seen = () => {}; // goes on after a pause
      this.leave = () => this.leavePage();
      this.turn = () => this.visibilityChanged();
      if (globalThis.window && window.addEventListener) window.addEventListener("pagehide", this.leave);
      if (options.pauseWhenHidden && globalThis.document) {
        document.addEventListener("visibilitychange", this.turn);
        this.turn();
      }
    }

    emit(event) {
      this.socket.dispatchEvent(event);
    }

    emitError(message) {
      this.emit(Object.assign(new EventType("error"), { message }));
    }

    emitMessage(data) {
      if (this.state !== OPEN) return;
      const { lastEventId, origin } = this;
      this.emit(new MessageEventType("message", { data, lastEventId, origin }));
    }

    async request(method, own, more, url = this.url) {
      const { headers: given, tokenHeader, tokenScheme, credentials } = this.options;
      const headers = new Headers((typeof given === "function" ? await given() : given) || {});
      if (this.token) headers.set(tokenHeader, tokenScheme ? `${tokenScheme} ${this.token}` : this.token);
      if (this.session) headers.set("Stream-Session", this.session);
      for (const [name, value] of Object.entries(own)) headers.set(name, value);
      return fetch(url, { method, headers, credentials, cache: "no-store", ...more });
    }

    /** Ends the connection, once. `error`: what failed; null when it was closed as agreed. */
    finish(code, reason, error) {
      if (this.state === CLOSED) return;
      this.state = CLOSED;
      this.over.abort();
      this.queue = [];
      clearTimeout(this.hiding);
      this.seen();
      if (globalThis.window && window.removeEventListener) window.removeEventListener("pagehide", this.leave);
      if (globalThis.document) document.removeEventListener("visibilitychange", this.turn);
      if (error) this.emitError(error);
      this.emit(new CloseEventType("close", { code, reason, wasClean: code !== 1006 && !error }));
    }

    /**
     * Waits before another attempt: as long as the server said (`asked`, or its `retry:`), and longer by chance, so
     * that not all clients come back at once. Less if the network comes back. False: it is too late, or all is over.
     */
    pause(attempt, deadline, asked) {
      const chance = Math.random() * Math.min(LONGEST_PAUSE, Math.max(10, this.retry) * 2 ** attempt);
      const delay = Math.min(LONGEST_TIMER, asked ? asked + Math.min(chance, asked) : this.retry + chance);
      if (this.over.signal.aborted || Date.now() + delay > deadline) return false;
      const page = globalThis.window && window.addEventListener && !asked ? window : null;
      return new Promise((resolve) => {
        const timer = setTimeout(() => done(true), delay);
        const online = () => done(true);
        const stop = () => done(false);
        const done = (goOn) => {
          clearTimeout(timer);
          if (page) page.removeEventListener("online", online);
          this.over.signal.removeEventListener("abort", stop);
          resolve(goOn);
        };
        if (page) page.addEventListener("online", online);
        this.over.signal.addEventListener("abort", stop);
      });
    }

    // ---- receiving

    async receive() {
      let attempt = 0;
      let deadline = Date.now() + this.options.openTimeout;
      while (this.state < CLOSING) {
        const heard = await this.stream();
        if (this.state >= CLOSING) return;
        const rested = this.paused && this.session;
        if (rested) await new Promise((resolve) => (this.seen = resolve));
        if (heard || rested) {
          attempt = 0;
          deadline = Date.now() + (this.session ? this.options.giveUpAfter : this.options.openTimeout);
        }
        if (!rested && !(await this.pause(attempt++, deadline, this.asked))) break;
      }
      if (this.state < CLOSING) this.finish(1006, "the server could not be reached", "the server could not be reached");
    }

    /** Follows one stream until it ends. Returns whether anything was heard on it. */
    async stream() {
      const stream = new AbortController();
      this.asked = 0;
      this.lose = () => stream.abort();
      this.over.signal.addEventListener("abort", this.lose);
      let watchdog;
      let heard = false;
      const alive = (timeout = this.options.heartbeatTimeout) => {
        clearTimeout(watchdog);
        if (timeout) watchdog = setTimeout(this.lose, timeout);
      };
      const hear = () => {
        heard = true;
        alive();
      };
      try {
        alive();
        if (readsStreams()) await this.readStream(stream.signal, hear);
        else await this.readEventSource(stream.signal, hear, alive);
      } catch {
        // no answer, broken off, silent for too long, or not our protocol: the stream is lost
      } finally {
        clearTimeout(watchdog);
        this.over.signal.removeEventListener("abort", this.lose);
        stream.abort();
      }
      return heard;
    }

    opening(headers) {
      if (this.session && this.lastEventId) headers["Last-Event-ID"] = this.lastEventId;
      if (!this.session && this.protocols.length) headers["Stream-Protocol"] = this.protocols.join(", ");
      return headers;
    }

    async readStream(signal, hear) {
      const response = await this.request("GET", this.opening({ Accept: "text/event-stream" }), { signal });
      const type = response.headers.get("Content-Type") || "";
      if (response.status !== 200 || !type.startsWith("text/event-stream")) return this.refused(response);
      const parser = new Parser(
        (...event) => this.take(...event),
        (retry) => (this.retry = retry),
      );
      const reader = response.body.getReader();
      // Where an answer had just come to its end, an abort alone lets Node's fetch wait for ever.
      signal.addEventListener("abort", () => reader.cancel().catch(() => {}));
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        hear();
        if (!parser.feed(read.value)) return this.giveUp(1009, "message too big", "an event is too large");
      }
    }

    /** EventSource can't send headers: a ticket stands for them, and for the connection that was opened with it. */
    async readEventSource(signal, hear, alive) {
      const address = this.session ? this.resumption() : await this.ticketed(signal);
      if (!address) return;
      await new Promise((resolve) => {
        const source = new EventSource(address, { withCredentials: this.options.credentials === "include" });
        const done = () => {
          source.close();
          signal.removeEventListener("abort", done);
          resolve();
        };
        const take = ({ type, data, lastEventId }) => {
          alive(0); // heartbeats are not to be heard here
          if (typeof data !== "string") return; // EventSource's own "open"
          hear();
          alive(0);
          this.take(type, data, type === "gap" || type === "close" ? null : lastEventId || null);
        };
        const lost = () => {
          if (this.session && source.readyState === 0) return alive(); // it tries again by itself, for a while
          const refused = source.readyState === 2;
          done();
          if (refused && !this.session) this.finish(1006, "", "the server refused the stream");
          if (refused && this.session) this.ask();
        };
        EVENTS.forEach((type) => source.addEventListener(type, take));
        source.addEventListener("error", lost);
        signal.addEventListener("abort", done);
      });
    }

    /** The address of a first stream. */
    async ticketed(signal) {
      const counter = this.url.replace(/\/?(\?|$)/, "/ticket$1");
      const response = await this.request("POST", this.opening({}), { signal }, counter);
      if (response.status !== 201) return this.refused(response);
      const { ticket } = await response.json();
      this.entrance = `${this.url}${this.url.includes("?") ? "&" : "?"}ticket=${encodeURIComponent(ticket)}`;
      return this.entrance;
    }

    resumption() {
      return `${this.entrance}&last_event_id=${encodeURIComponent(this.lastEventId)}`;
    }

    /** EventSource doesn't tell why it was refused. A batch without a message is refused too, and not by a 410. */
    async ask() {
      const answer = await this.answer({ "Content-Type": "application/x-ndjson" }, "");
      if (answer && answer.status === 410) this.settle(answer);
    }

    /** The answer is no stream. The connection may be over. */
    async refused(response) {
      const { status } = response;
      this.asked = retryAfter(response);
      const text = await response.text();
      const words = (parsed(text) || {}).message;
      const answer = words ? `${status} ${words}` : `${status}`;
      if (status === 204) this.finish(1006, "the server no longer has this connection", null);
      else if (status === 401 || status === 403) this.finish(1008, shortened(answer), `the server answered ${answer}`);
      else if (status === 410 || (!this.session && !BUSY_BEFORE_OPEN.has(status)))
        this.finish(1006, shortened(answer), `the server answered ${answer}`);
    }

    take(type, data, id) {
      try {
        this.handle(type, data, id);
      } catch (error) {
        this.giveUp(1007, "an event can't be read", `an event of type ${type} can't be read: ${error.message}`);
      }
    }

    handle(type, data, id) {
      if (this.state === CLOSED || (id !== null && this.isRepeat(id))) return;
      if (id !== null) this.lastEventId = id;
      if (data === null) return;
      if (type === "message") this.emitMessage(data);
      else if (type === "escaped") this.emitMessage(JSON.parse(data));
      else if (type === "binary") this.emitMessage(this.bytes(data));
      else if (type === "open") this.opened(JSON.parse(data));
      else if (type === "close") this.closedByServer(JSON.parse(data));
      else if (type === "gap") this.gap(JSON.parse(data));
    }

    isRepeat(id) {
      const [epoch, seq] = position(id);
      const [lastEpoch, lastSeq] = position(this.lastEventId);
      return epoch === lastEpoch && seq <= lastSeq;
    }

    bytes(base64) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      return this.socket.binaryType === "arraybuffer" ? bytes.buffer : new Blob([bytes]);
    }

    opened({ session, protocol = "" }) {
      if (this.session || this.state !== CONNECTING) return;
      this.session = session;
      if (this.protocols.length ? !this.protocols.includes(protocol) : protocol) {
        this.tell();
        this.finish(1006, "", `of the subprotocols [${this.protocols.join(", ")}] the server chose "${protocol}"`);
        return;
      }
      this.protocol = protocol;
      this.state = OPEN;
      this.emit(new EventType("open"));
    }

    closedByServer({ code = 1005, reason = "" }) {
      if (this.state !== CLOSING) this.finish(code, reason, null); // else it is the echo of our own close
    }

    gap({ from, to }) {
      const [epoch] = position(this.lastEventId);
      this.lastEventId = `${epoch}-${to}`;
      this.emit(new CustomEventType("gap", { detail: { from, to } }));
    }

    visibilityChanged() {
      clearTimeout(this.hiding);
      if (document.visibilityState === "hidden") {
        this.hiding = setTimeout(() => {
          this.paused = true;
          if (this.session) this.lose();
        }, this.options.pauseWhenHidden);
      } else {
        this.paused = false;
        this.seen();
      }
    }

    // ---- sending

    send(data) {
      if (this.state === CONNECTING) throw failure("the socket is not open yet", "InvalidStateError");
      const message = outgoing(data);
      this.buffered += message.size;
      if (this.state !== OPEN) return;
      this.queue.push(message);
      if (this.queue.length === 1) this.draining = this.drain();
    }

    async drain() {
      while (this.queue.length) {
        const length = this.options.batch ? batchLength(this.queue) : 1;
        await this.post(together(this.queue.slice(0, length)));
        if (!this.queue.length) return; // the connection ended meanwhile
        for (const { size } of this.queue.splice(0, length)) this.buffered -= size;
      }
    }

    async post({ key, body, type }) {
      const deadline = Date.now() + this.options.giveUpAfter;
      const headers = { "Content-Type": type, "Idempotency-Key": key };
      for (let attempt = 0; ; attempt++) {
        const answer = await this.answer(headers, body);
        if (this.state === CLOSED) return;
        if (answer && (isErrorFrame(answer.text) || !TRY_POST_AGAIN.has(answer.status))) return this.settle(answer);
        if (!(await this.pause(attempt, deadline, answer ? answer.asked : 0))) break;
      }
      this.finish(1006, "a message could not be sent", "a message could not be sent");
    }

    /** What a POST was answered with; null when there was no answer. */
    async answer(headers, body) {
      const post = new AbortController();
      const stop = () => post.abort();
      const timer = setTimeout(stop, POST_TIMEOUT);
      this.over.signal.addEventListener("abort", stop);
      try {
        const response = await this.request("POST", headers, { body, signal: post.signal });
        return { status: response.status, text: await response.text(), asked: retryAfter(response) };
      } catch {
        return null;
      } finally {
        clearTimeout(timer);
        this.over.signal.removeEventListener("abort", stop);
      }
    }

    settle({ status, text }) {
      if (status >= 200 && status < 300) return;
      const words = `the server answered ${status} to a message`;
      if (isErrorFrame(text)) this.emitMessage(text);
      else if (status === 401 || status === 410) this.finish(1006, "the server no longer has this connection", words);
      else if (status === 413) this.giveUp(1009, "message too big", words);
      else this.emitError(words);
    }

    // ---- closing

    async close(code, reason) {
      if (this.state >= CLOSING) return;
      const wasOpen = this.state === OPEN;
      this.state = CLOSING;
      if (!wasOpen) {
        await null; // events come after close() has returned
        this.finish(1006, "", "the socket was closed before it was open");
        return;
      }
      let timer;
      const late = new Promise((resolve) => (timer = setTimeout(resolve, CLOSE_TIMEOUT)));
      await Promise.race([this.draining, late]);
      clearTimeout(timer);
      await this.end(code, reason, null);
    }

    giveUp(code, reason, error) {
      if (this.state >= CLOSING) return;
      this.state = CLOSING;
      this.queue = [];
      this.end(code, reason, error);
    }

    /** Tells the server, and is over. `code` undefined: a close without a code, which is 1005 for both sides. */
    async end(code, reason, error) {
      const told = await this.tell(code, reason);
      this.finish(told ? (code === undefined ? 1005 : code) : 1006, told ? reason : "", error);
    }

    /** Whether the server knows. An answer that was lost is asked for once more: 410 means that it knew. */
    async tell(code, reason) {
      const first = await this.farewell(code, reason);
      if (first !== null) return first >= 200 && first < 300;
      const second = await this.farewell(code, reason);
      return second === 410 || (second >= 200 && second < 300);
    }

    async farewell(code, reason) {
      const words = code === undefined ? {} : { body: JSON.stringify({ code, reason }) };
      const headers = code === undefined ? {} : { "Content-Type": "application/json" };
      const hung = new AbortController();
      const timer = setTimeout(() => hung.abort(), CLOSE_TIMEOUT);
      try {
        return (await this.request("DELETE", headers, { ...words, keepalive: true, signal: hung.signal })).status;
      } catch {
        return null;
      } finally {
        clearTimeout(timer);
      }
    }

    leavePage() {
      const session = this.session;
      this.state = CLOSING;
      setTimeout(() => this.finish(1006, "", null)); // a page that comes back from the cache learns of it then
      this.over.abort();
      if (session) this.tell(1001, "the page was left");
    }
  }

  const connections = new WeakMap();

  class SseSocket extends EventTargetType {
    constructor(url, protocols = [], options = {}) {
      super();
      const unknown = Object.keys(options).find((name) => !(name in DEFAULTS));
      if (unknown) throw new TypeError(`SseSocket has no option "${unknown}"`);
      this.binaryType = "blob";
      const connection = new Connection(this, url, protocols, { ...DEFAULTS, ...options });
      connections.set(this, connection);
      connection.receive();
    }

    get url() {
      return connections.get(this).address;
    }

    get readyState() {
      return connections.get(this).state;
    }

    get bufferedAmount() {
      return connections.get(this).buffered;
    }

    get protocol() {
      return connections.get(this).protocol;
    }

    get extensions() {
      return "";
    }

    send(data) {
      connections.get(this).send(data);
    }

    close(code, reason = "") {
      if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999))
        throw failure(`${code} is neither 1000 nor between 3000 and 4999`, "InvalidAccessError");
      if (new TextEncoder().encode(reason).length > 123)
        throw failure("the reason is longer than 123 bytes", "SyntaxError");
      connections.get(this).close(code, reason);
    }
  }

  for (const [name, value] of Object.entries({ CONNECTING, OPEN, CLOSING, CLOSED })) {
    Object.defineProperty(SseSocket, name, { value, enumerable: true });
    Object.defineProperty(SseSocket.prototype, name, { value, enumerable: true });
  }

  for (const type of ["open", "message", "error", "close"]) {
    const handlers = new WeakMap();
    Object.defineProperty(SseSocket.prototype, `on${type}`, {
      get() {
        return handlers.get(this) || null;
      },
      set(handler) {
        if (!handlers.has(this))
          this.addEventListener(type, (event) => {
            const current = handlers.get(this);
            if (current) current.call(this, event);
          });
        handlers.set(this, typeof handler === "function" ? handler : null);
      },
      enumerable: true,
      configurable: true,
    });
  }

  return SseSocket;
})();
