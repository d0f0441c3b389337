import { NotFoundError } from "../lib/errors";
import { prisma } from "../lib/prisma";
import { CreateCustomerInput } from "../schemas/customer.schema";

// A second customer with the same email fails with P2002, which the error handler answers with 409.
export async function createCustomer(input: CreateCustomerInput) {
  const email = input.email.toLowerCase();
  return prisma.customer.create({ data: { ...input, email } });
}

export async function getCustomer(id: string) {
  const customer = await prisma.customer.findUnique({
    where: { id },
    select: { id: true, name: true, email: true, phone: true, createdAt: true },
  });
  if (!customer) {
    throw new NotFoundError("Customer");
  }
  return customer;
}

export async function listOrders(customerId: string) {
  await getCustomer(customerId);
  return prisma.order.findMany({
    where: { customerId },
    include: { items: true },
    orderBy: { createdAt: "desc" },
  });
}
