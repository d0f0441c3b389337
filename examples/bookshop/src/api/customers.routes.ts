import { Router } from "express";
import { createCustomer, getCustomer, listCustomerOrders } from "../controllers/customers.controller";
import { validate } from "../middleware/validate";
import { createCustomerSchema } from "../schemas/customer.schema";

const router = Router();

router.post("/", validate(createCustomerSchema), createCustomer);
router.get("/:id", getCustomer);
router.get("/:id/orders", listCustomerOrders);

export default router;
