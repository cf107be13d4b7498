/*!
 * EventStreamSocket: the WebSocket interface over Server-Sent Events and POST. No dependency, no build, ES2020.
 *
 *   const socket = new EventStreamSocket("wss://api.example.org/stream?room=42");
 *   socket.onmessage = (event) => show(event.data);
 *   socket.send(JSON.stringify({ action: "sendMessage", text: "hello" }));
 *
 * What differs from a WebSocket:
 *  1. A lost stream is resumed on the same connection, without an event; what was missed is delivered, repeats are
 *     dropped. `close` fires only when the connection is really over: the server closed it, no longer has it, refuses
 *     it, or could not be reached for `giveUpAfter` (`openTimeout` before the first `open`).
 *  2. A refusal with 401 or 403 closes with code 1008 and the server's words as the reason (a WebSocket: 1006, "").
 *  3. If messages could not be kept for a resume, an event `gap` says which: event.detail is { from, to }.
 *  4. A message that the server turned down, without closing, gives an `error` event with a `message`.
 *  5. Messages are sent one after another, each as a POST. One that cannot be delivered ends the connection.
 *  6. There are no subprotocols and no extensions.
 *  7. Each socket holds one HTTP connection; over HTTP/1.1 a browser has six for all pages of a host, so use HTTP/2.
 *
 * Options, times in milliseconds:
 *  - token: sent in a header; default: the value of `tokenParameter` in the address, if any.
 *  - tokenParameter: query parameter that is taken out of the address, so that the token stays out of logs; default none.
 *  - tokenHeader, tokenScheme: default "Authorization" and "Bearer"; the scheme "" sends the token alone.
 *  - credentials: whether cookies go along, as in fetch; default "same-origin".
 *  - heartbeatTimeout: silence after which a stream counts as lost; default 45000, 0 turns it off.
 *  - giveUpAfter: for how long a lost stream or an unanswered message is tried again; default 120000, 0 = not at all.
 *  - openTimeout: the same for the first stream; default 15000.
 */
var EventStreamSocket = (() => {
  "use strict";

  const [CONNECTING, OPEN, CLOSING, CLOSED] = [0, 1, 2, 3];
  const DEFAULTS = {
    token: null,
    tokenParameter: null,
    tokenHeader: "Authorization",
    tokenScheme: "Bearer",
    credentials: "same-origin",
    heartbeatTimeout: 45000,
    giveUpAfter: 120000,
    openTimeout: 15000,
  };
  const LONGEST_PAUSE = 30000;
  const POST_TIMEOUT = 60000; // twice the longest that a handler behind API Gateway may take
  const CLOSE_TIMEOUT = 10000;
  const BUSY_BEFORE_OPEN = new Set([429, 503, 504]); // any other status is the answer of the authorizer or of $connect
  const TRY_POST_AGAIN = new Set([409, 429, 502, 503, 504]); // harmless: the Idempotency-Key stays the same

  const CloseEventType =
    globalThis.CloseEvent ||
    class CloseEvent extends Event {
      constructor(type, { code, reason, wasClean }) {
        super(type);
        Object.assign(this, { code, reason, wasClean });
      }
    };

  /** Parses an event stream that arrives in pieces. https://html.spec.whatwg.org/multipage/server-sent-events.html */
  class Parser {
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
    }

    feed(bytes) {
      const text = this.decoder.decode(bytes, { stream: true });
      if (!text) return;
      const rest = this.afterCR && text[0] === "\n" ? text.slice(1) : text;
      this.afterCR = text.endsWith("\r");
      const lines = (this.partial + rest).split(/\r\n|\r|\n/);
      this.partial = lines.pop();
      lines.forEach((line) => this.line(line));
    }

    line(line) {
      if (line === "") {
        if (this.data.length || this.id !== null) this.onEvent(this.type, this.data, this.id);
        this.clear();
        return;
      }
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
      if (field === "data") this.data.push(value);
      else if (field === "event") this.type = value || "message";
      else if (field === "id" && !value.includes("\0")) this.id = value;
      else if (field === "retry" && /^[0-9]+$/.test(value)) this.onRetry(Number(value));
    }
  }

  /** Where to ask, and with which token. */
  function destination(address, options) {
    const base = globalThis.document ? document.baseURI : globalThis.location && globalThis.location.href;
    let url;
    try {
      url = new URL(String(address).replace(/^\s*ws(s?):/i, "http$1:"), base);
    } catch {
      throw new DOMException(`"${address}" is not an address`, "SyntaxError");
    }
    if (!/^https?:$/.test(url.protocol)) throw new DOMException(`${url.protocol} is not ws: or wss:`, "SyntaxError");
    if (url.hash) throw new DOMException("the address of a socket has no fragment", "SyntaxError");
    let token = options.token;
    if (options.tokenParameter && url.searchParams.has(options.tokenParameter)) {
      token = token || url.searchParams.get(options.tokenParameter);
      url.searchParams.delete(options.tokenParameter);
    }
    return { url: url.href, token };
  }

  function outgoing(data) {
    const key = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
    if (data instanceof Blob) return { key, body: data, size: data.size, type: "application/octet-stream" };
    if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) {
      const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(data) ? data : new Uint8Array(data);
      const body = new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength));
      return { key, body, size: body.length, type: "application/octet-stream" };
    }
    const body = String(data);
    const type = parsed(body) === undefined ? "text/plain;charset=UTF-8" : "application/json";
    return { key, body, size: new TextEncoder().encode(body).length, type };
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

  /** The protocol behind one socket. Kept apart from it so that the session is not a property of a public object. */
  class Connection {
    constructor(socket, address, options) {
      const { url, token } = destination(address, options);
      Object.assign(this, { socket, url, token, options });
      this.state = CONNECTING;
      this.session = null;
      this.lastEventId = "";
      this.retry = 1000;
      this.queue = [];
      this.draining = Promise.resolve();
      this.buffered = 0;
      this.over = new AbortController();
      this.leave = () => this.leavePage();
      if (globalThis.window) window.addEventListener("pagehide", this.leave);
    }

    emit(event) {
      this.socket.dispatchEvent(event);
    }

    emitError(message) {
      this.emit(Object.assign(new Event("error"), { message }));
    }

    emitMessage(data) {
      if (this.state !== OPEN) return;
      const { lastEventId } = this;
      this.emit(new MessageEvent("message", { data, lastEventId, origin: new URL(this.url).origin }));
    }

    request(method, headers, more) {
      if (this.token) {
        const { tokenHeader, tokenScheme } = this.options;
        headers[tokenHeader] = tokenScheme ? `${tokenScheme} ${this.token}` : this.token;
      }
      if (this.session) headers["Stream-Session"] = this.session;
      const { credentials } = this.options;
      return fetch(this.url, { method, headers, credentials, cache: "no-store", ...more });
    }

    /** Ends the connection, once. `error`: what failed; null when it was closed as agreed. */
    finish(code, reason, error) {
      if (this.state === CLOSED) return;
      this.state = CLOSED;
      this.over.abort();
      this.queue = [];
      if (globalThis.window) window.removeEventListener("pagehide", this.leave);
      if (error) this.emitError(error);
      this.emit(new CloseEventType("close", { code, reason, wasClean: code !== 1006 && !error }));
    }

    /** Waits before another attempt, less if the network comes back. False: it is too late, or the connection is over. */
    pause(attempt, deadline) {
      const delay = Math.min(LONGEST_PAUSE, Math.max(10, this.retry) * 2 ** attempt) * (0.5 + Math.random());
      if (this.over.signal.aborted || Date.now() + delay > deadline) return false;
      return new Promise((resolve) => {
        const timer = setTimeout(() => done(true), delay);
        const online = () => done(true);
        const stop = () => done(false);
        const done = (goOn) => {
          clearTimeout(timer);
          if (globalThis.window) window.removeEventListener("online", online);
          this.over.signal.removeEventListener("abort", stop);
          resolve(goOn);
        };
        if (globalThis.window) window.addEventListener("online", online);
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
        if (heard) {
          attempt = 0;
          deadline = Date.now() + (this.session ? this.options.giveUpAfter : this.options.openTimeout);
        }
        if (!(await this.pause(attempt++, deadline))) break;
      }
      if (this.state < CLOSING) this.finish(1006, "the server could not be reached", "the server could not be reached");
    }

    /** Follows one stream until it ends. Returns whether anything was heard on it. */
    async stream() {
      const stream = new AbortController();
      const stop = () => stream.abort();
      this.over.signal.addEventListener("abort", stop);
      let watchdog;
      const alive = () => {
        clearTimeout(watchdog);
        const { heartbeatTimeout } = this.options;
        if (heartbeatTimeout) watchdog = setTimeout(stop, heartbeatTimeout);
      };
      let heard = false;
      try {
        alive();
        const headers = { Accept: "text/event-stream" };
        if (this.session && this.lastEventId) headers["Last-Event-ID"] = this.lastEventId;
        const response = await this.request("GET", headers, { signal: stream.signal });
        if (!(await this.accepted(response))) return false;
        const parser = new Parser(
          (type, data, id) => this.handle(type, data, id),
          (retry) => (this.retry = retry),
        );
        const reader = response.body.getReader();
        for (let read = await reader.read(); !read.done; read = await reader.read()) {
          heard = true;
          alive();
          parser.feed(read.value);
        }
      } catch {
        // no answer, broken off, silent for too long, or not our protocol: the stream is lost
      } finally {
        clearTimeout(watchdog);
        this.over.signal.removeEventListener("abort", stop);
        stream.abort();
      }
      return heard;
    }

    /** Whether the answer is a stream. If not, the connection may be over. */
    async accepted(response) {
      const { status } = response;
      const type = response.headers.get("Content-Type") || "";
      if (status === 200 && type.startsWith("text/event-stream")) return true;
      const text = await response.text();
      const words = (parsed(text) || {}).message;
      const answer = words ? `${status} ${words}` : `${status}`;
      if (status === 204) this.finish(1006, "the server no longer has this connection", null);
      else if (status === 401 || status === 403) this.finish(1008, shortened(answer), `the server answered ${answer}`);
      else if (status === 410 || (!this.session && !BUSY_BEFORE_OPEN.has(status)))
        this.finish(1006, shortened(answer), `the server answered ${answer}`);
      return false;
    }

    /** `lines`: none for an event that only sets the id. `id`: null for an event that has none of its own. */
    handle(type, lines, id) {
      if (this.state === CLOSED || (id !== null && this.isRepeat(id))) return;
      if (id !== null) this.lastEventId = id;
      if (!lines.length) return;
      const data = lines.join("\n");
      if (type === "message") this.emitMessage(data);
      else if (type === "escaped") this.emitMessage(JSON.parse(data));
      else if (type === "binary") this.emitMessage(this.bytes(data));
      else if (type === "open") this.opened(JSON.parse(data));
      else if (type === "close") this.closedByServer(JSON.parse(data));
      else if (type === "gap") this.gap(JSON.parse(data));
    }

    /** Ids are `<epoch>-<seq>`. */
    isRepeat(id) {
      const [epoch, seq] = position(id);
      const [lastEpoch, lastSeq] = position(this.lastEventId);
      return epoch === lastEpoch && seq <= lastSeq;
    }

    bytes(base64) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      return this.socket.binaryType === "arraybuffer" ? bytes.buffer : new Blob([bytes]);
    }

    opened({ session }) {
      if (this.session) return;
      this.session = session;
      this.state = OPEN;
      this.emit(new Event("open"));
    }

    closedByServer({ code, reason }) {
      if (this.state !== CLOSING) this.finish(code, reason, null); // else it is the echo of our own close
    }

    gap({ from, to }) {
      const [epoch] = position(this.lastEventId);
      this.lastEventId = `${epoch}-${to}`;
      this.emit(new CustomEvent("gap", { detail: { from, to } }));
    }

    // ---- sending

    send(data) {
      if (this.state === CONNECTING) throw new DOMException("the socket is not open yet", "InvalidStateError");
      const message = outgoing(data);
      this.buffered += message.size;
      if (this.state !== OPEN) return;
      this.queue.push(message);
      if (this.queue.length === 1) this.draining = this.drain();
    }

    async drain() {
      while (this.queue.length) {
        await this.post(this.queue[0]);
        if (!this.queue.length) return; // the connection ended meanwhile
        this.buffered -= this.queue.shift().size;
      }
    }

    async post({ key, body, type }) {
      const deadline = Date.now() + this.options.giveUpAfter;
      const headers = { "Content-Type": type, "Idempotency-Key": key };
      for (let attempt = 0; ; attempt++) {
        const answer = await this.answer(headers, body);
        if (this.state === CLOSED) return;
        if (answer && (isErrorFrame(answer.text) || !TRY_POST_AGAIN.has(answer.status))) return this.settle(answer);
        if (!(await this.pause(attempt, deadline))) break;
      }
      this.finish(1006, "a message could not be sent", "a message could not be sent");
    }

    /** The status and text that a POST was answered with; null when there was no answer. */
    async answer(headers, body) {
      const post = new AbortController();
      const stop = () => post.abort();
      const timer = setTimeout(stop, POST_TIMEOUT);
      this.over.signal.addEventListener("abort", stop);
      try {
        const response = await this.request("POST", { ...headers }, { body, signal: post.signal });
        return { status: response.status, text: await response.text() };
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
      this.state = CLOSING;
      this.queue = [];
      this.end(code, reason, error);
    }

    /** Tells the server, and is over. `code` undefined: a close without a code, which is 1005 for both sides. */
    async end(code, reason, error) {
      const told = await this.tell(code, reason);
      this.finish(told ? (code === undefined ? 1005 : code) : 1006, told ? reason : "", error);
    }

    async tell(code, reason) {
      const words = code === undefined ? {} : { body: JSON.stringify({ code, reason }) };
      const headers = code === undefined ? {} : { "Content-Type": "application/json" };
      const signal = this.over.signal.aborted ? undefined : this.over.signal;
      try {
        const response = await this.request("DELETE", headers, { ...words, keepalive: true, signal });
        return response.ok;
      } catch {
        return false;
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

  function position(id) {
    const dash = id.lastIndexOf("-");
    return dash < 0 ? [id, NaN] : [id.slice(0, dash), Number(id.slice(dash + 1))];
  }

  /** Close reasons have at most 123 bytes. */
  function shortened(text) {
    const bytes = new TextEncoder().encode(text);
    return bytes.length <= 123 ? text : new TextDecoder().decode(bytes.slice(0, 120)).replace(/\ufffd+$/, "") + "...";
  }

  const connections = new WeakMap();

  class EventStreamSocket extends EventTarget {
    constructor(address, options = {}) {
      super();
      if (typeof options === "string" || Array.isArray(options))
        throw new TypeError("EventStreamSocket takes options; there are no subprotocols");
      this.binaryType = "blob";
      const connection = new Connection(this, address, { ...DEFAULTS, ...options });
      connections.set(this, connection);
      connection.receive();
    }

    get url() {
      return connections.get(this).url;
    }

    get readyState() {
      return connections.get(this).state;
    }

    get bufferedAmount() {
      return connections.get(this).buffered;
    }

    get protocol() {
      return "";
    }

    get extensions() {
      return "";
    }

    send(data) {
      connections.get(this).send(data);
    }

    close(code, reason = "") {
      if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999))
        throw new DOMException(`${code} is neither 1000 nor between 3000 and 4999`, "InvalidAccessError");
      if (new TextEncoder().encode(reason).length > 123)
        throw new DOMException("the reason is longer than 123 bytes", "SyntaxError");
      connections.get(this).close(code, reason);
    }
  }

  for (const [name, value] of Object.entries({ CONNECTING, OPEN, CLOSING, CLOSED })) {
    Object.defineProperty(EventStreamSocket, name, { value, enumerable: true });
    Object.defineProperty(EventStreamSocket.prototype, name, { value, enumerable: true });
  }

  for (const type of ["open", "message", "error", "close"]) {
    const handlers = new WeakMap();
    Object.defineProperty(EventStreamSocket.prototype, `on${type}`, {
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

  return EventStreamSocket;
})();
