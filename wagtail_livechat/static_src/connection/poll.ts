/** The same frames over plain HTTP, for where sockets do not get through. */
import type { Frame } from "./types";

const LONGEST_MS = 15_000;

/** The server will not have us; thrown by whatever prepares or carries a connection. */
export class NotAdmitted extends Error {
  override readonly name = "NotAdmitted";
  constructor(
    readonly closeCode: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Ask for a while later; thrown where the answer says when. */
export class Later extends Error {
  override readonly name = "Later";
  constructor(readonly retryMs: number) {
    super("later");
  }
}

/** One request: what to ask, with the hello that opens it; the answer is updates in order. */
export type Exchange<C extends Frame, U extends Frame> = (
  hello: C,
  commands: readonly C[],
  signal: AbortSignal,
) => Promise<readonly U[]>;

/** How long `value` is on its way. */
export function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

const CLOSE_CODES: Readonly<Record<number, number>> = { 401: 4401, 403: 4403, 410: 4410, 426: 4426 };

export interface ExchangeOptions<U extends Frame> {
  readonly url: string;
  readonly headers?: () => Readonly<Record<string, string>>;
  /** What an empty answer says; with this the server is told that one will do (RFC 7240). */
  readonly empty?: (headers: Headers) => readonly U[];
  readonly fetch?: typeof fetch;
}

export function createExchange<C extends Frame, U extends Frame>(
  options: ExchangeOptions<U>,
): Exchange<C, U> {
  return async (hello, commands, signal) => {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), LONGEST_MS);
    const abort = (): void => limit.abort();
    signal.addEventListener("abort", abort);
    try {
      const answer = await (options.fetch ?? fetch)(options.url, {
        method: "POST",
        credentials: "same-origin",
        cache: "no-store",
        headers: {
          "Content-Type": "application/json",
          ...(options.empty && { Prefer: "return=minimal" }),
          ...options.headers?.(),
        },
        body: JSON.stringify({ hello, commands }),
        signal: limit.signal,
      });
      if (answer.status === 204 && options.empty) return options.empty(answer.headers);
      return await read<U>(answer);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  };
}

async function read<U extends Frame>(answer: Response): Promise<readonly U[]> {
  let updates: readonly U[] | null = null;
  try {
    const body: unknown = await answer.json();
    updates = (body as { updates?: readonly U[] }).updates ?? null;
  } catch {
    // A proxy's error page, or the login page where a session ended.
  }
  if (Array.isArray(updates)) {
    if (answer.ok || updates.some((update) => update.type === "error" || update.ref)) return updates;
  }
  const closeCode = CLOSE_CODES[answer.redirected ? 401 : answer.status];
  if (closeCode) throw new NotAdmitted(closeCode, `http_${answer.status}`, "");
  if (answer.status === 429) throw new Later(Number(answer.headers.get("Retry-After")) * 1_000 || 5_000);
  throw new Error(`The server answered ${answer.status}.`);
}
