export type Rooms = { readonly todo?: never };
export const ROOMS: Rooms = {};
