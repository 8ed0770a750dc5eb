"""What every log promises."""

import asyncio

import pytest

from philomel.engines.log import MAX_VALUE, Log, Message, Record, Subscription
from philomel.kernel.errors import InvalidArgument
from philomel.kernel.ids import new_event_id

TOPIC = "philomel.catalog"


def records(*values: str, key: str = "key") -> list[Record]:
    return [Record(new_event_id(1), key, "catalog.Changed", value.encode()) for value in values]


def values(messages: "list[Message] | tuple[Message, ...]") -> list[str]:
    return [message.record.value.decode() for message in messages]


async def take(subscription: Subscription, limit: int = 500, wait: float = 0) -> list[Message]:
    return list(await subscription.poll(limit, wait))


async def test_a_group_reads_from_the_beginning_in_order(log: Log) -> None:
    sent = records("a", "b", "c")
    await log.append(TOPIC, sent[:2])
    await log.append(TOPIC, sent[2:])
    member = log.subscribe("search", [TOPIC])
    messages = await take(member)
    assert [message.record for message in messages] == sent
    offsets = [message.offset for message in messages]
    assert offsets == sorted(set(offsets))
    assert await take(member) == []
    assert await log.end(TOPIC) > offsets[-1]
    assert await log.end("philomel.empty") == 0


async def test_groups_do_not_see_each_other(log: Log) -> None:
    await log.append(TOPIC, records("a"))
    for group in ("search", "plays"):
        member = log.subscribe(group, [TOPIC])
        messages = await take(member)
        assert values(messages) == ["a"]
        await member.commit(messages)


async def test_what_was_not_committed_is_seen_again(log: Log) -> None:
    await log.append(TOPIC, records("a", "b", "c"))
    first = log.subscribe("search", [TOPIC])
    messages = await take(first)
    await first.commit(messages[:1])
    await first.close()
    second = log.subscribe("search", [TOPIC])
    assert values(await take(second)) == ["b", "c"]


async def test_a_commit_covers_what_came_before(log: Log) -> None:
    await log.append(TOPIC, records("a", "b", "c"))
    first = log.subscribe("search", [TOPIC])
    messages = await take(first)
    await first.commit([messages[1]])
    await first.commit([messages[0]])
    await first.close()
    assert values(await take(log.subscribe("search", [TOPIC]))) == ["c"]


async def test_seek_replays(log: Log) -> None:
    await log.append(TOPIC, records("a", "b"))
    member = log.subscribe("search", [TOPIC])
    messages = await take(member)
    await member.commit(messages)
    await member.seek(TOPIC, 0)
    assert values(await take(member)) == ["a", "b"]
    await member.seek(TOPIC, messages[1].offset)
    assert values(await take(member)) == ["b"]


async def test_an_append_wakes_who_waits(log: Log) -> None:
    member = log.subscribe("search", [TOPIC])
    assert await take(member) == []
    waiting = asyncio.ensure_future(take(member, wait=30))
    await asyncio.sleep(0)
    await log.append("philomel.other", records("x"))
    await log.append(TOPIC, records("a"))
    async with asyncio.timeout(5):
        assert values(await waiting) == ["a"]


async def test_two_members_of_a_group_share_without_seeing_anything_twice(log: Log) -> None:
    topics = ["philomel.one", "philomel.two"]
    first, second = log.subscribe("search", topics), log.subscribe("search", topics)
    seen: list[str] = []
    for number in range(20):
        for topic in topics:
            await log.append(topic, records(f"{topic} {number}"))
        for member in (first, second):
            messages = await take(member, 7)
            await member.commit(messages)
            seen += values(messages)
    await first.close()
    for _ in range(20):
        messages = await take(second)
        await second.commit(messages)
        seen += values(messages)
    assert len(seen) == len(set(seen)) == 40


async def test_the_other_member_takes_over_at_once(log: Log) -> None:
    first, second = log.subscribe("search", [TOPIC]), log.subscribe("search", [TOPIC])
    await log.append(TOPIC, records("a"))
    assert values(await take(first)) == ["a"]
    waiting = asyncio.ensure_future(take(second, wait=30))
    await asyncio.sleep(0)
    await first.close()
    async with asyncio.timeout(5):
        assert values(await waiting) == ["a"]


async def test_several_topics_come_through_one_subscription(log: Log) -> None:
    for topic in ("philomel.one", "philomel.two"):
        await log.append(topic, records(*(f"{topic} {number}" for number in range(10))))
    member = log.subscribe("search", ["philomel.one", "philomel.two"])
    seen: list[str] = []
    while messages := await take(member, 3):
        assert len(messages) <= 3
        seen += values(messages)
    assert len(seen) == 20
    for topic in ("philomel.one", "philomel.two"):
        assert [v for v in seen if v.startswith(topic)] == [f"{topic} {n}" for n in range(10)]


async def test_concurrent_appends_are_all_there(log: Log) -> None:
    await asyncio.gather(*(log.append(TOPIC, records(f"{n} a", f"{n} b")) for n in range(200)))
    member = log.subscribe("search", [TOPIC])
    seen = values(await take(member, 1000))
    assert sorted(seen) == sorted(f"{n} {part}" for n in range(200) for part in "ab")
    for number in range(200):
        assert seen.index(f"{number} a") + 1 == seen.index(f"{number} b")


async def test_large_batches_come_in_parts(log: Log) -> None:
    big = "x" * (MAX_VALUE - 10)
    await log.append(TOPIC, records(*(f"{number}{big}" for number in range(12))))
    member = log.subscribe("search", [TOPIC])
    seen = []
    while messages := await take(member):
        seen += [value[: -len(big)] for value in values(messages)]
    assert seen == [str(number) for number in range(12)]


async def test_a_value_that_is_too_large_is_refused(log: Log) -> None:
    with pytest.raises(InvalidArgument):
        await log.append(TOPIC, records("x" * (MAX_VALUE + 1)))
    assert await log.end(TOPIC) == 0


async def test_topic_and_group_names_cannot_leave_their_place(log: Log) -> None:
    for name in ("../../etc", "a/b", "ü ~", "'; DROP TABLE topic; --"):
        await log.append(name, records(name))
        assert values(await take(log.subscribe(name, [name]))) == [name]
