"""What a local AWS has to have beside tables, because infrastructure declares it and code may use it.

Secrets get made-up values: what they are is nobody's to know here, also where a template says it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Final

from migrator.inventory.model import LocalResource
from migrator.scan.intrinsics import Resolver, Unresolved
from migrator.scan.yamlfile import Map, as_list, as_map, as_text
from shim.redaction import is_secret_name

MADE_UP: Final = "made-up"

_QUEUE_ATTRIBUTES: Final = ("ContentBasedDeduplication", "DelaySeconds", "VisibilityTimeout")


def local_resources(resources: Map, resolver: Resolver) -> Iterator[LocalResource]:
    """Each after those that it names."""
    subscriptions: list[LocalResource] = []
    redriving: list[LocalResource] = []
    for logical_id, value in resources.items():
        resource = as_map(value)
        kind = as_text(resource.get("Type")) or ""
        look = _LOOKS.get(kind)
        if look is not None:
            name = resolver.names.name(logical_id, resource, resolver)
            properties = as_map(resource.get("Properties"))
            made = look(logical_id, name, properties, resolver)
            if "RedrivePolicy" in properties:
                redriving.append(made)
            else:
                yield made
        subscriptions += _subscriptions(logical_id, kind, resource, resolver)
    yield from redriving
    yield from subscriptions


def _queue(logical_id: str, name: str, properties: Map, resolver: Resolver) -> LocalResource:
    attributes: dict[str, str] = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
    for attribute in _QUEUE_ATTRIBUTES:
        text = resolver.text(properties.get(attribute))
        if isinstance(text, str):
            attributes[attribute] = text
    policy = as_map(properties.get("RedrivePolicy"))
    dead = resolver.text(policy.get("deadLetterTargetArn"))
    if isinstance(dead, str):
        most = resolver.text_or(policy.get("maxReceiveCount"), "1")
        attributes["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": most})
    return _made(logical_id, "sqs", "create_queue", QueueName=name, Attributes=attributes)


def _topic(logical_id: str, name: str, _properties: Map, _resolver: Resolver) -> LocalResource:
    attributes = {"FifoTopic": "true"} if name.endswith(".fifo") else {}
    return _made(logical_id, "sns", "create_topic", Name=name, Attributes=attributes)


def _bucket(logical_id: str, name: str, _properties: Map, resolver: Resolver) -> LocalResource:
    region = resolver.names.region
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    return _made(logical_id, "s3", "create_bucket", Bucket=name, **where)


def _parameter(logical_id: str, name: str, properties: Map, resolver: Resolver) -> LocalResource:
    value, kind = resolver.text(properties.get("Value")), resolver.text_or(properties.get("Type"), "String")
    last = name.rpartition("/")[2]
    known = isinstance(value, str) and value != "" and not is_secret_name(last)
    made = _made(logical_id, "ssm", "put_parameter", Name=name, Value=value if known else MADE_UP, Type=kind)
    why = "a secret" if is_secret_name(last) else "not known"
    told = f"The value of the SSM parameter {name} is {why}, so it is {MADE_UP!r}."
    return made if known else made.model_copy(update={"assumed": told})


def _secret(logical_id: str, name: str, properties: Map, _resolver: Resolver) -> LocalResource:
    """With the keys that a template gives to its JSON."""
    generated = as_map(properties.get("GenerateSecretString"))
    shape = as_text(generated.get("SecretStringTemplate")) or as_text(properties.get("SecretString")) or ""
    keys = [*_keys(shape), as_text(generated.get("GenerateStringKey"))]
    text = json.dumps({key: MADE_UP for key in keys if key}) if any(keys) else MADE_UP
    made = _made(logical_id, "secretsmanager", "create_secret", Name=name, SecretString=text)
    return made.model_copy(update={"assumed": f"The secret {name} was made up."})


def _keys(text: str) -> list[str]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return list(told) if isinstance(told, dict) else []


def _subscriptions(logical_id: str, kind: str, resource: Map, resolver: Resolver) -> Iterator[LocalResource]:
    """Of queues to topics; functions are run by their triggers."""
    properties = as_map(resource.get("Properties"))
    if kind == "AWS::SNS::Subscription":
        topic, found = resolver.text(properties.get("TopicArn")), [properties]
    elif kind == "AWS::SNS::Topic":
        topic = resolver.names.ref(logical_id, resource, resolver)
        found = [as_map(one) for one in as_list(properties.get("Subscription"))]
    else:
        return
    for one in found:
        endpoint = resolver.text(one.get("Endpoint"))
        if as_text(one.get("Protocol")) == "sqs" and not isinstance(topic, Unresolved) and isinstance(endpoint, str):
            raw = {"RawMessageDelivery": "true"} if as_text(one.get("RawMessageDelivery")) == "true" else {}
            yield _made(
                logical_id, "sns", "subscribe", TopicArn=topic, Protocol="sqs", Endpoint=endpoint, Attributes=raw
            )


def _made(logical_id: str, service: str, operation: str, **arguments: object) -> LocalResource:
    return LocalResource(id=logical_id, service=service, operation=operation, arguments=arguments)


_LOOKS: Final[dict[str, Callable[[str, str, Map, Resolver], LocalResource]]] = {
    "AWS::SQS::Queue": _queue,
    "AWS::SNS::Topic": _topic,
    "AWS::S3::Bucket": _bucket,
    "AWS::SSM::Parameter": _parameter,
    "AWS::SecretsManager::Secret": _secret,
}
