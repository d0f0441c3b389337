"""Guards that verify a bearer token, carried over to the HTTP edge: who gets in, and what handlers know of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from bearer_tokens import PACKAGE, SECRET, token
from convex_project import ConvexProject
from harness import CodemodTest, dedented
from side_by_side import compare

APP = """
    import express from "express";
    import { authenticate, authorize, identify, isSelf } from "./auth";

    const app = express();
    app.use(express.json());
    app.get("/me", authenticate, (req: any, res) => {
      res.json({ id: req.user.id, role: req.user!.role, name: req.user?.name ?? null });
    });
    app.get("/admin", authenticate, authorize("ADMIN"), (req, res) => {
      res.json({ admin: (req as any).user.id });
    });
    app.get("/users/:id", authenticate, isSelf, (req, res) => {
      res.json({ id: req.params.id, body: req.query.user ?? null });
    });
    app.get("/open", identify, (req: any, res) => {
      res.json({ user: req.user?.id ?? "nobody" });
    });
    app.use((err: any, req: express.Request, res: express.Response, next: express.NextFunction) => {
      if (err.name === "TokenExpiredError") return res.status(401).json({ error: "Session expired" });
      res.status(err.status ?? 500).json({ error: err.message });
    });
    export default app;
    """

HEAD = """
    import { NextFunction, Request, Response } from "express";
    import jwt, { JwtPayload } from "jsonwebtoken";

    export interface AuthRequest extends Request {
      user?: { id: string; role: string; name?: string };
    }
    """

REST = """
    export const authorize = (...roles: string[]) => {
      return (req: AuthRequest, res: Response, next: NextFunction) => {
        if (!req.user || !roles.includes(req.user.role)) {
          return res.status(403).json({ error: "Forbidden" });
        }
        next();
      };
    };

    export const isSelf = (req: AuthRequest, res: Response, next: NextFunction): void => {
      if (req.user?.id !== req.params.id && req.user?.role !== "ADMIN") {
        res.status(403).json({ error: "Not yours" });
        return;
      }
      next();
    };

    export function identify(req: AuthRequest, _res: Response, next: NextFunction) {
      const token = req.headers.authorization?.split(" ")[1];
      if (!token) return next();
      try {
        req.user = jwt.verify(token, process.env.JWT_SECRET!) as any;
      } catch {
        // Whoever it is, the page is open.
      }
      next();
    }
    """

GUARDS = {
    "in a try": """
        export const authenticate = (req: AuthRequest, res: Response, next: NextFunction) => {
          const header = req.headers.authorization;
          if (!header || !header.startsWith("Bearer ")) {
            return res.status(401).json({ error: "No token" });
          }
          const token = header.split(" ")[1];
          try {
            const decoded = jwt.verify(token, process.env.JWT_SECRET as string) as { id: string; role: string };
            req.user = decoded;
            next();
          } catch (error) {
            if (error instanceof jwt.TokenExpiredError) {
              return res.status(401).json({ error: "Expired" });
            }
            return res.status(403).json({ error: "Invalid token" });
          }
        };
        """,
    "in a callback": """
        export function authenticate(req: Request, res: Response, next: NextFunction) {
          const authHeader = req.headers["authorization"];
          const token = authHeader && authHeader.split(" ")[1];
          if (token == null) return res.sendStatus(401);

          jwt.verify(token, process.env.JWT_SECRET as string, (err: any, user: any) => {
            if (err) return res.status(403).json({ error: err.name });
            (req as any).user = user;
            next();
          });
        }
        """,
    "in a returned callback with options": """
        export const authenticate = async (req: Request, res: Response, next: NextFunction): Promise<any> => {
          const token = (req.headers.authorization || "").replace(/^Bearer\\s+/, "");
          return jwt.verify(token, process.env.JWT_SECRET!, { algorithms: ["HS256"] }, (err, decoded) => {
            if (err) {
              return next(err);
            }
            (req as AuthRequest).user = decoded as JwtPayload & { id: string; role: string };
            return next();
          });
        };
        """,
    "by a helper": """
        function verifyToken(token: string): { id: string; role: string } {
          return jwt.verify(token, process.env.JWT_SECRET!) as JwtPayload & { id: string; role: string };
        }

        class Unauthorized extends Error {
          status = 401;
        }

        export const authenticate = (req: AuthRequest, res: Response, next: NextFunction): void => {
          const token = req.headers.authorization?.split(" ")[1];
          if (!token) throw new Unauthorized("No token");
          try {
            const { id, role } = verifyToken(token);
            req.user = { id, role };
            next();
          } catch (error) {
            next(error);
          }
        };
        """,
    "with errors that its own catch has no say in": """
        class Unauthorized extends Error {
          status = 401;
        }

        export const authenticate = async (req: AuthRequest, res: Response, next: NextFunction) => {
          try {
            const token = req.headers.authorization?.split(" ")[1];
            if (!token) return next(new Unauthorized("No token"));
            const claims = jwt.verify(token, process.env.JWT_SECRET!) as { id: string; role: string };
            if (claims.id === "u2" && req.path === "/users/u1") {
              next(new Unauthorized("Not today"));
              return;
            }
            req.user = claims;
            return next();
          } catch {
            return next(new Unauthorized("Invalid token"));
          }
        };
        """,
    "a method that is bound": """
        class Guards {
          authenticate(req: AuthRequest, res: Response, next: NextFunction) {
            const token = req.headers.authorization?.split(" ")[1];
            if (!token) return res.status(401).json({ error: "No token" });
            try {
              req.user = this.read(token);
            } catch (error) {
              return res.status(401).json({ error: (error as Error).message });
            }
            next();
          }

          private read(token: string) {
            return jwt.verify(token, process.env.JWT_SECRET!) as { id: string; role: string };
          }
        }

        const guards = new Guards();

        export const authenticate = guards.authenticate.bind(guards);
        """,
    "through the locals of the response": """
        const remember = (req: Request, res: Response, next: NextFunction) => {
          const { claims } = res.locals;
          if (claims) (req as AuthRequest).user = claims;
          next();
        };

        const read = (req: Request, res: Response, next: NextFunction) => {
          const [scheme, token] = (req.headers.authorization ?? "").split(" ");
          if (scheme !== "Bearer") return res.sendStatus(401);
          jwt.verify(token, process.env.JWT_SECRET!, (err, claims) => {
            if (err) return res.status(403).json({ error: err.message });
            res.locals.claims = claims;
            next();
          });
        };

        export const authenticate = [read, remember];
        """,
}

TOKENS = {
    "user": token({"id": "u1", "role": "USER", "name": "Ann"}),
    "admin": token({"id": "u2", "role": "ADMIN"}),
    "expired": token({"id": "u1", "role": "ADMIN", "exp": 1700000000}),
    "foreign": token({"id": "u1", "role": "ADMIN"}, "other"),
    "unsigned": token({"id": "u1", "role": "ADMIN"}, algorithm="none"),
    "words": "words",
}


def files(guard: str) -> dict[str, str]:
    auth = dedented(HEAD) + "\n" + dedented(guard) + "\n" + dedented(REST)
    app = dedented(APP).replace("export default app;", "app.listen(process.env.PORT);")
    return {"package.json": PACKAGE, "src/auth.ts": auth, "src/app.ts": app}


def script() -> str:
    """Every route for every token, and for none."""
    asked = []
    for path in ("/me", "/admin", "/users/u1", "/users/u1?user=admin", "/open"):
        asked.append(f"GET {path}")
        asked.append(f"GET {path}\nAuthorization: Basic YTpi")
        asked += [f"GET {path}\nAuthorization: Bearer {sent}" for sent in TOKENS.values()]
    return "\n\n###\n\n".join(asked) + "\n"


@pytest.mark.parametrize("guard", GUARDS.values(), ids=GUARDS)
def test_guards_let_in_whom_they_let_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, guard: str) -> None:
    monkeypatch.setenv("JWT_SECRET", SECRET)
    found = compare(tmp_path, files(guard), script())
    assert found.differences == []
    assert found.note.startswith("40 of 40")


@pytest.mark.parametrize("guard", GUARDS.values(), ids=GUARDS)
def test_guarded_functions_are_internal_and_sound(codemod: CodemodTest, guard: str) -> None:
    migrated = codemod.migrate(files(guard))
    outcomes = {item.name: item.reason or str(item.outcome) for item in migrated.settled.items if item.kind == "route"}
    assert set(outcomes.values()) == {"migrated"}
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc(), project.bundle()) == ([], [], [])
    app = migrated.convex["convex/app.ts"]
    assert app.count("internalQuery({") == 4 and "= query({" not in app
