"""Timers and scheduled jobs, and what each timer is for."""

from collections.abc import Callable

import pytest

from codemods.outcome import Item, ItemKind
from codemods.readers.sites import TimerKind, classify_timer
from codemods.source.file import SourceFile
from codemods.source.tree import find_all

Find = Callable[..., list[Item]]
Names = Callable[..., list[str]]


def kind(code: str) -> TimerKind:
    """The kind of the only timer of the code."""
    file = SourceFile("app.ts", code)
    calls = find_all(file.root, "call_expression")
    (timer,) = [call for call in calls if call.text().startswith(("setTimeout", "setInterval", "setImmediate"))]
    return classify_timer(file, timer)


@pytest.mark.parametrize(
    "code",
    [
        "const order = await create(body); setTimeout(() => release(order.id), HOLD_MS);",
        "for (const seat of seats) { setTimeout(() => free(seat._id), 1000 * 60 * 15); }",
        "const timer = setTimeout(async () => { const row = await Row.findById(id); await row.save(); }, ms);",
        "setTimeout(async () => { await db.user.update({ otp: null }, { where: { id } }); }, 60000);",
        "setTimeout(async () => { await pool.query('UPDATE t SET a = 1 WHERE id = $1', [req.params.id]); }, 2000);",
        "const delay = start.getTime() - Date.now(); if (delay > 0) setTimeout(() => sendReminder(payload), delay);",
        "timers.set(id, { timeout: setTimeout(() => endAuction(id, io), remaining * 1000) });",
        "async function pay(a, b) { if (failed) setTimeout(() => pay(a, b), 60000); }",
        "setTimeout(() => sendDay3(userId), 3 * 24 * 60 * 60 * 1000);",
        "setTimeout(sendWelcome, 10, email, name);",
        "if (ttl) setTimeout(async () => { await db.query('DELETE FROM m WHERE id = ?', [insertId]); }, ttl);",
        "setImmediate(async () => { try { const { mail } = await import('./mail'); await mail(x); } catch (e) {} });",
        "setTimeout(notify.bind(null, user.id), 500);",
        "setTimeout(async () => { const response = await fetch(url); await save(response); }, 5);",
    ],
)
def test_jobs(code: str) -> None:
    assert kind(code) is TimerKind.JOB


@pytest.mark.parametrize(
    "code",
    [
        "await new Promise((resolve) => setTimeout(resolve, 100));",
        "const sleep = (ms) => new Promise((r) => { setTimeout(r, ms); });",
        "const sleep = (ms) => new Promise<void>((resolve) => setTimeout(() => resolve(), ms));",
        "await new Promise((resolve) => setImmediate(resolve));",
        "await new Promise(function (done) { setTimeout(done, 10); });",
    ],
)
def test_sleeps(code: str) -> None:
    assert kind(code) is TimerKind.SLEEP


@pytest.mark.parametrize(
    "code",
    [
        "const late = new Promise((_, reject) => setTimeout(() => reject(new Error('late')), 5000));",
        "await Promise.race([work(), new Promise((resolve) => setTimeout(resolve, 5000))]);",
        "await new Promise((resolve) => { setTimeout(() => resolve(null), 5); work().then(resolve); });",
        "await new Promise((resolve) => { setTimeout(() => { finish(); }, 5); });",
    ],
)
def test_races(code: str) -> None:
    assert kind(code) is TimerKind.RACE


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("setTimeout(() => controller.abort(), 5000);", TimerKind.ABORT),
        ("setTimeout(() => { console.error('late'); process.exit(1); }, 5000);", TimerKind.ABORT),
        ("setTimeout(() => child.kill('SIGKILL'), 5000);", TimerKind.ABORT),
        ("setTimeout(() => { throw new Error('late'); }, 5000);", TimerKind.ABORT),
        ("function h(req, res) { setTimeout(() => res.status(200).json(body), 2000); }", TimerKind.REPLY),
        ("function h(req, res, next) { setTimeout(() => next(), 2000); }", TimerKind.REPLY),
        ("function h(req, res) { const send = res.json.bind(res); setTimeout(() => send(x), 9); }", TimerKind.REPLY),
        ("function h(req, res) { setTimeout(() => { load().then((x) => res.json(x)); }, 9); }", TimerKind.REPLY),
        ("const connectDb = () => { connect().catch(() => setTimeout(connectDb, 5000)); };", TimerKind.RECONNECT),
        ("function work() { step(); setTimeout(work, 1000); }", TimerKind.RECONNECT),
        ("function tick() { setTimeout(() => tick(), 1000); }", TimerKind.RECONNECT),
        ("const cache = new Map(); setTimeout(() => cache.delete(key), 5000);", TimerKind.MEMORY),
        ("let busy = true; setTimeout(() => { busy = false; }, 5000);", TimerKind.MEMORY),
        ("setInterval(() => sweep(), 5000);", TimerKind.INTERVAL),
        ("setTimeout(() => {}, 5000);", TimerKind.UNCLEAR),
        ("setTimeout(make(), 5000);", TimerKind.UNCLEAR),
    ],
)
def test_timers_that_are_no_jobs(code: str, expected: TimerKind) -> None:
    assert kind(code) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("setTimeout(work, 5);", ["setTimeout"]),
        ("globalThis.setInterval(work, 5);", ["setInterval"]),
        ("setImmediate(work);", ["setImmediate"]),
        ('import { setTimeout as wait } from "node:timers/promises";\nawait wait(5);', []),
        ('import { setTimeout } from "node:timers/promises";\nawait setTimeout(5);', ["setTimeout"]),
        ("function setTimeout(f: unknown) {}\nsetTimeout(work);", []),
        ('import { setTimeout } from "./clock";\nsetTimeout(work);', []),
        ("clock.setTimeout(work, 5);", []),
    ],
)
def test_timers_count_by_binding(names: Names, code: str, expected: list[str]) -> None:
    assert names(code) == expected


@pytest.mark.parametrize(
    ("code", "package", "name"),
    [
        ('import cron from "node-cron";\ncron.schedule("0 3 * * *", work);', "node-cron", "cron.schedule 0 3 * * *"),
        ('import { CronJob } from "cron";\nnew CronJob("* * * * *", work);', "cron", "new CronJob * * * * *"),
        (
            'const schedule = require("node-schedule");\nschedule.scheduleJob("0 0 * * *", work);',
            "node-schedule",
            "schedule.scheduleJob 0 0 * * *",
        ),
        ('import { Queue } from "bullmq";\nconst q = new Queue("mail");', "bullmq", "new Queue mail"),
        (
            'import Agenda from "agenda";\nconst a = new Agenda();\na.every("1 day", "clean");',
            "agenda",
            "a.every 1 day",
        ),
    ],
)
def test_scheduled_jobs(find: Find, code: str, package: str, name: str) -> None:
    (item,) = find(code, package)
    assert (item.kind, item.name) == (ItemKind.CRON, name)
