"""Routes that hash, sign, write and talk to another service, sent to Express and to the migration.

The other service is a local fake that both talk to; it has to be told the same by both.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from convex_project import ConvexProject
from express_app import function_in
from fake_service import fake_service
from harness import CodemodTest, dedented
from outside_app import FILES
from side_by_side import compare


def request(method: str, path: str, body: object = None) -> str:
    text = f"{method} {path}\n"
    return text if body is None else f"{text}Content-Type: application/json\n\n{json.dumps(body)}\n"


ANN = {"email": "ann@shop.org", "password": "pw", "name": "Ann"}
ORDERS = [{"what": what, "at": "2024-05-01T00:00:00.000Z"} for what in ("tea", "cup", "pot")]
REQUESTS = [
    request("POST", "/register", ANN),
    request("POST", "/register", ANN),
    request("POST", "/register", {**ANN, "email": "nobody@shop.org"}),
    request("POST", "/register", {"email": "b@shop.org", "password": "pw"}),
    request("POST", "/login", ANN),
    request("POST", "/login", {**ANN, "password": "other"}),
    request("POST", "/login", {**ANN, "email": "nobody@shop.org"}),
    request("GET", "/users"),
    request("GET", "/users/ann@shop.org"),
    request("GET", "/users/nobody"),
    request("POST", "/orders", {**ANN, "orders": ORDERS}),
    request("POST", "/orders", {**ANN, "orders": [{"what": "none"}]}),
    request("POST", "/orders", {**ANN, "password": "other", "orders": ORDERS}),
    request("GET", "/users"),
    request("GET", "/weather/bern"),
    request("GET", "/weather/nowhere"),
]


def test_the_other_service_is_told_the_same_and_the_answers_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JWT_SECRET", "not for production")
    monkeypatch.setenv("MAIL_KEY", "of the account")
    with fake_service() as service:
        monkeypatch.setenv("SERVICE_URL", service.url)
        found = compare(tmp_path, FILES, "\n###\n".join(REQUESTS))
    assert found.differences == []
    assert set(Counter(service.messages).values()) == {2}


def test_what_needs_node_stands_apart_and_everything_bundles(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(FILES)
    assert "CX202" not in migrated.codes
    project = ConvexProject(migrated.root)
    assert project.codegen() == []
    assert project.tsc() == []
    assert project.bundle() == []
    assert project.eslint() == []
    on_node = [path for path, text in migrated.convex.items() if text.startswith('"use node";')]
    assert on_node == ["convex/appNode.ts", "convex/lib/mailNode.ts", "convex/model/accountsNode.ts"]
    assert "weather" not in migrated.convex["convex/appNode.ts"]


def test_a_transaction_of_an_action_is_one_internal_mutation(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(FILES)
    beside, on_node = (migrated.convex[f"convex/model/{name}.ts"] for name in ("accounts", "accountsNode"))
    assert function_in(beside, "changeUserAndStoreOrder") == dedented(
        """
        export const changeUserAndStoreOrder = internalMutation({
          args: { userId: v.id("users"), wanted: v.optional(v.any()) },
          handler: async (ctx, args) => {
            const { userId, wanted } = unpacked(args);
            await patchUser(ctx, ctx.db.get("users", userId), { seenAt: null });
            await insertOrder(ctx, {
              what: wanted[0].what,
              at: new Date(wanted[0].at),
              userId: userId,
            });
          },
        });
        """
    )
    assert "packed({ email, hash, seenAt, name }),\n  ).then(unpacked);" in on_node
    assert 'await sendMail(email, "You are back").catch(() => console.log("not told"));' in on_node
    assert "insertOrder" not in on_node


def test_a_function_that_actions_and_transactions_share_is_run_by_an_internal_one(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(FILES)
    beside, on_node = (migrated.convex[f"convex/model/{name}.ts"] for name in ("accounts", "accountsNode"))
    assert "export async function findAccount(ctx: QueryCtx, email: string, withProfile = true) {" in beside
    assert function_in(beside, "findAccountInternal") == dedented(
        """
        export const findAccountInternal = internalQuery({
          args: { email: v.optional(v.any()), withProfile: v.optional(v.any()) },
          handler: async (ctx, args) => {
            const { email, withProfile } = unpacked(args);
            return packed(await findAccount(ctx, email, withProfile));
          },
        });
        """
    )
    run = "ctx.runQuery(internal.model.accounts.findAccountInternal, packed({ email })).catch(rethrow).then(unpacked)"
    assert f"const user = await {run};" in on_node
