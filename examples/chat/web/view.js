// What people see. Everything that comes from the network is shown as text, never as markup.

const statusLine = document.querySelector("#status");
const log = document.querySelector("#log");
const textField = document.querySelector("#text");
const sendButton = document.querySelector("#send");

export function showStatus(state) {
  statusLine.dataset.state = state;
  statusLine.textContent = state;
  textField.disabled = sendButton.disabled = state !== "open";
}

export function showIdentity(token) {
  const { user_id: user, tenant_id: tenant } = claimsOf(token);
  document.querySelector("#user").textContent = user ? `signed in as ${user}` : "this token can't be read";
  document.querySelector("#tenant").textContent = tenant ?? "Tenant chat";
}

export function showMessage(message) {
  switch (message.type) {
    case "chat_accepted":
      append("own", "you", message.text, "sending").dataset.id = message.id;
      break;
    case "chat_delivered":
      markDelivered(message.id, message.recipients);
      break;
    case "chat_message":
      append("chat", message.from, message.text, timeOf(message.sent_at));
      break;
    case "presence":
      append("presence", "", `${message.user} ${message.event}`, "");
      break;
    case "error":
      append("error", "", message.error.message, "");
      break;
    case "pong":
      statusLine.title = `answered in ${Date.now() - message.echo} ms`;
      break;
    default: // what API Gateway itself has to say, such as "Internal server error"
      append("error", "", message.message ?? "unknown message", "");
  }
}

function append(kind, from, text, note) {
  const item = document.createElement("li");
  item.dataset.kind = kind;
  item.append(part("from", from), part("text", text), part("note", note));
  log.append(item);
  item.scrollIntoView({ block: "nearest" });
  return item;
}

function part(name, text) {
  const span = document.createElement("span");
  span.className = name;
  span.textContent = text;
  return span;
}

function markDelivered(id, recipients) {
  const item = log.querySelector(`[data-id="${CSS.escape(id)}"]`);
  if (item) item.querySelector(".note").textContent = `delivered to ${recipients}`;
}

function timeOf(iso) {
  return new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

// Read for display only: whether the token is genuine is for the server to say.
function claimsOf(token) {
  try {
    const payload = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return {};
  }
}
