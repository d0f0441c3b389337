import { type HonoWithConvex, HttpRouterWithHono } from "convex-helpers/server/hono";
import { parse } from "convex-helpers/validators";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { api, internal } from "./_generated/api";
import type { ActionCtx } from "./_generated/server";
import { updateAuthorArgs } from "./authors";
import { createAuthorBookArgs, createBookArgs, listBooksArgs, updateBookArgs } from "./books";
import { createCustomerArgs } from "./customers";
import { createAuthorSchema, updateAuthorSchema } from "./lib/authorSchema";
import {
  createAuthorBookSchema,
  createBookSchema,
  listBooksSchema,
  updateBookSchema,
} from "./lib/bookSchema";
import { createCustomerSchema } from "./lib/customerSchema";
import { answerOf, faultOf, readInput, readQuery, sendAnswer, unsettle } from "./lib/edge";
import { errorHandler, notFoundHandler } from "./lib/errorHandler";
import { createOrderSchema } from "./lib/orderSchema";
import { createReviewSchema } from "./lib/reviewSchema";
import { validate } from "./lib/validate";
import { createOrderArgs } from "./orders";

const app: HonoWithConvex<ActionCtx> = new Hono({ strict: false });

app.use("*", cors());

app.get("/health", async (c) => {
  return c.json(await c.env.runQuery(api.app.getHealth, {}));
});

app.get("/api/authors", async (c) => {
  return c.json(await c.env.runQuery(api.authors.listAuthors, { query: readQuery(c) }));
});

app.post("/api/authors", async (c) => {
  const req = await readInput(c);
  await validate(createAuthorSchema)(req);
  const result = await c.env.runMutation(internal.authors.createAuthor, {
    name: req.body.name,
    bio: req.body.bio,
  });
  return c.json(result, 201);
});

app.get("/api/authors/:id", async (c) => {
  return c.json(await c.env.runQuery(api.authors.getAuthor, { id: c.req.param("id") }));
});

app.patch("/api/authors/:id", async (c) => {
  const req = await readInput(c);
  await validate(updateAuthorSchema)(req);
  const result = await c.env.runMutation(
    internal.authors.updateAuthor,
    parse(updateAuthorArgs, { id: req.params.id, body: req.body }),
  );
  return c.json(result);
});

app.delete("/api/authors/:id", async (c) => {
  await c.env.runMutation(api.authors.deleteAuthor, { id: c.req.param("id") });
  return c.body(null, 204);
});

app.get("/api/authors/:authorId/books", async (c) => {
  const result = await c.env.runQuery(api.books.listBooksByAuthor, {
    authorId: c.req.param("authorId"),
  });
  return c.json(result);
});

app.post("/api/authors/:authorId/books", async (c) => {
  const req = await readInput(c);
  await validate(createAuthorBookSchema)(req);
  const result = await c.env.runMutation(
    internal.books.createAuthorBook,
    parse(createAuthorBookArgs, { authorId: req.params.authorId, body: req.body }),
  );
  return c.json(result, 201);
});

app.get("/api/books", async (c) => {
  const req = await readInput(c);
  await validate(listBooksSchema)(req);
  const result = await c.env.runQuery(
    internal.books.listBooks,
    parse(listBooksArgs, { query: req.query }),
  );
  return c.json(result);
});

app.post("/api/books", async (c) => {
  const req = await readInput(c);
  await validate(createBookSchema)(req);
  const result = await c.env.runMutation(
    internal.books.createBook,
    parse(createBookArgs, { body: req.body }),
  );
  return c.json(result, 201);
});

app.get("/api/books/isbn/:isbn", async (c) => {
  return c.json(await c.env.runQuery(api.books.getBookByIsbn, { isbn: c.req.param("isbn") }));
});

app.get("/api/books/:id", async (c) => {
  return c.json(await c.env.runQuery(api.books.getBook, { id: c.req.param("id") }));
});

app.patch("/api/books/:id", async (c) => {
  const req = await readInput(c);
  await validate(updateBookSchema)(req);
  const result = await c.env.runMutation(
    internal.books.updateBook,
    parse(updateBookArgs, { id: req.params.id, body: req.body }),
  );
  return c.json(result);
});

app.delete("/api/books/:id", async (c) => {
  await c.env.runMutation(api.books.deleteBook, { id: c.req.param("id") });
  return c.body(null, 204);
});

app.get("/api/books/:bookId/reviews", async (c) => {
  return c.json(await c.env.runQuery(api.reviews.listReviews, { bookId: c.req.param("bookId") }));
});

app.post("/api/books/:bookId/reviews", async (c) => {
  const req = await readInput(c);
  await validate(createReviewSchema)(req);
  const result = await c.env.runMutation(internal.reviews.createReview, {
    bookId: req.params.bookId,
    reviewer: req.body.reviewer,
    rating: req.body.rating,
    comment: req.body.comment,
  });
  return c.json(result, 201);
});

app.post("/api/customers", async (c) => {
  const req = await readInput(c);
  await validate(createCustomerSchema)(req);
  const result = await c.env.runMutation(
    internal.customers.createCustomer,
    parse(createCustomerArgs, { body: req.body }),
  );
  return c.json(result, 201);
});

app.get("/api/customers/:id", async (c) => {
  return c.json(await c.env.runQuery(api.customers.getCustomer, { id: c.req.param("id") }));
});

app.get("/api/customers/:id/orders", async (c) => {
  return c.json(await c.env.runQuery(api.customers.listCustomerOrders, { id: c.req.param("id") }));
});

app.post("/api/orders", async (c) => {
  const req = await readInput(c);
  await validate(createOrderSchema)(req);
  const result = unsettle(
    await c.env.runMutation(
      internal.orders.createOrder,
      parse(createOrderArgs, { customerId: req.body.customerId, items: req.body.items }),
    ),
  );
  return c.json(result, 201);
});

app.get("/api/orders/:id", async (c) => {
  return c.json(await c.env.runQuery(api.orders.getOrder, { id: c.req.param("id") }));
});

app.post("/api/orders/:id/pay", async (c) => {
  return c.json(await c.env.runMutation(api.orders.payOrder, { id: c.req.param("id") }));
});

app.post("/api/orders/:id/cancel", async (c) => {
  const result = unsettle(
    await c.env.runMutation(api.orders.cancelOrder, { id: c.req.param("id") }),
  );
  return c.json(result);
});

app.notFound(notFoundHandler);

app.onError((error, c) => {
  const answer = answerOf(error);
  return answer !== null ? sendAnswer(c, answer) : errorHandler(faultOf(error), c);
});

export default new HttpRouterWithHono(app);
