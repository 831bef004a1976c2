#!/usr/bin/env python3
"""Reads a city's public topics as somebody outside would, and holds what comes against what was to come.

    consumer.py --kafka 127.0.0.1:9092 --prefix afterbell --descriptors events.binpb \\
        --valid valid.tsv --void void.tsv --void-records 120

Nothing of Afterbell's is used but descriptors of its event messages: a Kafka client (confluent-kafka), the SDK of
CloudEvents with its Kafka binding, and protobuf.

--valid: a line an event: source, id, key, type, SHA-256 of the value. --void: SHA-256 of values that stand in void
records only. Prints "consumer: N events of M types in K partitions, …"; exit 1 if anything is wrong, the first of it above.
"""

import argparse
import collections
import datetime
import hashlib
import sys
import uuid

import confluent_kafka
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.base import Format
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

SERVICES = ("registry", "enrollment", "attendance", "staffing", "billing", "inspection")
# The SDK makes up an id, a time and a version where there are none, so that these are looked for before.
PROMISED = {"ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_dataschema", "content-type", "ce_kind",
            "ce_index", "ce_ordinal", "ce_events", "ce_occurredat"}
ALLOWED = PROMISED | {"ce_subject", "ce_district", "ce_servicedate"}
SILENCE_SECONDS_MAX = 60.0
PROBLEMS_SHOWN_MAX = 10


class ProtobufFormat(Format):
    """Data of content type application/protobuf, by the message that an event's type names."""

    def __init__(self, descriptors):
        with open(descriptors, "rb") as file:
            files = descriptor_pb2.FileDescriptorSet.FromString(file.read())
        self.pool = descriptor_pool.DescriptorPool()
        for one in files.file:
            self.pool.Add(one)
        self.classes = {}

    def message_class(self, name):
        if name not in self.classes:
            self.classes[name] = message_factory.GetMessageClass(self.pool.FindMessageTypeByName(name))
        return self.classes[name]

    def read_data(self, data, datacontenttype):
        if datacontenttype != "application/protobuf":
            raise ValueError(f"content type {datacontenttype}")
        return data  # Parsed when the type is known.

    def decode(self, event):
        message = self.message_class(event.get_type())()
        message.ParseFromString(event.get_data())
        return message

    # Of an interface for both directions; a reader has no use for these.
    def read(self, event_factory, data):
        raise ValueError("structured mode: binary was promised")

    def write(self, event):
        raise NotImplementedError

    def write_data(self, data, datacontenttype):
        raise NotImplementedError

    def get_content_type(self):
        return "application/protobuf"


def read_to_ends(brokers, topics):
    """Every message of every partition, up to the ends as they stand, in order of partition and offset."""
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": brokers,
        "group.id": f"outside-{uuid.uuid4()}",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "enable.partition.eof": True,
    })
    try:
        known = consumer.list_topics(timeout=SILENCE_SECONDS_MAX).topics
        missing = [topic for topic in topics if topic not in known]
        if missing:
            raise SystemExit(f"consumer: no topic {missing[0]}")
        places = [confluent_kafka.TopicPartition(topic, number, confluent_kafka.OFFSET_BEGINNING)
                  for topic in topics for number in known[topic].partitions]
        consumer.assign(places)
        messages, open_places = collections.defaultdict(list), {(p.topic, p.partition) for p in places}
        while open_places:
            message = consumer.poll(SILENCE_SECONDS_MAX)
            if message is None:
                raise SystemExit("consumer: the brokers are silent")
            if message.error() is None:
                messages[message.topic(), message.partition()].append(message)
            elif message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF:
                open_places.discard((message.topic(), message.partition()))
            else:
                raise SystemExit(f"consumer: {message.error()}")
        return messages
    finally:
        consumer.close()


def load_valid(path):
    valid = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            source, number, key, kind, digest = line.rstrip("\n").split("\t")
            valid[source, number] = (key, kind, digest)
    return valid


class Check:
    def __init__(self, protobuf, valid, void):
        self.protobuf, self.valid, self.void = protobuf, valid, void
        self.seen, self.types, self.problems = collections.Counter(), set(), []
        self.partition_of_key = {}

    def problem(self, place, what):
        self.problems.append(f"{place}: {what}")

    def partition(self, place, messages):
        order = {}
        for message in messages:
            where = f"{place[0]}/{place[1]} at {message.offset()}"
            headers = dict(message.headers() or [])
            if len(headers) != len(message.headers() or []) or not PROMISED <= headers.keys() <= ALLOWED:
                self.problem(where, f"headers {[name for name, _ in message.headers() or []]}")
                continue
            try:
                # Raises where an attribute is not what CloudEvents has it be.
                event = from_binary(KafkaMessage(headers, message.key(), message.value()), self.protobuf)
                decoded = self.protobuf.decode(event)
            except Exception as error:  # pylint: disable=broad-except
                self.problem(where, f"{type(error).__name__}: {error}")
                continue
            self.event(where, place, event, decoded, order)

    def event(self, where, place, event, decoded, order):
        source, number = event.get_source(), event.get_id()
        self.seen[source, number] += 1
        self.types.add(event.get_type())
        digest = hashlib.sha256(event.get_data()).hexdigest()
        found = (event.get_extension("partitionkey"), event.get_type(), digest)
        if (source, number) not in self.valid:
            self.problem(where, f"{source} {number} is no valid event")
        elif self.valid[source, number] != found:
            self.problem(where, f"{source} {number} is {found}, not {self.valid[source, number]}")
        if digest in self.void:
            self.problem(where, f"{source} {number} has the value of a void record")
        if not any(True for _ in decoded.ListFields()):
            self.problem(where, f"{event.get_type()} is empty")

        # Attributes an outsider may build on.
        at = tuple(int(part) for part in number.split("."))
        if at != (int(event.get_extension("index")), int(event.get_extension("ordinal"))):
            self.problem(where, f"id {number} is not its index and ordinal")
        if not 1 <= at[1] <= int(event.get_extension("events")):
            self.problem(where, f"ordinal {at[1]} of {event.get_extension('events')}")
        if event.get_extension("kind") not in ("FACT", "DECISION", "DETERMINATION"):
            self.problem(where, f"kind {event.get_extension('kind')}")
        if not event.get_dataschema().endswith("/" + event.get_type()):
            self.problem(where, f"schema {event.get_dataschema()}")
        if not isinstance(event.get_time(), datetime.datetime) or event.get_time().tzinfo is None:
            self.problem(where, f"time {event.get_time()}")
        service = place[0].split(".")[-3]
        if source.split("/")[3] != service or event.get_type().split(".")[1] != service:
            self.problem(where, f"{source}, {event.get_type()} in the topic of {service}")

        # One partition a key; in it a source never goes back.
        key = (place[0], event.get_extension("partitionkey"))
        if self.partition_of_key.setdefault(key, place[1]) != place[1]:
            self.problem(where, f"key {key[1]} is in two partitions")
        if order.get(source, (0, 0)) >= at:
            self.problem(where, f"{source} {number} after {order[source]}")
        order[source] = at

    def finish(self):
        for identity, times in self.seen.items():
            if times > 1:
                self.problem(" ".join(identity), f"{times} times")
        for identity in self.valid.keys() - self.seen.keys():
            self.problem(" ".join(identity), "is missing")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kafka", required=True)
    parser.add_argument("--prefix", default="afterbell")
    parser.add_argument("--descriptors", required=True, help="protoc --include_imports --descriptor_set_out")
    parser.add_argument("--valid", required=True)
    parser.add_argument("--void", required=True)
    parser.add_argument("--void-records", type=int, required=True, help="how many there are in the log")
    flags = parser.parse_args()

    valid = load_valid(flags.valid)
    with open(flags.void, encoding="utf-8") as file:
        void = set(file.read().split())
    check = Check(ProtobufFormat(flags.descriptors), valid, void)
    if not valid or not void or flags.void_records <= 0:
        check.problem("lists", "without valid events and void records this proves nothing")
    places = read_to_ends(flags.kafka, [f"{flags.prefix}.{service}.public.v1" for service in SERVICES])
    for place, messages in sorted(places.items()):
        check.partition(place, messages)
    check.finish()
    for problem in check.problems[:PROBLEMS_SHOWN_MAX]:
        print(f"consumer: {problem}")
    print(f"consumer: {sum(check.seen.values())} events of {len(check.types)} types in {len(places)} partitions, "
          f"{len(valid)} expected, {flags.void_records} void records in the log: {len(check.problems)} problems")
    return 1 if check.problems else 0


if __name__ == "__main__":
    sys.exit(main())
