import { createApp } from "./app";
import { prisma } from "./lib/prisma";

const PORT = Number(process.env.PORT ?? 3000);

const server = createApp().listen(PORT, () => {
  console.log(`Bookshop API listening on http://localhost:${PORT}`);
});

process.on("SIGTERM", () => {
  server.close(async () => {
    await prisma.$disconnect();
    process.exit(0);
  });
});
