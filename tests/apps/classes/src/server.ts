import App from "./app";
import { BoardRoutes } from "./routes/board.routes";
import { CardRoutes } from "./routes/card.routes";
import { StatusRoutes } from "./routes/status.routes";

const app = new App([new StatusRoutes(), new BoardRoutes(), new CardRoutes()]);

app.listen();
