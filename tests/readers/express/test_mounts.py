"""Routers that are mounted: prefixes, nesting, factories, and those that nothing mounts."""

from __future__ import annotations

import pytest
from express_reading import ReadApp

ROUTER = """
const users = Router();
users.get("/:id", (req, res) => res.end());
"""
EXPORTED = ROUTER + "export default users;\n"

MOUNTS = {
    "path": 'app.use("/users", users);',
    "constant": 'const PREFIX = "/users";\napp.use(PREFIX, users);',
    "middleware before the router": 'app.use("/users", (req, res, next) => next(), users);',
    "slashes": 'app.use("/users/", users);',
    "router in between": 'const api = Router();\napi.use("/users", users);\napp.use(api);',
    "prefix in two parts": 'const api = Router();\napi.use("/", users);\napp.use("/users", api);',
    "chain": 'app.use(express.json()).use("/users", users);',
}


@pytest.mark.parametrize("mount", MOUNTS.values(), ids=MOUNTS.keys())
def test_the_path_of_a_route_has_the_prefix_of_its_mount(read: ReadApp, mount: str) -> None:
    found = read(ROUTER + "const app = express();\n" + mount)
    assert found.routes == ["GET /users/:id"]
    assert found.route().local_path == "/:id"
    assert found.route().mounted


IMPORTED = {
    "default import": ('import users from "./users";', EXPORTED),
    "named import": ('import { users } from "./users";', ROUTER + "export { users };\n"),
    "renamed": ('import { router as users } from "./users";', ROUTER + "export { users as router };\n"),
    "re-export": ('import { users } from "./index";', ROUTER + "export { users };\n"),
}


@pytest.mark.parametrize(("statement", "router"), IMPORTED.values(), ids=IMPORTED.keys())
def test_a_router_of_another_file_is_mounted_through_its_import(read: ReadApp, statement: str, router: str) -> None:
    app = f'{statement}\nconst app = express();\napp.use("/users", users);\n'
    files = {"app.ts": app, "users.ts": router, "index.ts": 'export * from "./users";\n'}
    assert read(files).routes == ["GET /users/:id"]


def test_a_router_of_a_namespace_is_mounted_through_it(read: ReadApp) -> None:
    app = 'import * as all from "./users";\nconst app = express();\napp.use("/users", all.users);\n'
    assert read({"app.ts": app, "users.ts": ROUTER + "export { users };\n"}).routes == ["GET /users/:id"]


def test_a_router_that_is_mounted_twice_gives_each_route_twice(read: ReadApp) -> None:
    found = read(ROUTER + 'const app = express();\napp.use("/a", users);\napp.use("/b", users);')
    assert found.routes == ["GET /a/:id", "GET /b/:id"]


def test_mounts_may_nest(read: ReadApp) -> None:
    found = read(
        """
        const app = express(), api = Router(), users = Router({ mergeParams: true }), posts = Router();
        posts.get("/:post", (req, res) => res.end());
        users.use("/:user/posts", posts);
        api.use("/users", users);
        app.use("/api/v1", api);
        """
    )
    assert found.routes == ["GET /api/v1/users/:user/posts/:post"]


def test_middleware_of_all_routers_on_the_way_runs_from_the_outside_in(read: ReadApp) -> None:
    found = read(
        """
        import { a, b, c, d, e } from "./missing";
        const app = express(), api = Router(), users = Router();
        app.use(a);
        api.use(b);
        users.use(c);
        users.get("/", e, (req, res) => res.end());
        api.use("/users", d, users);
        app.use("/api", api);
        """
    )
    assert found.before() == ["a", "b", "d", "c", "e"]


def test_a_router_that_nothing_mounts_is_not_served(read: ReadApp) -> None:
    found = read("const app = express();\n" + ROUTER)
    assert found.routes == ["GET /:id"]
    assert not found.route().mounted


def test_routers_that_mount_each_other_end(read: ReadApp) -> None:
    found = read('const a = Router(), b = Router();\na.use(b);\nb.use(a);\na.get("/x", (req, res) => res.end());')
    assert "GET /x" in found.routes


def test_a_computed_prefix_leaves_the_path_unknown(read: ReadApp) -> None:
    assert read(ROUTER + "const app = express();\napp.use(process.env.PREFIX, users);").route().path is None


FACTORIES = {
    "function": "function make() { const r = Router(); r.get('/:id', h); return r; }\napp.use('/users', make());",
    "arrow": "const make = () => { const r = Router(); r.get('/:id', h); return r; };\napp.use('/users', make());",
    "expression": "const make = () => Router().get('/:id', h);\napp.use('/users', make());",
    "class": """
        class Users { router = Router(); constructor() { this.router.get('/:id', h); } }
        app.use('/users', new Users().router);""",
    "class with methods": """
        class Users {
          public router: Router;
          constructor() { this.router = Router(); this.init(); }
          private init() { this.router.get('/:id', h); }
        }
        const users = new Users();
        app.use('/users', users.router);""",
    "getter of a class": """
        class Users {
          private r = Router();
          constructor() { this.r.get('/:id', h); }
          get router() { return this.r; }
        }
        app.use('/users', new Users().router);""",
    "static getter": """
        class Users { static get routes() { const r = Router(); r.get('/:id', h); return r; } }
        app.use('/users', Users.routes);""",
    "class without fields": """
        class Users { constructor() { this.router = Router(); this.router.get('/:id', h); } }
        app.use('/users', new Users().router);""",
    "returned in a branch": """
        function make(open) { const r = Router(); r.get('/:id', h); if (open) { return r; } return r; }
        app.use('/users', make(true));""",
    "application of classes": """
        class Users { path = '/users'; router = Router(); constructor() { this.router.get('/:id', h); } }
        class Server {
          constructor(routes: any[]) { this.mount(routes); }
          private mount(routes: any[]) { routes.forEach((one) => { app.use(one.path, one.router); }); }
        }
        new Server([new Users()]);""",
    "getter function of a class": """
        class Users {
          private router = Router();
          constructor() { this.router.get('/:id', h); }
          getRouter() { return this.router; }
        }
        app.use('/users', new Users().getRouter());""",
}


@pytest.mark.parametrize("factory", FACTORIES.values(), ids=FACTORIES.keys())
def test_routers_are_found_where_they_are_made(read: ReadApp, factory: str) -> None:
    found = read("const app = express();\nconst h = (req, res) => res.end();\n" + factory)
    assert found.routes == ["GET /users/:id"]
    assert found.route().mounted


def test_an_application_may_be_a_field(read: ReadApp) -> None:
    found = read(
        """
        class App {
          public app: express.Application;
          constructor() { this.app = express(); this.routes(); }
          private routes() { this.app.get("/x", (req, res) => res.end()); }
        }
        new App();
        """
    )
    assert found.routes == ["GET /x"]
    assert found.route().mounted


@pytest.mark.parametrize("given", ["{ app }", "{ app: app }"])
def test_an_application_may_be_handed_over_in_an_object(read: ReadApp, given: str) -> None:
    app = f'import register from "./routes";\nconst app = express();\nregister({given});\n'
    routes = """
        import { Express } from "express";
        import more from "./more";
        export default ({ app }: { app: Express }) => { more({ server: app }); };
        """
    more = "export default ({ server }) => { server.get('/x', (req, res) => res.end()); };"
    found = read({"app.ts": app, "routes.ts": routes, "more.ts": more})
    assert found.routes == ["GET /x"]
    assert found.route().mounted


def test_a_class_that_gets_the_application_registers_on_it(read: ReadApp) -> None:
    found = read(
        """
        const app = express();
        app.use(auth);
        class Users {
          constructor(private readonly app: Express) { this.register(); }
          private register() { this.app.get("/x", (req, res) => res.end()); }
        }
        new Users(app);
        """
    )
    assert found.routes == ["GET /x"]
    assert found.before() == ["auth"]


HANDED = {
    "typed": "export function register(app: Express) { app.get('/x', (req, res) => res.end()); }",
    "untyped": "export function register(server) { server.get('/x', (req, res) => res.end()); }",
    "arrow": "export const register = (app) => { app.get('/x', (req, res) => res.end()); };",
    "handed on": """
        export function register(app) { more(app); }
        function more(app) { app.get('/x', (req, res) => res.end()); }""",
}


@pytest.mark.parametrize("function", HANDED.values(), ids=HANDED.keys())
def test_routes_may_be_registered_by_functions_that_get_the_application(read: ReadApp, function: str) -> None:
    app = 'import { register } from "./routes";\nconst app = express();\napp.use(auth);\nregister(app);\n'
    found = read({"app.ts": app, "routes.ts": 'import { Express } from "express";\n' + function})
    assert found.routes == ["GET /x"]
    assert found.route().mounted
    assert found.before() == ["auth"]


def test_a_helper_that_gets_several_routers_registers_on_each(read: ReadApp) -> None:
    found = read(
        """
        const app = express(), users = Router(), posts = Router();
        function addPing(r: Router) { r.get("/ping", (req, res) => res.end()); }
        addPing(users);
        addPing(posts);
        app.use("/users", users);
        app.use("/posts", posts);
        """
    )
    assert sorted(found.routes) == ["GET /posts/ping", "GET /users/ping"]


BASE = """
    abstract class Base {
      router = Router();
      constructor() { this.router.use(auth); this.init(); }
      abstract init(): void;
    }
    class Users extends Base { init() { this.router.get("/:id", (req, res) => res.end()); } }
    class Posts extends Base { init() { this.router.get("/", (req, res) => res.end()); } }
    """


def test_every_class_has_the_router_that_it_inherits_for_itself(read: ReadApp) -> None:
    found = read(
        f"""
        {BASE}
        const app = express();
        app.use("/users", new Users().router);
        app.use("/posts", new Posts().router);
        """
    )
    assert found.routes == ["GET /users/:id", "GET /posts"]
    assert found.before("GET /users/:id") == found.before("GET /posts") == ["auth"]


MAKERS = {
    "on what it makes": "function crud(list) { const r = Router(); r.get('/', list); return r; }",
    "in a chain": "const crud = (list) => Router().get('/', list);",
    "of a controller": "function crud({ list }) { const r = Router(); r.get('/', list); return r; }",
}


@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS.keys())
def test_every_call_of_a_factory_makes_a_router_of_its_own(read: ReadApp, maker: str) -> None:
    given = ("{ list: users }", "{ list: posts }") if "{ list }" in maker else ("users", "posts")
    found = read(
        f"""
        const app = express();
        const users = (req, res) => res.end("users"), posts = (req, res) => res.end("posts");
        {maker}
        app.use("/users", crud({given[0]}));
        app.use("/posts", crud({given[1]}));
        """
    )
    assert sorted(found.routes) == ["GET /posts", "GET /users"]
    assert all(route.mounted for route in found.app.routes)
    names = {route.name: route.handler.name for route in found.app.routes}
    assert names in ({"GET /users": "users", "GET /posts": "posts"}, {"GET /users": None, "GET /posts": None})
