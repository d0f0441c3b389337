import { Request, Response } from "express";
import { orderService } from "../services/orders.service";

export async function createOrder(req: Request, res: Response) {
  const { customerId, items } = req.body;
  const order = await orderService.create(customerId, items);
  res.status(201).json({ data: order });
}

export async function getOrder(req: Request, res: Response) {
  const order = await orderService.get(Number(req.params.id));
  res.json({ data: order });
}

export async function payOrder(req: Request, res: Response) {
  const order = await orderService.pay(Number(req.params.id));
  res.json({ data: order });
}

export async function cancelOrder(req: Request, res: Response) {
  const order = await orderService.cancel(Number(req.params.id));
  res.json({ data: order });
}
