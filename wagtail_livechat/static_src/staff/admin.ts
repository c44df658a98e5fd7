/* What Wagtail's admin gives a script: its CSRF token, and the addresses that need it. */
import { type Exchange, createExchange, NotAdmitted } from "../connection";
import type { AgentCommand, AgentUpdate } from "../protocol";

declare global {
  interface Window {
    readonly wagtailConfig?: {
      readonly CSRF_TOKEN?: string;
      readonly CSRF_HEADER_NAME?: string;
      readonly KEYBOARD_SHORTCUTS_ENABLED?: boolean;
    };
  }
}

/** Proof that a request comes from the admin's own page. */
export function proof(): Record<string, string> {
  const config = window.wagtailConfig;
  return {
    [config?.CSRF_HEADER_NAME ?? "X-CSRFToken"]: config?.CSRF_TOKEN ?? "",
    // Without it, Wagtail answers a logged-out visitor with its login page instead of a 403.
    "X-Requested-With": "XMLHttpRequest",
  };
}

/** Opens one socket, once. */
export interface Ticket {
  readonly ticket: string;
  readonly socket: string;
}

export async function fetchTicket(url: string): Promise<Ticket> {
  const answer = await fetch(url, {
    method: "POST",
    credentials: "same-origin",
    cache: "no-store",
    headers: { "Content-Type": "application/json", Accept: "application/json", ...proof() },
    body: "{}",
  });
  if (answer.ok && !answer.redirected) {
    const read: unknown = await answer.json();
    if (isTicket(read)) return read;
  }
  if (answer.redirected || answer.status === 401 || answer.status === 403) {
    throw new NotAdmitted(4403, "session_ended", "");
  }
  throw new Error(`No ticket: the server answered ${answer.status}.`);
}

export function adminExchange(url: string): Exchange<AgentCommand, AgentUpdate> {
  return createExchange<AgentCommand, AgentUpdate>({ url, headers: proof });
}

function isTicket(read: unknown): read is Ticket {
  return (
    typeof read === "object" &&
    read !== null &&
    "ticket" in read &&
    typeof read.ticket === "string" &&
    "socket" in read &&
    typeof read.socket === "string"
  );
}
