"""Whom pushes of scripts address: what isn't understood first."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.migrator.scan.node.applications import V2, handler, only_push, scan_node


@pytest.mark.parametrize(
    "body",
    [
        "await post(global.someId);",
        "await post(await fetch('https://x').then((r) => r.text()));",
        "await post(Math.random());",
        "await post(cache.get('id'));",
        "await post();",
    ],
)
def test_what_is_not_understood_is_unknown(tmp_path: Path, body: str) -> None:
    push = only_push(scan_node(tmp_path, handler(body)))

    assert push.recipient == "unknown"


@pytest.mark.parametrize(
    "body",
    [
        "await post(event.requestContext.connectionId);",
        "const { connectionId } = event.requestContext; await post(connectionId);",
        "const { requestContext: { connectionId: me } } = event; await post(me);",
        "const context = event.requestContext; await post(context.connectionId);",
        "await post(event.requestContext.connectionId!);",
        "await post(event['requestContext']['connectionId']);",
        "const send = async (id) => post(id); await send(event.requestContext?.connectionId ?? '');",
        "class Sender { constructor(id) { this.id = id; } go() { return post(this.id); } }"
        " await new Sender(event.requestContext.connectionId).go();",
        "await Promise.all([1, 2].map(() => post(event.requestContext.connectionId)));",
    ],
)
def test_the_sender_is_found(tmp_path: Path, body: str) -> None:
    push = only_push(scan_node(tmp_path, handler(body), name="say.ts"))

    assert (push.recipient, push.routes) == ("self", ("say",))
    assert "requestContext.connectionId" in push.evidence


@pytest.mark.parametrize(
    "body",
    [
        "await post(JSON.parse(event.body).to);",
        "const { to } = JSON.parse(event.body || '{}'); await post(to);",
        "const body = JSON.parse(event.body); const target = body.to || 'x'; await post(target);",
        "await post(process.env.ADMIN);",
        "const { Item } = await db.send(new GetCommand({ TableName: 'users', Key: { id: 1 } })); await post(Item.connectionId);",
        "const found = await db.send(new QueryCommand({ TableName: 't', IndexName: 'by-user',"
        " KeyConditionExpression: 'userId = :u' })); for (const row of found.Items) await post(row.connectionId);",
    ],
)
def test_one_connection_is_told_from_many(tmp_path: Path, body: str) -> None:
    assert only_push(scan_node(tmp_path, handler(body))).recipient == "one"


@pytest.mark.parametrize(
    "body",
    [
        "const found = await db.send(new QueryCommand({ TableName: 't', KeyConditionExpression: 'room = :r' }));"
        " for (const { connectionId } of found.Items) await post(connectionId);",
        "const found = await db.send(new QueryCommand({ TableName: 't', KeyConditionExpression: '#k = :r',"
        " ExpressionAttributeNames: { '#k': 'topic' } })); await Promise.all(found.Items.map((row) => post(row.id)));",
        "for (const id of JSON.parse(event.body).recipients) await post(id);",
        "const { Item } = await db.send(new GetCommand({ TableName: 'games', Key: { id: 1 } }));"
        " for (const player of Item.players) await post(player.connectionId);",
        "const found = await db.send(new ScanCommand({ TableName: 't', FilterExpression: 'room = :r' }));"
        " for (const row of found.Items) await post(row.connectionId);",
    ],
)
def test_groups_are_found(tmp_path: Path, body: str) -> None:
    assert only_push(scan_node(tmp_path, handler(body))).recipient == "group"


@pytest.mark.parametrize(
    "body",
    [
        "const found = await db.send(new ScanCommand({ TableName: 't' }));"
        " for (const row of found.Items) await post(row.connectionId);",
        "const { Items } = await db.send(new ScanCommand({ TableName: 't' }));"
        " await Promise.all(Items.map(async ({ connectionId }) => { await post(connectionId); }));",
        "const ids = []; const page = await db.send(new ScanCommand({ TableName: 't' }));"
        " page.Items.forEach((row) => ids.push(row.connectionId)); for (const id of ids) await post(id);",
        "const all = async () => (await db.send(new ScanCommand({ TableName: 't' }))).Items.map((row) => row.connectionId.S);"
        " for (const id of await all()) await post(id);",
        "const found = await db.send(new ScanCommand({ TableName: 't' }));"
        " for (let i = 0; i < found.Items.length; i++) await post(found.Items[i].connectionId);",
        "const command = new ScanCommand({ TableName: 't' }); const r = await db.send(command);"
        " await r.Items.reduce(async (before, row) => { await before; await post(row.id); }, Promise.resolve());",
    ],
)
def test_everybody_is_found(tmp_path: Path, body: str) -> None:
    push = only_push(scan_node(tmp_path, handler(body)))

    assert (push.recipient, push.excludes_sender) == ("all", False)
    assert "scan" in push.evidence


@pytest.mark.parametrize(
    "body",
    [
        "const { Items } = await db.scan({ TableName: 't' }).promise(); for (const row of Items) await post(row.id);",
        "db.scan({ TableName: 't' }, (error, data) => { data.Items.forEach((row) => post(row.id)); });",
        "return db.scan({ TableName: 't' }).promise().then((data) => Promise.all(data.Items.map((row) => post(row.id))));",
        "const params = { TableName: 't' }; const data = await db.scan(params).promise(); data.Items.map((r) => post(r.id));",
    ],
)
def test_version_2_of_the_sdk_is_understood(tmp_path: Path, body: str) -> None:
    assert only_push(scan_node(tmp_path, handler(body, V2))).recipient == "all"


@pytest.mark.parametrize(
    "body",
    [
        "for (const row of Items) { if (row.id !== me) await post(row.id); }",
        "for (const row of Items) { if (row.id === me) continue; await post(row.id); }",
        "await Promise.all(Items.filter((row) => row.id != me).map((row) => post(row.id)));",
        "await Promise.all(Items.filter(({ id }) => me !== id).map(({ id }) => post(id)));",
    ],
)
def test_the_sender_is_left_out(tmp_path: Path, body: str) -> None:
    start = (
        "const me = event.requestContext.connectionId;"
        " const { Items } = await db.send(new ScanCommand({ TableName: 't' }));"
    )

    push = only_push(scan_node(tmp_path, handler(start + body)))

    assert (push.recipient, push.excludes_sender) == ("all", True)


@pytest.mark.parametrize(
    "body",
    [
        "for (const row of Items) { if (row.room !== 'x') await post(row.id); }",
        "for (const row of Items) { if (other !== me) console.log(1); await post(row.id); }",
        "for (const row of Items) { if (row.id === me) console.log('me'); await post(row.id); }",
    ],
)
def test_other_comparisons_leave_nobody_out(tmp_path: Path, body: str) -> None:
    start = (
        "const me = event.requestContext.connectionId; const other = process.env.X;"
        " const { Items } = await db.send(new ScanCommand({ TableName: 't' }));"
    )

    assert only_push(scan_node(tmp_path, handler(start + body))).excludes_sender is False
