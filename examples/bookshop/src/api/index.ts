import { Router } from "express";
import authorRoutes from "./authors.routes";
import bookRoutes from "./books.routes";
import customerRoutes from "./customers.routes";
import orderRoutes from "./orders.routes";

const router = Router();

router.use("/authors", authorRoutes);
router.use("/books", bookRoutes);
router.use("/customers", customerRoutes);
router.use("/orders", orderRoutes);

export default router;
