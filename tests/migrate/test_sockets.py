"""Events for sockets: nothing to do where a query tells clients of the data, left to their owner elsewhere."""

from __future__ import annotations

import pytest
from convex_project import ConvexProject
from harness import CodemodTest, Migrated, dedented

PACKAGE = '{ "dependencies": { "@prisma/client": "^5.0.0", "express": "^4.21.0", "socket.io": "^4.7.0" } }'
SCHEMA = """
    datasource db {
      provider = "postgresql"
      url      = env("DATABASE_URL")
    }

    model Order {
      id     String @id @default(cuid())
      status String
    }
    """
SOCKETS = """
    import { Server } from "socket.io";

    let io: Server | null = null;

    export function start(server: Server) {
      io = server;
      server.on("connection", (socket) => socket.join("all"));
    }

    export async function tell(id: string) {
      if (!io) return;
      const order = await prisma.order.findUnique({ where: { id } });
      io.to("all").emit("order", order);
    }
    """
APP = """
    import express from "express";
    import { createServer } from "http";
    import { Server } from "socket.io";
    import { prisma } from "./client";
    import { start, tell } from "./sockets";

    const app = express();
    const server = createServer(app);
    const io = new Server(server);
    app.set("io", io);
    start(io);
    app.use(express.json());
    app.post("/orders/:id", async (req, res) => {
      %s
    });
    server.listen(3000);
    """
CLIENT = 'import { PrismaClient } from "@prisma/client";\n\nexport const prisma = new PrismaClient();\n'
WRITE = 'const order = await prisma.order.update({ where: { id: req.params.id }, data: { status: "paid" } });'


def _migrated(codemod: CodemodTest, body: str) -> Migrated:
    files = {
        "package.json": PACKAGE,
        "prisma/schema.prisma": dedented(SCHEMA),
        "src/app.ts": dedented(APP) % body,
        "src/client.ts": CLIENT,
        "src/sockets.ts": 'import { prisma } from "./client";\n' + dedented(SOCKETS),
    }
    return codemod.migrate(files)


EVENTS = {
    "the server": 'io.emit("paid", order);',
    "a setting": 'req.app.get("io").to(`room-${order.id}`).emit("paid", { id: order.id, at: Date.now() });',
    "a setting with a name": 'const sockets = req.app.get("io"); sockets.in("all").volatile.emit("paid", order);',
    "under a test": 'const sockets = req.app.get("io"); if (sockets) { sockets.emit("paid"); sockets.emit("all"); }',
    "a function": "await tell(order.id);",
}


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())
def test_events_fall_away_where_the_data_is_a_query(codemod: CodemodTest, event: str) -> None:
    migrated = _migrated(codemod, f"{WRITE}\n{event}\nres.json(order);")
    assert migrated.outcome("POST /orders/:id") == "migrated"
    text = "".join(migrated.convex.values())
    assert "emit" not in text and "io" not in text.replace("version", "").split()
    assert "sockets." not in text
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc(), project.bundle()) == ([], [], [])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('io.emit("hello", req.body); res.json({});', "CX501 uses socket.io"),
        ('req.app.get("io").emit("hello", req.body); res.json({});', 'CX205 reads `req.app.get("io")`'),
        (f'{WRITE} io.emit("paid", order, () => console.log("seen")); res.json(order);', "CX501 uses socket.io"),
        (f'{WRITE} io.emit("paid", next()); res.json(order);', "CX201"),
        (f'{WRITE} res.json(io.emit("paid", order));', "CX501 uses socket.io"),
        (f"{WRITE} io.disconnectSockets(); res.json(order);", "CX501 uses socket.io"),
    ],
)
def test_what_only_sockets_tell_stays(codemod: CodemodTest, body: str, reason: str) -> None:
    assert reason in _migrated(codemod, body).outcome("POST /orders/:id")


def test_the_report_says_which_events_are_left_out(codemod: CodemodTest) -> None:
    migrated = _migrated(codemod, f'{WRITE}\nio.emit("paid", order);\nres.json(order);')
    told = [each for each in migrated.settled.diagnostics if each.code == "CX505"]
    assert [each.message for each in told] == [
        'the socket event "paid" is left out: clients get what changes by subscribing to a query'
    ]
