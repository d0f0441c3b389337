export interface Parcel {
  id: string;
  depot: string;
  weight: number;
  owner: string;
}

export const PARCELS: readonly Parcel[] = [
  { id: "p1", depot: "north", weight: 2, owner: "ann" },
  { id: "p2", depot: "north", weight: 11, owner: "bob" },
  { id: "p3", depot: "south", weight: 5, owner: "ann" },
];

export const DEPOTS: Record<string, { name: string; open: boolean }> = {
  north: { name: "North", open: true },
  south: { name: "South", open: false },
};
