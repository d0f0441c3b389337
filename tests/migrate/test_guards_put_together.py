"""Guards that the code puts together while the server starts: what cannot be read whole holds its routes back."""

from __future__ import annotations

import pytest
from harness import CodemodTest
from middleware_app import app

GUARD = """
    const guard = (req: Request, res: Response, next: NextFunction) => {
      if (req.headers.authorization !== "key") return res.status(401).end();
      next();
    };
    """
OPEN = "(req: Request, res: Response, next: NextFunction) => next()"
LATER = {
    "a list that is added to": "const chain: any[] = [];\nchain.push(guard);\napp.get('/x', chain, HANDLER);",
    "a list that is spread": "const chain: any[] = [];\nchain.push(guard);\napp.get('/x', ...chain, HANDLER);",
    "a list within a list": "const chain: any[] = [];\nchain.push(guard);\napp.get('/x', [...chain, HANDLER]);",
    "a list that is used": "const chain: any[] = [];\nchain.push(guard);\napp.use(chain);\napp.get('/x', HANDLER);",
    "an element": "const chain: any[] = [];\nchain[0] = guard;\napp.get('/x', chain, HANDLER);",
    "a function that adds": """
        function fill(list: any[]) { list.unshift(guard); }
        const chain: any[] = [];
        fill(chain as any);
        app.get('/x', chain, HANDLER);
        """,
    "a list of an object": """
        const lists = { all: [] as any[] };
        lists.all.push(guard);
        app.get('/x', lists.all, HANDLER);
        """,
    "a property that is written over": f"""
        const guards: any = {{ check: {OPEN} }};
        guards.check = guard;
        app.get('/x', guards.check, HANDLER);
        """,
}


@pytest.mark.parametrize("routes", LATER.values(), ids=LATER)
def test_guards_that_are_added_later_hold_routes_back(codemod: CodemodTest, routes: str) -> None:
    text = GUARD + routes.replace("HANDLER", "(req: Request, res: Response) => { res.json(1); }")
    migrated = codemod.migrate(app(text))
    assert migrated.outcome("GET /x").startswith("needs-review")
    assert "= query(" not in "".join(migrated.convex.values())


def test_lists_that_another_file_adds_to_hold_routes_back(codemod: CodemodTest) -> None:
    routes = """
        import { chain } from "./chain";
        import "./secure";
        app.get("/x", chain, (req: Request, res: Response) => { res.json(1); });
        """
    secure = f"""
        import {{ chain }} from "./chain";
        {GUARD}
        chain.push(guard);
        """
    migrated = codemod.migrate(app(routes, chain="export const chain: any[] = [];", secure=secure))
    assert migrated.outcome("GET /x").startswith("needs-review")


def test_lists_that_stay_as_they_were_written_are_read(codemod: CodemodTest) -> None:
    routes = """
        const chain: any[] = [guard];
        console.log(chain.length);
        app.get("/x", chain, (req: Request, res: Response) => { res.json(1); });
        """
    migrated = codemod.migrate(app(GUARD + routes))
    assert migrated.outcome("GET /x") == "migrated"
    assert "= internalQuery(" in "".join(migrated.convex.values())


PARAMETERS = {
    "a route": 'app.param("id", check);\napp.get("/u/:id", HANDLER);',
    "a route before it": 'app.get("/u/:id", HANDLER);\napp.param("id", check);',
    "a mount": 'app.param("id", check);\nrouter.get("/x", HANDLER);\napp.use("/u/:id", router);',
    "middleware on the way": 'app.param("id", check);\napp.use("/u/:id", seen);\napp.get("/u/:name/x", HANDLER);',
    "a computed name": 'app.param(process.env.NAME || "id", check);\napp.get("/u/:id", HANDLER);',
}


@pytest.mark.parametrize("routes", PARAMETERS.values(), ids=PARAMETERS)
def test_guards_of_parameters_hold_routes_back(codemod: CodemodTest, routes: str) -> None:
    text = f"""
        const check = (req: Request, res: Response, next: NextFunction, id: string) =>
          id === "1" ? void res.status(401).end() : next();
        const seen = {OPEN};
        const router = express.Router();
        """
    routes = routes.replace("HANDLER", "(req: Request, res: Response) => { res.json(1); }")
    migrated = codemod.migrate(app(f"{text}\n{routes}"))
    route = next(item for item in migrated.settled.items if item.kind == "route")
    assert "param(" in (route.reason or "")


def test_parameters_of_other_routers_concern_nobody(codemod: CodemodTest) -> None:
    text = """
        const check = (req: Request, res: Response, next: NextFunction, id: string) =>
          id === "1" ? void res.status(401).end() : next();
        const router = express.Router();
        router.param("id", check);
        router.get("/x", (req: Request, res: Response) => { res.json(1); });
        app.use("/u/:id", router);
        """
    assert codemod.migrate(app(text)).outcome("GET /u/:id/x") == "migrated"


def test_what_a_setting_holds_is_middleware(codemod: CodemodTest) -> None:
    text = f"""
        {GUARD}
        app.set("guard", guard);
        app.use(app.get("guard"));
        app.get("/x", (req: Request, res: Response) => {{ res.json(1); }});
        """
    assert 'runs after `app.get("guard")`' in codemod.migrate(app(text)).outcome("GET /x")


GIVEN_AWAY = {
    "a function of a package": ('import { secure } from "@acme/security";', "secure(app);"),
    "a method of a package": ('import * as OpenApi from "openapi-guard";', "new OpenApi.Validator({}).install(app);"),
    "a class of a package": ('import { Shield } from "express-shield";', "new Shield(app);"),
    "a file that is not there": ('import { secure } from "./generated/secure";', "secure(app, {});"),
}


@pytest.mark.parametrize("line, call", GIVEN_AWAY.values(), ids=GIVEN_AWAY)
def test_what_gets_the_application_may_guard_it(codemod: CodemodTest, line: str, call: str) -> None:
    text = f"""
        {line}
        app.get("/early", (req: Request, res: Response) => {{ res.json(1); }});
        {call}
        app.get("/late", (req: Request, res: Response) => {{ res.json(1); }});
        """
    migrated = codemod.migrate(app(text))
    assert migrated.outcome("GET /early") == "migrated"
    assert migrated.outcome("GET /late").startswith("needs-review")


@pytest.mark.parametrize("call", ["http.createServer(app)", "serverless(app)", "listEndpoints(app)", "docs(app)"])
def test_what_serves_the_application_leaves_it_as_it_is(codemod: CodemodTest, call: str) -> None:
    text = f"""
        import http from "http";
        import serverless from "serverless-http";
        import listEndpoints from "express-list-endpoints";
        import docs from "express-jsdoc-swagger";
        export const served = {call};
        app.get("/x", (req: Request, res: Response) => {{ res.json(1); }});
        """
    assert codemod.migrate(app(text)).outcome("GET /x") == "migrated"


PATTERNS = [
    ('use("/o/:id?"', "/o"),
    ('use("/o/:id?"', "/o/1"),
    ('all("/o/:id?"', "/o"),
    ('use("/ad*"', "/admin/x"),
    ('use("/b?c"', "/c/x"),
    ('all("/se(cret)?"', "/secret"),
    ('use("/g-:name"', "/g-x/y"),
    ('all("/f-:name"', "/f-x"),
    ('use("/:kind(priv|hid)"', "/priv/x"),
    ('use("/x/:a-:b"', "/x/1-2/y"),
    ('get("/o/:id?"', "/o"),
    ('get("/f-:name"', "/f-x"),
    ('get(process.env.PATHS || "/x"', "/x"),
]


@pytest.mark.parametrize("registered, path", PATTERNS)
def test_guards_of_patterns_hold_back_what_they_may_stand_for(codemod: CodemodTest, registered: str, path: str) -> None:
    text = f"""
        {GUARD}
        app.{registered}, guard);
        app.get("{path}", (req: Request, res: Response) => {{ res.json(1); }});
        """
    migrated = codemod.migrate(app(text))
    route = max((item for item in migrated.settled.items if item.kind == "route"), key=lambda item: item.source.line)
    assert route.name == f"GET {path}"
    assert route.target is not None and route.target.function_kind == "internalQuery"


@pytest.mark.parametrize(
    "registered, path",
    [('use("/ad*"', "/users"), ('use("/g-:name"', "/h-x"), ('use("/o/:id?"', "/p"), ('get("/f-:a"', "/g")],
)
def test_guards_of_patterns_leave_others_alone(codemod: CodemodTest, registered: str, path: str) -> None:
    text = f"""
        {GUARD}
        app.{registered}, guard);
        app.get("{path}", (req: Request, res: Response) => {{ res.json(1); }});
        """
    assert codemod.migrate(app(text)).outcome(f"GET {path}") == "migrated"


def test_paths_with_escapes_are_not_carried(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(app('app.get("/a%20b", (req: Request, res: Response) => { res.json(1); });'))
    assert migrated.outcome("GET /a%20b").startswith("needs-review CX102")


def test_handlers_with_bound_arguments_are_not_carried(codemod: CodemodTest) -> None:
    text = """
        function show(query: Request, req: Request, res: Response) { req.json(query.query.a); }
        app.get("/x", show.bind(null, { query: { a: 1 } } as any) as any);
        """
    assert "gives it more than the request" in codemod.migrate(app(text)).outcome("GET /x")
