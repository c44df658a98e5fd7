import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { rowAt } from "../../../../wagtail_livechat/static_src/console/visitors/windows";
import { Watch } from "../../../../wagtail_livechat/static_src/console/visitors/watch";
import type { AgentCommand, AgentUpdate } from "../../../../wagtail_livechat/static_src/protocol";
import { uuid } from "../../connection/fake";
import { NOW, ready, site } from "../factories";
import { invitation, QUAY, SHOP, step, trailOf, visit, windowFor } from "./factories";

let sent: AgentCommand[];
let visible: boolean;
let remembered: boolean;
let accepted: string[];
let goesThere: boolean;
let watch: Watch;

function newWatch(): Watch {
  const made = new Watch({
    now: Date.now,
    visible: () => visible,
    onAccepted: (conversation) => {
      accepted.push(conversation);
      return goesThere;
    },
    remembered: { read: () => remembered, write: (open) => (remembered = open) },
  });
  made.uses({ send: (command) => sent.push(command) > 0 });
  return made;
}

type Asked<T> = Extract<AgentCommand, { type: T }>;
function asked<T extends AgentCommand["type"]>(type: T): Asked<T>[] {
  return sent.filter((command) => command.type === type) as Asked<T>[];
}
const last = <T extends AgentCommand["type"]>(type: T): Asked<T> => asked(type).at(-1)!;

function tells(...updates: AgentUpdate[]): void {
  for (const update of updates) watch.heard(update);
}

function opens(sites = [SHOP, QUAY]): void {
  watch.statusIs({ type: "open", by: "socket" });
  tells(ready([], { sites }));
}

/** The table is shown, with so many rows in the first window. */
function shows(count = 3, total = count): void {
  opens();
  watch.enter();
  tells(
    windowFor(
      last("visitors.watch"),
      Array.from({ length: count }, (_, at) => visit(at + 1)),
      { total },
    ),
  );
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  sent = [];
  visible = true;
  remembered = false;
  accepted = [];
  goesThere = true;
  watch = newWatch();
});

afterEach(() => {
  watch.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("watching", () => {
  test("nobody is watched before somebody looks", () => {
    opens();
    expect(sent).toEqual([]);
  });

  test("a look asks for the first hundred of the first site that one may watch", () => {
    opens([site(3, "Elsewhere"), SHOP]);
    watch.enter();
    expect(last("visitors.watch")).toMatchObject({ site: 1, offset: 0, filter: "all", order: "began" });
    expect(watch.view.sites.map((each) => each.id)).toEqual([1]);
  });

  test("while one looks, it is said every two seconds, and no longer", () => {
    shows();
    vi.advanceTimersByTime(6_000);
    expect(asked("watching.keep")).toHaveLength(3);
    watch.leave();
    vi.advanceTimersByTime(10_000);
    expect(asked("watching.keep")).toHaveLength(3);
  });

  test("whoever turns away stops at once, and nothing stays on the screen", () => {
    shows();
    watch.openTrail(uuid(1));
    tells(trailOf(visit(1), [step(1, "The Waves", 60)]));
    watch.leave();
    expect(last("visitors.leave").window).toBe(last("visitors.watch").window);
    expect(last("visit.leave").visit).toBe(uuid(1));
    expect(watch.view).toMatchObject({ open: false, trail: null, counts: null });
    expect(rowAt(watch.view.windows, 0)).toBeNull();
  });

  test("a window that comes after one has turned away is not shown", () => {
    shows();
    const late = windowFor(last("visitors.watch"), [visit(9)]);
    watch.leave();
    tells(late);
    expect(watch.view.windows.total).toBe(0);
  });

  test("a tab that nobody sees says nothing, and after a while watches nobody", () => {
    shows();
    visible = false;
    watch.visibilityChanged();
    vi.advanceTimersByTime(4_000);
    expect(asked("watching.keep")).toEqual([]);
    expect(asked("visitors.leave")).toEqual([]);
    vi.advanceTimersByTime(2_000);
    expect(asked("visitors.leave")).toHaveLength(1);
    expect(watch.view.open).toBe(true);
    expect(watch.view.windows.total).toBe(0);
    vi.advanceTimersByTime(10_000);
    expect(asked("watching.keep")).toEqual([]);

    visible = true;
    watch.visibilityChanged();
    expect(asked("visitors.watch")).toHaveLength(2);
  });

  test("a short look elsewhere changes nothing", () => {
    shows();
    visible = false;
    watch.visibilityChanged();
    vi.advanceTimersByTime(3_000);
    visible = true;
    watch.visibilityChanged();
    expect(asked("visitors.watch")).toHaveLength(1);
    expect(watch.view.windows.total).toBe(3);
    vi.advanceTimersByTime(2_000);
    expect(asked("watching.keep")).toHaveLength(1);
  });

  test("after a cut everything that is looked at is asked for again", () => {
    shows();
    watch.openTrail(uuid(2));
    sent = [];
    watch.statusIs({ type: "lost", retryAt: 0, attempt: 1 });
    vi.advanceTimersByTime(6_000);
    expect(sent).toEqual([]);
    opens();
    expect(asked("visitors.watch")).toHaveLength(1);
    expect(asked("visit.open").map((each) => each.visit)).toEqual([uuid(2)]);
  });

  test("what was not answered is asked for again, under the same name", () => {
    opens();
    watch.enter();
    vi.advanceTimersByTime(6_000);
    const [first, second] = asked("visitors.watch");
    expect(second?.window).toBe(first?.window);
  });

  test("the view is open again after a reload", () => {
    watch.enter();
    watch.stop();
    watch = newWatch();
    watch.start();
    opens();
    expect(watch.view.open).toBe(true);
    expect(last("visitors.watch").site).toBe(1);
  });

  test("a site that one may watch no more is left", () => {
    shows();
    tells(ready([], { sites: [QUAY] }));
    expect(watch.view.site).toBe(2);
    expect(watch.view.windows.total).toBe(0);
  });
});

describe("the table", () => {
  test("each other question moves the window, and what was there before goes", () => {
    shows();
    watch.filterBy("stuck");
    expect(last("visitors.watch")).toMatchObject({ filter: "stuck", offset: 0 });
    expect(watch.view).toMatchObject({ loaded: false });
    expect(watch.view.windows.total).toBe(0);
    expect(new Set(asked("visitors.watch").map((each) => each.window)).size).toBe(1);
  });

  test("sorted twice by the same, it is the other way round", () => {
    shows();
    watch.sortBy("pages");
    expect(last("visitors.watch")).toMatchObject({ order: "pages", descending: true });
    watch.sortBy("pages");
    expect(last("visitors.watch")).toMatchObject({ order: "pages", descending: false });
    watch.sortBy("language");
    expect(last("visitors.watch")).toMatchObject({ order: "language", descending: false });
  });

  test("scrolling asks for the next window before it is in sight, and leaves the one above", () => {
    shows(100, 1_234);
    watch.see(70, 85);
    expect(last("visitors.watch")).toMatchObject({ offset: 100 });
    watch.see(140, 155);
    expect(last("visitors.leave").window).toBe(asked("visitors.watch")[0]!.window);
    watch.see(140, 155);
    expect(asked("visitors.watch")).toHaveLength(2);
  });

  test("a window that says how it was before it was moved is not heard", () => {
    shows(100, 1_234);
    const before = asked("visitors.watch")[0]!;
    watch.see(700, 715);
    const [even] = asked("visitors.watch").filter((each) => each.offset === 600);
    tells(windowFor(before, [visit(1)], { total: 1_234 }));
    expect(rowAt(watch.view.windows, 0)).toBeNull();
    expect(even?.window).toBe(before.window);
  });

  test("where the table has shrunk, one looks at its end", () => {
    shows(100, 450);
    watch.see(420, 435);
    tells(windowFor(last("visitors.watch"), [visit(1)], { offset: 100, total: 101 }));
    expect(last("visitors.watch").offset).toBeLessThanOrEqual(100);
    expect(watch.view.windows.total).toBe(101);
  });

  test("a visit that is gone is gone from the table at once", () => {
    shows();
    tells({ type: "visit.gone", visit: uuid(2) });
    expect(watch.view.windows.total).toBe(2);
  });
});

describe("a trail", () => {
  test("it is followed until another one is, or none", () => {
    shows();
    watch.openTrail(uuid(1));
    watch.openTrail(uuid(2));
    expect(asked("visit.open").map((each) => each.visit)).toEqual([uuid(1), uuid(2)]);
    expect(asked("visit.leave").map((each) => each.visit)).toEqual([uuid(1)]);
    watch.closeTrail();
    expect(last("visit.leave").visit).toBe(uuid(2));
  });

  test("what is told of another visit is not shown as this one's", () => {
    shows();
    watch.openTrail(uuid(1));
    tells(trailOf(visit(2), [step(1, "Emma", 5)]));
    expect(watch.view.trail).toMatchObject({ visit: uuid(1), row: null });
  });

  test.each([
    ["the visitor leaves", (): AgentUpdate => ({ type: "visit.gone", visit: uuid(1) })],
    [
      "the server knows no such visit any more",
      (): AgentUpdate => ({
        type: "refused",
        ref: last("visit.open").ref,
        code: "not_found",
        message: "",
        retry_ms: null,
      }),
    ],
  ])("when %s, nothing of the trail stays", (_what, update) => {
    shows();
    watch.openTrail(uuid(1));
    const told = update();
    if (told.type === "visit.gone") tells(trailOf(visit(1), [step(1, "The Waves", 60)]));
    else expect(watch.awaits(told.type === "refused" ? (told.ref ?? "") : "")).toBe(true);
    tells(told);
    expect(watch.view.trail).toEqual({ visit: uuid(1), row: null, steps: [], site: null, gone: true });
    watch.closeTrail();
    expect(asked("visit.leave")).toEqual([]);
  });

  test("from a conversation one comes to the visit, on its own site", () => {
    opens();
    watch.enter();
    watch.openTrail(uuid(7), 2);
    expect(last("visitors.watch").site).toBe(2);
    expect(last("visit.open").visit).toBe(uuid(7));
  });
});

describe("going along with whom one talks", () => {
  test("follows the visit alone, and no table", () => {
    opens();
    watch.goAlong(uuid(1));
    expect(asked("visit.open").map((each) => each.visit)).toEqual([uuid(1)]);
    expect(asked("visitors.watch")).toEqual([]);
    tells(trailOf(visit(1), [step(1, "The Waves", 60)]));
    expect(watch.view.trail?.row?.page?.title).toBe("The Waves");
    vi.advanceTimersByTime(4_000);
    expect(asked("watching.keep")).toHaveLength(2);
  });

  test("ends at once, with all that was seen", () => {
    opens();
    watch.goAlong(uuid(1));
    tells(trailOf(visit(1), []));
    watch.stopGoingAlong();
    expect(last("visit.leave").visit).toBe(uuid(1));
    expect(watch.view).toMatchObject({ along: null, trail: null });
    vi.advanceTimersByTime(10_000);
    expect(asked("watching.keep")).toEqual([]);
  });

  test("from the table one goes on with the visit, without a gap in being announced", () => {
    shows();
    watch.openTrail(uuid(1));
    tells(trailOf(visit(1), []));
    watch.leave(uuid(1));
    expect(asked("visitors.leave")).toHaveLength(1);
    expect(asked("visit.leave")).toEqual([]);
    expect(watch.view).toMatchObject({ open: false, along: uuid(1), trail: { visit: uuid(1) } });
    vi.advanceTimersByTime(2_000);
    expect(asked("watching.keep")).toHaveLength(1);
  });

  test("with a visit that is over nobody goes along", () => {
    shows();
    watch.openTrail(uuid(1));
    tells({ type: "visit.gone", visit: uuid(1) });
    watch.leave(uuid(1));
    expect(watch.view.along).toBeNull();
  });

  test("is taken up again after a cut, and after a look elsewhere", () => {
    opens();
    watch.goAlong(uuid(1));
    watch.statusIs({ type: "lost", retryAt: 0, attempt: 1 });
    opens();
    expect(asked("visit.open")).toHaveLength(2);
    visible = false;
    watch.visibilityChanged();
    vi.advanceTimersByTime(6_000);
    expect(asked("visit.leave")).toHaveLength(1);
    visible = true;
    watch.visibilityChanged();
    expect(asked("visit.open")).toHaveLength(3);
  });
});

describe("inviting", () => {
  beforeEach(() => {
    shows();
    watch.openTrail(uuid(1));
    tells(trailOf(visit(1), []));
  });

  test("one asks once, however often one presses", () => {
    watch.invite(" Can I help? ");
    watch.invite("Can I help?");
    expect(asked("invitation.send")).toMatchObject([{ visit: uuid(1), text: "Can I help?" }]);
    expect(watch.view.asking).toBe("invite");
  });

  test("a refusal is said where one asked, in the server's words", () => {
    watch.invite("Can I help?");
    const { ref } = last("invitation.send");
    expect(watch.awaits(ref)).toBe(true);
    tells({ type: "refused", ref, code: "may_not_invite", message: "Not again today.", retry_ms: null });
    expect(watch.view).toMatchObject({ asking: null, problem: "Not again today." });
    expect(watch.awaits(ref)).toBe(false);
  });

  test("a refusal for now is waited for", () => {
    watch.invite("Can I help?");
    tells({ type: "refused", ref: last("invitation.send").ref, code: "busy", message: "", retry_ms: 500 });
    expect(watch.view).toMatchObject({ asking: "invite", problem: null });
  });

  test("what becomes of it is kept for its visit, the newest one", () => {
    tells({ type: "invitation.changed", invitation: invitation(uuid(1), { state: "shown" }) });
    tells({
      type: "invitation.changed",
      invitation: invitation(uuid(1), { id: uuid(800), queued_at: NOW - 60_000, state: "ignored" }),
    });
    expect(watch.view.invitations.get(uuid(1))?.state).toBe("shown");
    watch.cancel(uuid(900));
    expect(last("invitation.cancel").invitation).toBe(uuid(900));
  });

  test("one that was made here and accepted leads to the conversation, once", () => {
    watch.invite("Can I help?");
    const done = invitation(uuid(1), { state: "accepted", conversation: uuid(50) });
    tells({ type: "invitation.changed", invitation: done }, { type: "invitation.changed", invitation: done });
    expect(accepted).toEqual([uuid(50)]);
    expect(watch.view.accepted).toBeNull();
  });

  test("over HTTP the trail says that it was accepted", () => {
    watch.invite("Can I help?");
    const row = visit(1, { in_conversation: true, conversation: uuid(50), invitation: "accepted" });
    tells(trailOf(row, []), trailOf(row, []));
    expect(accepted).toEqual([uuid(50)]);
  });

  test("whoever writes to somebody else is told, and not taken away", () => {
    goesThere = false;
    watch.invite("Can I help?");
    tells({
      type: "invitation.changed",
      invitation: invitation(uuid(1), { state: "accepted", conversation: uuid(50) }),
    });
    expect(watch.view.accepted).toBe(uuid(50));
    watch.dismissAccepted();
    expect(watch.view.accepted).toBeNull();
  });

  test("a colleague's accepted invitation leads nobody else anywhere", () => {
    tells({
      type: "invitation.changed",
      invitation: invitation(uuid(1), { state: "accepted", conversation: uuid(50) }),
    });
    expect(accepted).toEqual([]);
  });
});
