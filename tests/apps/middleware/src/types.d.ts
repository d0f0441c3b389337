declare namespace Express {
  interface Request {
    requestId: string;
    depot?: { name: string; open: boolean };
    page?: { size: number; from: number };
    role?: string;
  }
}
