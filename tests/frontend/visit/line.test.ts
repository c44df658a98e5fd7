import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { marksOf } from "../../../wagtail_livechat/static_src/assist/keep";
import type { View } from "../../../wagtail_livechat/static_src/assist/where";
import type { VisitUpdate } from "../../../wagtail_livechat/static_src/protocol";
import { Line } from "../../../wagtail_livechat/static_src/visit/line";
import { ASSIST, ready, server } from "../assist/site";
import { FakeNetwork } from "../connection/fake";

const search = (results: number): View => ({ page: null, kind: "search", results });

describe("without a socket", () => {
  test("an empty answer opens the line, and says when to ask again", async () => {
    vi.useFakeTimers();
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    sessionStorage.clear();
    let exchanges = 0;
    let headers: Record<string, string> = { "Livechat-Visit": "poll=4000, recorded" };
    vi.stubGlobal("WebSocket", undefined);
    vi.stubGlobal("fetch", async (url: string) => {
      if (!String(url).includes("exchange")) return new Response("{}", { status: 200 });
      exchanges += 1;
      return new Response(null, { status: 204, headers });
    });
    const onRefused = vi.fn();
    const line = new Line({
      window,
      marks: marksOf(window, 1),
      language: "en",
      urls: ASSIST.urls,
      onChange: () => undefined,
      onEnded: () => undefined,
      onReturned: () => undefined,
      onRefused,
    });
    line.start({ page: "token-1", kind: "page", results: null });
    const asks = async (number: number): Promise<void> => {
      for (let tries = 0; exchanges < number && tries < 600; tries += 1) await vi.advanceTimersByTimeAsync(100);
      expect(exchanges).toBe(number);
    };
    await asks(1);
    await vi.advanceTimersByTimeAsync(2_500);
    expect(exchanges).toBe(1);
    headers = {};
    await asks(2);
    // Said nothing, it is in no hurry.
    await vi.advanceTimersByTimeAsync(6_000);
    expect(exchanges).toBe(2);
    await asks(3);
    expect([line.watchers, line.invitation, onRefused.mock.calls]).toEqual([[], null, []]);
    line.stop();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
});

describe("what changes while a greeting is on its way", () => {
  let network: FakeNetwork;
  let line: Line;

  const pass = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
  const asked = (type: string): Record<string, unknown>[] => network.socket.asked(type);
  const says = async (update: VisitUpdate): Promise<void> => {
    network.socket.says(update);
    await pass();
  };
  const ack = (ref: unknown): VisitUpdate => ({ type: "ack", ref: String(ref), conversation: null, seq: null, at: null });
  /** A line that has said hello and waits for the answer. */
  const greets = async (): Promise<void> => {
    network.socket.opens();
    await pass();
  };
  const isCut = async (meanwhile: () => void = () => undefined): Promise<void> => {
    network.socket.ends(1006);
    meanwhile();
    await pass(2_000);
    await greets();
  };

  beforeEach(async () => {
    vi.useFakeTimers();
    vi.spyOn(Math, "random").mockReturnValue(0);
    sessionStorage.clear();
    server();
    network = new FakeNetwork();
    vi.stubGlobal("WebSocket", function (url: string) {
      return network.open(url);
    });
    const nothing = (): void => undefined;
    line = new Line({
      window,
      marks: marksOf(window, 1),
      language: "en",
      urls: ASSIST.urls,
      onChange: nothing,
      onEnded: nothing,
      onReturned: nothing,
      onRefused: nothing,
    });
    line.start({ page: "token-1", kind: "page", results: null });
    await pass();
    await greets();
  });

  afterEach(() => {
    line.stop();
    vi.useRealTimers();
  });

  test("a page that opens is told as soon as the greeting is answered, once", async () => {
    line.view(search(3));
    await pass();
    expect(asked("page.view")).toEqual([]);
    await says(ready());
    expect(asked("page.view")).toMatchObject([search(3)]);
    await says(ready());
    expect(asked("page.view")).toHaveLength(1);
  });

  test("a page that opens during a cut is told behind those that the cut left unanswered", async () => {
    await says(ready());
    line.view(search(0));
    await pass();
    await isCut(() => line.view(search(12)));
    const first = asked("visit.hello")[0]!;
    expect(first).toMatchObject(search(0));
    await says(ready());
    await says(ack(first["view"]));
    expect(asked("page.view")).toMatchObject([search(0), search(12)]);
  });

  test("a page that opens during a cut is what is greeted with where nothing waits", async () => {
    await says(ready());
    await isCut(() => line.view(search(5)));
    expect(asked("visit.hello")[0]).toMatchObject(search(5));
    await says(ready());
    expect(asked("page.view")).toEqual([]);
  });

  test("who falls silent is told of when the greeting is answered", async () => {
    await says(ready());
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    document.dispatchEvent(new Event("visibilitychange"));
    await isCut();
    expect(asked("visit.hello")[0]).toMatchObject({ active: true });
    await pass(3_500);
    expect(asked("activity.set")).toEqual([]);
    await says(ready());
    expect(asked("activity.set")).toEqual([{ type: "activity.set", active: false }]);
  });
});
