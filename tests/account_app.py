"""An Express application with accounts: passwords are hashed, tokens signed, rows dated."""

SCHEMA = """
    enum Role {
      USER
      ADMIN
    }

    model User {
      id        Int       @id @default(autoincrement())
      email     String    @unique
      password  String
      name      String?
      role      Role      @default(USER)
      logins    Int       @default(0)
      createdAt DateTime  @default(now())
      lastLogin DateTime?
      posts     Post[]
    }

    model Post {
      id       Int    @id @default(autoincrement())
      title    String
      authorId Int
      author   User   @relation(fields: [authorId], references: [id])
    }
    """

TOKENS = """
    import jwt from "jsonwebtoken";

    /** Who is it? */
    export const tokenFor = (id: number, role: string): string =>
      jwt.sign({ id, role }, process.env.JWT_SECRET || "secret", { expiresIn: "2h", issuer: "shop" });
    """

SERVICE = """
    import bcrypt from "bcrypt";
    import { Prisma, PrismaClient } from "@prisma/client";
    import { tokenFor } from "./tokens";

    const prisma = new PrismaClient();

    export class AccountError extends Error {
      constructor(public status: number, message: string) {
        super(message);
      }
    }

    // Passwords never leave this file.
    function shown(user: { id: number; email: string; name: string | null; createdAt: Date }) {
      return { id: user.id, email: user.email, name: user.name, year: user.createdAt.getUTCFullYear() };
    }

    export async function register(email: string, password: string, name?: string) {
      const taken = await prisma.user.findUnique({ where: { email }, select: { id: true } });
      if (taken) throw new AccountError(409, "Taken");
      const hash = await bcrypt.hash(password, 4);
      const user = await prisma.user.create({ data: { email, password: hash, ...(name ? { name } : {}) } });
      return { user: shown(user), token: tokenFor(user.id, user.role) };
    }

    export async function login(email: string, password: string) {
      const user = await prisma.user.findUnique({ where: { email } });
      if (!user || !(await bcrypt.compare(password, user.password))) throw new AccountError(401, "Wrong");
      const seen = new Date("2024-03-01T10:00:00.000Z");
      const next = await prisma.user.update({
        where: { id: user.id },
        data: { lastLogin: seen, logins: { increment: 1 } },
      });
      const exact = next.lastLogin?.getTime() === seen.getTime();
      return { first: user.logins === 0, exact, lastLogin: next.lastLogin, token: tokenFor(next.id, next.role) };
    }

    export async function close(id: number, password: string) {
      const user = await prisma.user.findUnique({ where: { id } });
      if (!user) throw new AccountError(404, "Nobody");
      if (!bcrypt.compareSync(password, user.password)) throw new AccountError(403, "Wrong");
      const posts = await prisma.post.deleteMany({ where: { authorId: user.id } });
      await prisma.user.delete({ where: { id: user.id } });
      return { posts: posts.count, left: await prisma.user.count({ where: { role: "USER" } }) };
    }
    """

APP = """
    import express, { NextFunction, Request, Response } from "express";
    import { AccountError, close, login, register } from "./accounts";

    const app = express();
    app.use(express.json());

    app.post("/register", async (req, res, next) => {
      try {
        res.status(201).json(await register(req.body.email, req.body.password, req.body.name));
      } catch (error) {
        next(error);
      }
    });

    app.post("/login", async (req, res, next) => {
      try {
        res.json(await login(req.body.email, req.body.password));
      } catch (error) {
        next(error);
      }
    });

    app.post("/users/:id/close", async (req, res, next) => {
      try {
        res.json(await close(Number(req.params.id), req.body.password));
      } catch (error) {
        next(error);
      }
    });

    app.use((err: Error, req: Request, res: Response, next: NextFunction) => {
      if (err instanceof AccountError) {
        res.status(err.status).json({ error: err.message });
        return;
      }
      res.status(500).json({ error: "Failed" });
    });

    app.listen(3000);
    """
