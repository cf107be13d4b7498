// The functions of ../../fixtures/handlers.py for serverless-offline, whose Python process ends with the first exception
// and then answers nobody any more. What they do is described there.
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi"

const observers = new Map()
const client = new ApiGatewayManagementApiClient({
  endpoint: process.env.CONFORMANCE_MANAGEMENT,
  region: "us-east-1",
  credentials: { accessKeyId: "x", secretAccessKey: "x" },
  maxAttempts: 1,
})

const post = (id, text) => client.send(new PostToConnectionCommand({ ConnectionId: id, Data: Buffer.from(text) }))
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const query = (event, name) => event.queryStringParameters?.[name]

function header(event, name) {
  const found = Object.entries(event.headers ?? {}).find(([key]) => key.toLowerCase() === name.toLowerCase())
  return found?.[1]
}

async function tell(event, observer, kind, more = {}) {
  try {
    await post(observer, JSON.stringify({ kind, event, ...more }))
  } catch (error) {
    if (error.$metadata?.httpStatusCode !== 410) throw error
  }
}

export async function lifecycle(event) {
  const { connectionId, eventType } = event.requestContext
  if (eventType === "DISCONNECT") {
    const observer = observers.get(connectionId)
    observers.delete(connectionId)
    if (observer) await tell(event, observer, "DISCONNECT")
    return { statusCode: 200 }
  }
  const observer = header(event, "X-Observer")
  const wanted = query(event, "answer")
  let more = {}
  if (wanted === "push-to-self") {
    try {
      await post(connectionId, "too early")
      more = { pushed: "sent" }
    } catch (error) {
      more = { pushed: error.name }
    }
  }
  if (observer) {
    observers.set(connectionId, observer)
    await tell(event, observer, "CONNECT", more)
  }
  if (wanted === "slow") await sleep(500)
  if (wanted === "crash") throw new Error("the handler of $connect failed")
  if (wanted === "refuses") return { statusCode: Number(query(event, "status")), body: "not you" }
  return JSON.parse(query(event, "returns") ?? '{"statusCode": 200}')
}

export async function authorize(event) {
  const observer = header(event, "X-Observer")
  if (observer) await tell(event, observer, "AUTHORIZER")
  const token = query(event, "token") || header(event, "Auth") || "allow"
  const arn = event.methodArn
  const api = arn.split("/")[0]
  const allow = { Action: "execute-api:Invoke", Effect: "Allow", Resource: arn }
  const deny = { ...allow, Effect: "Deny" }
  if (token === "unauthorized") throw new Error("Unauthorized")
  if (token === "crash") throw new Error("the authorizer failed")
  if (token === "string") return "allow"
  if (token === "nothing") return null
  const statements = {
    deny: [deny],
    "deny-wins": [allow, deny],
    "deny-first": [deny, allow],
    "no-statement": [],
    "other-action": [{ ...allow, Action: "lambda:InvokeFunction" }],
    "other-resource": [{ ...allow, Resource: arn.replace("$connect", "$disconnect") }],
    "other-stage": [{ ...allow, Resource: `${api}/elsewhere/*` }],
    "any-action": [{ ...allow, Action: "*" }],
    "any-resource": [{ ...allow, Resource: "*" }],
    "api-wildcard": [{ ...allow, Resource: `${api}/*` }],
    "question-mark": [{ ...allow, Resource: arn.replace("$connect", "?connect") }],
    "action-wildcard": [{ ...allow, Action: "execute-api:*" }],
    lists: [{ ...allow, Action: ["sqs:SendMessage", "execute-api:Invoke"], Resource: ["arn:aws:x", arn] }],
    "second-statement": [{ ...allow, Resource: `${api}/elsewhere/*` }, allow],
    "deny-elsewhere": [allow, { ...deny, Resource: `${api}/elsewhere/*` }],
    "deny-wildcard": [allow, { ...deny, Resource: `${api}/*` }],
  }[token] ?? [allow]
  const answer = { principalId: "me", policyDocument: { Version: "2012-10-17", Statement: statements } }
  if (token === "no-principal") delete answer.principalId
  if (token === "no-policy") delete answer.policyDocument
  if (token === "context") answer.context = { text: "café", number: 7, flag: true }
  if (token === "nested") answer.context = { list: ["a"] }
  return answer
}

export async function whoami(event) {
  const nonce = JSON.parse(event.body).nonce ?? null
  return { statusCode: 200, body: JSON.stringify({ connectionId: event.requestContext.connectionId, nonce }) }
}

export async function show(event) {
  return { statusCode: 200, body: JSON.stringify(event) }
}

export async function named(event) {
  return { statusCode: 200, body: JSON.stringify({ route: event.requestContext.routeKey }) }
}

export async function fallback(event) {
  return { statusCode: 200, body: JSON.stringify({ route: "$default", key: event.requestContext.routeKey }) }
}

export async function act(event) {
  const message = JSON.parse(event.body)
  if (message.sleep_ms) await sleep(message.sleep_ms)
  if (message.raise) throw new Error(message.raise)
  if (message.push) {
    const data = message.push.text.repeat(message.push.times ?? 1)
    const to = message.push.to ?? event.requestContext.connectionId
    for (let number = 0; number < (message.push.count ?? 1); number += 1) {
      await post(to, data.replaceAll("#", String(number)))
    }
  }
  if (message.close) await client.send(new DeleteConnectionCommand({ ConnectionId: message.close }))
  if (message.big) return { statusCode: 200, body: "x".repeat(message.big) }
  return "return" in message ? message.return : { statusCode: 200 }
}
