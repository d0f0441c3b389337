import { Router } from "express";
import * as orderController from "../controllers/orders.controller";
import { asyncHandler } from "../middleware/asyncHandler";
import { validate } from "../middleware/validate";
import { createOrderSchema } from "../schemas/order.schema";

const router = Router();

router.post("/", validate(createOrderSchema), asyncHandler(orderController.createOrder));
router.get("/:id", asyncHandler(orderController.getOrder));
router.post("/:id/pay", asyncHandler(orderController.payOrder));
router.post("/:id/cancel", asyncHandler(orderController.cancelOrder));

export default router;
