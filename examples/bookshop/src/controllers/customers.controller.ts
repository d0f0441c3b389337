import { NextFunction, Request, Response } from "express";
import * as customerService from "../services/customers.service";

export const createCustomer = async (req: Request, res: Response, next: NextFunction) => {
  try {
    const customer = await customerService.createCustomer(req.body);
    res.status(201).json({ data: customer });
  } catch (error) {
    next(error);
  }
};

export const getCustomer = async (req: Request, res: Response, next: NextFunction) => {
  try {
    const customer = await customerService.getCustomer(req.params.id);
    res.json({ data: customer });
  } catch (error) {
    next(error);
  }
};

export const listCustomerOrders = async (req: Request, res: Response, next: NextFunction) => {
  try {
    const orders = await customerService.listOrders(req.params.id);
    res.json({ data: orders, count: orders.length });
  } catch (error) {
    next(error);
  }
};
