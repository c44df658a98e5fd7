import { describe, expect, test, vi } from "vitest";
import { createExchange, Later, NotAdmitted } from "../../../wagtail_livechat/static_src/connection/poll";
import type { Frame } from "../../../wagtail_livechat/static_src/connection/types";

const ask = async (answer: Response): Promise<readonly Frame[]> => {
  const exchange = createExchange<Frame, Frame>({
    url: "/livechat/exchange/",
    headers: () => ({ "X-CSRFToken": "t" }),
    fetch: async () => answer,
  });
  return exchange({ type: "hello" }, [], new AbortController().signal);
};
const json = (status: number, body: unknown, headers = {}): Response =>
  new Response(JSON.stringify(body), { status, headers });

describe("one request instead of a socket", () => {
  test("it carries hello and commands as JSON of this origin only", async () => {
    const fetched = vi.fn(async () => json(200, { updates: [] }));
    const exchange = createExchange<Frame, Frame>({ url: "/x/", fetch: fetched });
    await exchange({ type: "hello" }, [{ type: "pong" }], new AbortController().signal);
    const [url, init] = fetched.mock.calls[0] as unknown as [string, RequestInit];
    expect(url).toBe("/x/");
    expect(init).toMatchObject({ method: "POST", credentials: "same-origin", cache: "no-store" });
    expect(JSON.parse(init.body as string)).toEqual({ hello: { type: "hello" }, commands: [{ type: "pong" }] });
  });

  test("its answer is updates in order", async () => {
    expect(await ask(json(200, { updates: [{ type: "ack" }, { type: "ready" }] }))).toEqual([
      { type: "ack" },
      { type: "ready" },
    ]);
  });

  test("an empty answer is asked for by who can read it", async () => {
    const fetched = vi.fn(async () => new Response(null, { status: 204, headers: { Said: "nothing" } }));
    const signal = new AbortController().signal;
    const exchange = createExchange<Frame, Frame>({
      url: "/x/",
      fetch: fetched,
      empty: (headers) => [{ type: String(headers.get("Said")) }],
    });
    expect(await exchange({ type: "hello" }, [], signal)).toEqual([{ type: "nothing" }]);
    const [, init] = fetched.mock.calls[0] as unknown as [string, RequestInit];
    expect(init.headers).toMatchObject({ Prefer: "return=minimal" });
    const plain = createExchange<Frame, Frame>({ url: "/x/", fetch: fetched });
    await expect(plain({ type: "hello" }, [], signal)).rejects.toThrow("204");
    const [, unasked] = fetched.mock.calls[1] as unknown as [string, RequestInit];
    expect(unasked.headers).not.toHaveProperty("Prefer");
  });

  test("last words arrive whatever the status", async () => {
    const error = { type: "error", code: "identity_missing", message: "", close_code: 4401 };
    expect(await ask(json(401, { updates: [error] }))).toEqual([error]);
  });

  test.each([
    [401, 4401],
    [403, 4403],
    [410, 4410],
    [426, 4426],
  ])("%i without words means close code %i", async (status, closeCode) => {
    const error: unknown = await ask(new Response("<h1>No</h1>", { status })).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(NotAdmitted);
    expect(error).toMatchObject({ closeCode });
  });

  test("too many requests say when to come back", async () => {
    const error: unknown = await ask(json(429, {}, { "Retry-After": "7" })).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(Later);
    expect(error).toMatchObject({ retryMs: 7_000 });
  });

  test("a proxy's error page is a failure, not an answer", async () => {
    await expect(ask(new Response("<h1>Bad gateway</h1>", { status: 502 }))).rejects.toThrow("502");
  });
});
