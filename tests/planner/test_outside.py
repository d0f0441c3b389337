"""What only an action may do: the network, Node, waiting. Nothing that it begins is left behind."""

from __future__ import annotations

import pytest
from planned_app import PlanApp


def route(body: str) -> str:
    return f'app.post("/x", async (req, res) => {{ {body} }});'


NETWORK = {
    "fetch": ("", 'await fetch("https://mail.test", { method: "POST" });'),
    "a client built on fetch": ('import ky from "ky";', 'await ky.get("https://mail.test").json();'),
    "a sleep": ("", "await new Promise((done) => setTimeout(done, 5));"),
    "a race": (
        "",
        'await Promise.race([fetch("https://a.test"), new Promise((_, fail) => setTimeout(fail, 5))]);',
    ),
}


@pytest.mark.parametrize(("imports", "body"), NETWORK.values(), ids=NETWORK)
def test_the_network_and_time_take_an_action(planned: PlanApp, imports: str, body: str) -> None:
    found = planned(route(f"{body} res.json(1);"), imports=imports)
    assert found.outcome == "migrated"
    assert "= action({" in found.module and '"use node"' not in found.module
    assert body in found.handler


NODE = {
    "a client at home on Node": ('import axios from "axios";', 'await axios.post("https://a.test", { a: 1 });'),
    "one of a scope": (
        'import { S3Client } from "@aws-sdk/client-s3";',
        "await new S3Client({}).send('x' as never);",
    ),
    "a module of Node": ('import { createHmac } from "node:crypto";', 'createHmac("sha256", "x").digest("hex");'),
    "a buffer": ("", 'Buffer.from("x").toString("base64");'),
    "what the process tells of itself": ("", "process.uptime();"),
    "text made into code": (
        'import handlebars from "handlebars";',
        'handlebars.compile("{{name}}")({ name: "x" });',
    ),
}


@pytest.mark.parametrize(("imports", "body"), NODE.values(), ids=NODE)
def test_what_needs_node_goes_to_a_file_of_its_own(planned: PlanApp, imports: str, body: str) -> None:
    found = planned(route(f"const x = {body} res.json(x);"), imports=imports)
    module = found.files["convex/appNode.ts"]
    assert module.startswith('"use node";\n') and "= action({" in module
    assert body.removeprefix("await ") in module and imports in module
    assert "api.appNode." in found.files["convex/http.ts"]


def test_a_type_of_a_package_takes_nothing_along(planned: PlanApp) -> None:
    found = planned(
        "type Settings = Options & { name: string };\n" + route("const x: Settings = req.body; res.json(x.name);"),
        imports='import type { Options } from "nodemailer/lib/mailer";',
    )
    assert "= mutation({" in found.module
    assert 'import type { Options } from "nodemailer/lib/mailer";' in found.module


LEFT_ALONE = {
    "a failure is logged": ('fetch("https://a.test");', 'await fetch("https://a.test").catch(console.error);'),
    "a failure is looked after": (
        'fetch("https://a.test").catch(() => console.log("down"));',
        'await fetch("https://a.test").catch(() => console.log("down"));',
    ),
    "a function of ours": ("notify(1);", "await notify(1).catch(console.error);"),
    "one that fails never": ("tell(1);", "await tell(1);"),
    "one that does not wait": ("begin();", "await begin();"),
}


@pytest.mark.parametrize(("before", "after"), LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_an_action_waits_for_what_nobody_waited_for(planned: PlanApp, before: str, after: str) -> None:
    found = planned(
        """
        async function notify(id: number) {
          await fetch(`https://a.test/${id}`);
        }
        async function tell(id: number) {
          try {
            await fetch(`https://a.test/${id}`);
          } catch (error) {
            console.error(error);
          }
        }
        function begin() {
          fetch("https://a.test");
        }
        """
        + route(f"{before} res.json(1);")
    )
    assert after in found.handler


def test_a_check_is_not_work_that_somebody_could_wait_for(planned: PlanApp) -> None:
    found = planned(
        "type Check = (value: unknown) => asserts value;\nconst check: Check = (value) => assert(value);\n"
        + route('await fetch("https://a.test"); check(req.body.name); res.json(1);'),
        imports='import assert from "node:assert";',
    )
    module = found.files["convex/appNode.ts"]
    assert "; check(args.name);" in module
    assert "export type Check = (value: unknown) => asserts value;" in "".join(found.files.values())


REFUSED = {
    "a callback": (
        "nodemailer.createTransport({}).sendMail({}, (error) => console.log(error));",
        "CX204 gives nodemailer a callback",
    ),
    "a loop that does not wait": (
        "[1].forEach(async (id) => { await fetch(`https://a.test/${id}`); });",
        "CX209 `fetch(`https://a.test/${id}`)` of fetch is called and not awaited",
    ),
    "a callback for a client of the module": (
        "transport.sendMail({}, (error) => console.log(error));",
        "CX204 gives nodemailer a callback",
    ),
    "sockets": ("new Server().emit('a');", "CX501 uses socket.io"),
    "something unknown": ("unheard({});", "CX208 uses the package unheard-of"),
}


@pytest.mark.parametrize(("body", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_no_action_waits_for_is_refused(planned: PlanApp, body: str, reason: str) -> None:
    imports = """
import nodemailer from "nodemailer";
import { Server } from "socket.io";
import unheard from "unheard-of";
const transport = nodemailer.createTransport({});"""
    assert planned(route(f"{body} res.json(1);"), imports=imports).reason == reason


def test_a_promise_made_by_hand_is_waited_for(planned: PlanApp) -> None:
    body = """
        const text = await new Promise<string>((resolve, reject) => {
          const request = https.request("https://a.test", (response) => {
            let data = "";
            response.on("data", (chunk) => (data += chunk));
            response.on("end", () => resolve(data));
          });
          request.on("error", reject);
          request.end();
        });
        """
    found = planned(route(f"{body} res.json(text);"), imports='import https from "https";')
    assert 'https.request("https://a.test"' in found.files["convex/appNode.ts"]


def test_middleware_has_no_node(planned: PlanApp) -> None:
    found = planned(
        """
        const check: express.RequestHandler = (req, res, next) => {
          if (createHmac("sha256", "x").digest("hex") !== req.headers["x-sum"]) return res.sendStatus(401);
          next();
        };
        app.post("/x", check, async (req, res) => { res.json(1); });
        """,
        imports='import { createHmac } from "node:crypto";',
    )
    assert found.reason == "CX801 is guarded by `check`, which needs Node, which the HTTP edge is not"


def test_the_report_says_what_made_an_action(planned: PlanApp) -> None:
    found = planned(
        """
        const hashPassword = (text: string) => createHmac("sha256", "x").update(text).digest("hex");
        const createUser = async (text: string) => ({ password: hashPassword(text) });
        """
        + route("res.json(await createUser(req.body.text));"),
        imports='import { createHmac } from "node:crypto";',
    )
    chain = "`createX` → `createUser` → `hashPassword` → node:crypto"
    assert f"POST /x is an action on Node because {chain}" in found.messages
