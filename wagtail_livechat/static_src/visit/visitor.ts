/** What is told of a visitor: little, and nothing that names anybody. */
import type { Device } from "../protocol";

/** Where the visitor came from: another site's origin, never its path; else nothing. */
export function originOf(referrer: string, here: string): string {
  try {
    const { origin } = new URL(referrer);
    return origin === here || origin === "null" ? "" : origin;
  } catch {
    return "";
  }
}

/** A family of devices, from what style sheets ask: no name of a browser is read for it. */
export function deviceOf(window: Window): Device {
  const is = (query: string): boolean => window.matchMedia(query).matches;
  if (!is("(hover: none) and (pointer: coarse)")) return "desktop";
  return is("(max-width: 600px), (max-height: 480px)") ? "phone" : "tablet";
}
