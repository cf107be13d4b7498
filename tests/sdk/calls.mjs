// Makes calls of @connections with the AWS SDK for JavaScript, unchanged, and prints what became of each, as JSON.
// Standard input: {"endpoint": "http://…/prod", "calls": [{"command": "PostToConnection", "id": "…", "text" | "base64": "…"}]}
import * as sdk from "@aws-sdk/client-apigatewaymanagementapi"
import { readFileSync } from "node:fs"

const MODELLED = ["GoneException", "ForbiddenException", "LimitExceededException", "PayloadTooLargeException"]
const { endpoint, calls, maxAttempts } = JSON.parse(readFileSync(0, "utf8"))
const client = new sdk.ApiGatewayManagementApiClient({ endpoint, maxAttempts })

async function outcome({ command, id, text, base64 }) {
  const data = base64 === undefined ? text : Buffer.from(base64, "base64")
  try {
    const { $metadata, ...answer } = await client.send(new sdk[`${command}Command`]({ ConnectionId: id, Data: data }))
    return { status: $metadata.httpStatusCode, attempts: $metadata.attempts, requestId: $metadata.requestId, answer }
  } catch (error) {
    return {
      status: error.$metadata?.httpStatusCode,
      attempts: error.$metadata?.attempts,
      name: error.name,
      message: error.message,
      modelled: MODELLED.find((name) => error instanceof sdk[name]),
    }
  }
}

const outcomes = []
for (const call of calls) outcomes.push(await outcome(call))
console.log(JSON.stringify(outcomes))
client.destroy()
