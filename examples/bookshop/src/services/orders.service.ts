import { ConflictError, NotFoundError } from "../lib/errors";
import { prisma } from "../lib/prisma";
import { OrderItemInput } from "../schemas/order.schema";
import { getCustomer } from "./customers.service";

const RESERVATION_MS = 30 * 60 * 1000;

class OrderService {
  async create(customerId: string, items: OrderItemInput[]) {
    const customer = await getCustomer(customerId);

    let totalCents = 0;
    for (const item of items) {
      const book = await prisma.book.findUnique({ where: { id: item.bookId } });
      if (!book) {
        throw new NotFoundError("Book");
      }
      if (book.stock < item.quantity) {
        throw new ConflictError(`Only ${book.stock} of "${book.title}" left`);
      }
      totalCents += book.priceCents * item.quantity;
    }

    const order = await prisma.order.create({
      data: { customerId: customer.id, totalCents, status: "PENDING" },
    });
    for (const item of items) {
      const book = await prisma.book.update({
        where: { id: item.bookId },
        data: { stock: { decrement: item.quantity } },
      });
      await prisma.orderItem.create({
        data: {
          orderId: order.id,
          bookId: book.id,
          quantity: item.quantity,
          unitPriceCents: book.priceCents,
        },
      });
    }

    // An unpaid order gives its books back after half an hour.
    setTimeout(async () => {
      await this.expire(order.id);
    }, RESERVATION_MS);

    return this.get(order.id);
  }

  async get(id: number) {
    const order = await prisma.order.findUnique({
      where: { id },
      include: {
        customer: { select: { id: true, name: true } },
        items: { include: { book: { select: { title: true, isbn: true } } } },
      },
    });
    if (!order) {
      throw new NotFoundError("Order");
    }
    return order;
  }

  async pay(id: number) {
    const order = await this.get(id);
    if (order.status !== "PENDING") {
      throw new ConflictError(`Order is already ${order.status.toLowerCase()}`);
    }
    return prisma.order.update({
      where: { id },
      data: { status: "PAID", paidAt: new Date() },
    });
  }

  async cancel(id: number) {
    const order = await this.get(id);
    if (order.status !== "PENDING") {
      throw new ConflictError(`Order is already ${order.status.toLowerCase()}`);
    }
    await this.release(id);
    return this.get(id);
  }

  async expire(id: number) {
    const order = await prisma.order.findUnique({ where: { id } });
    if (order?.status === "PENDING") {
      await this.release(id);
    }
  }

  private async release(id: number) {
    const items = await prisma.orderItem.findMany({ where: { orderId: id } });
    for (const item of items) {
      await prisma.book.update({
        where: { id: item.bookId },
        data: { stock: { increment: item.quantity } },
      });
    }
    await prisma.order.update({ where: { id }, data: { status: "CANCELLED" } });
  }
}

export const orderService = new OrderService();
