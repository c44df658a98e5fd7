/* The columns of the table of visitors, and by which of them it can be sorted. */
import type { VisitOrder } from "../../protocol";

export type Column = "visitor" | "page" | "state" | VisitOrder;

export const COLUMNS: readonly Column[] = [
  "visitor",
  "page",
  "page_since",
  "began",
  "pages",
  "origin",
  "language",
  "device",
  "stuck",
  "state",
];

export const ORDERS: readonly VisitOrder[] = [
  "began",
  "page_since",
  "pages",
  "stuck",
  "origin",
  "language",
  "device",
];

export function orderOf(column: Column): VisitOrder | null {
  return column === "visitor" || column === "page" || column === "state" ? null : column;
}

/** How the column reads from top to bottom: shown is how long, sorted is since when. */
export function direction(order: VisitOrder, descending: boolean): "ascending" | "descending" {
  const isDuration = order === "began" || order === "page_since";
  return descending === isDuration ? "ascending" : "descending";
}
