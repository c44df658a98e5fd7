import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createConnection, type Outbox } from "../../../wagtail_livechat/static_src/connection";
import { CUT_PATIENCE_MS, Desk } from "../../../wagtail_livechat/static_src/console/desk";
import { createDrafts } from "../../../wagtail_livechat/static_src/console/drafts";
import type { AgentCommand, AgentUpdate } from "../../../wagtail_livechat/static_src/protocol";
import { createStaffOutbox } from "../../../wagtail_livechat/static_src/staff/outbox";
import { FakeNetwork, FakePage, FakeStorage, uuid } from "../connection/fake";
import { ANNA, BRUNO, card, message, mine, note, NOW, ready, thread } from "./factories";
import { readEnglish } from "./words";

const ID = uuid(1);
const OTHER = uuid(2);

let network: FakeNetwork;
let storage: FakeStorage;
let outbox: Outbox<AgentCommand>;
let watched: boolean;
let remembered: string | null;
let desk: Desk;

function newDesk(): Desk {
  outbox = createStaffOutbox("1", "tab", storage);
  return new Desk({
    drafts: createDrafts(storage, "1", Date.now),
    outbox,
    line: (wiring) =>
      createConnection<AgentCommand, AgentUpdate>({
        socketUrl: () => "ws://shop.test/staff/",
        exchange: null,
        hello: () => ({ type: "staff.hello", v: 1, open: wiring.cursors() }),
        pong: { type: "pong" },
        ready: "staff.ready",
        outbox,
        onUpdate: wiring.onUpdate,
        onStatus: wiring.onStatus,
        page: new FakePage(),
        open: network.open,
        random: () => 0,
      }),
    sound: { wanted: () => false, want: () => undefined },
    language: "en",
    now: Date.now,
    watched: () => watched,
    remembered: { read: () => remembered, write: (conversation) => (remembered = conversation) },
  });
}

async function connects(...cards: Parameters<typeof ready>): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
  network.socket.opens();
  await vi.advanceTimersByTimeAsync(0);
  tells(ready(...cards));
  await vi.advanceTimersByTimeAsync(0);
}

function tells(...updates: AgentUpdate[]): void {
  for (const update of updates) network.socket.says(update);
}

function asked<T extends AgentCommand["type"]>(type: T): Extract<AgentCommand, { type: T }>[] {
  return network.sockets.flatMap((socket) => socket.asked(type)) as unknown as Extract<AgentCommand, { type: T }>[];
}

function acknowledges(command: { readonly ref: string }, seq: number | null = null): void {
  tells({ type: "ack", ref: command.ref, conversation: ID, seq, at: NOW });
}

function refuses(command: { readonly ref: string }, code: string, text: string): void {
  tells({ type: "refused", ref: command.ref, code, message: text, retry_ms: null });
}

/** What somebody wrote that is still on its way. */
function written(): string[] {
  return outbox
    .list()
    .filter(({ command }) => command.type === "reply.send" || command.type === "note.add")
    .map(({ ref }) => ref);
}

beforeEach(async () => {
  readEnglish();
  vi.useFakeTimers({ now: NOW });
  network = new FakeNetwork();
  storage = new FakeStorage();
  watched = true;
  remembered = null;
  desk = newDesk();
  desk.start();
});

afterEach(() => {
  desk.stop();
  vi.useRealTimers();
});

describe("reading", () => {
  test("opening a conversation asks for its thread, and coming back asks for nothing", async () => {
    await connects([mine(1), mine(2)]);
    desk.open(ID);
    desk.open(OTHER);
    desk.open(ID);
    expect(asked("conversation.open").map((each) => each.conversation)).toEqual([ID, OTHER]);
  });

  test("what one answers counts as read while one looks, and once", async () => {
    await connects([mine(1)]);
    desk.open(ID);
    tells(thread(mine(1), [message(1)]));
    tells({ type: "card.changed", card: mine(1, { visitor_present: false }) });
    expect(asked("thread.mark_read").map((each) => each.seq)).toEqual([1]);
  });

  test("a tab that nobody looks at reads nothing, until somebody looks", async () => {
    watched = false;
    await connects([mine(1)]);
    desk.open(ID);
    tells(thread(mine(1), [message(1)]));
    expect(asked("thread.mark_read")).toEqual([]);
    watched = true;
    desk.looked();
    expect(asked("thread.mark_read")).toHaveLength(1);
  });

  test("looking into a colleague's conversation does not tell the visitor “seen”", async () => {
    await connects([mine(1, { agent: BRUNO })]);
    desk.open(ID);
    tells(thread(mine(1, { agent: BRUNO }), [message(1)]));
    expect(asked("thread.mark_read")).toEqual([]);
  });

  test("a gap is asked for, once it had time to close by itself", async () => {
    await connects([mine(1)]);
    desk.open(ID);
    tells(thread(mine(1), [message(1)], { ref: asked("conversation.open")[0]!.ref }));
    tells({ type: "thread.message", conversation: ID, message: message(3) });
    expect(asked("conversation.open")).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(500);
    expect(asked("conversation.open")[1]).toMatchObject({ conversation: ID, since: 1 });
  });

  test("a conversation that is not for this agent is put away", async () => {
    await connects([]);
    desk.open(ID);
    refuses(asked("conversation.open")[0]!, "not_found", "There is no such conversation.");
    expect(desk.view.selected).toBeNull();
  });

  test("what was open is open again after a reload", async () => {
    await connects([mine(1)]);
    desk.open(ID);
    desk.stop();
    desk = newDesk();
    desk.start();
    expect(desk.view.selected).toBe(ID);
    expect(desk.view.list).toBe("waiting");
    await connects([mine(1)]);
    expect(desk.view.list).toBe("mine");
    desk.show("team");
    tells(ready([mine(1)]));
    expect(desk.view.list).toBe("team");
  });

  test("stepping goes through the list that is shown, and no further than its ends", async () => {
    await connects([card(1, { waiting_since: NOW - 9_000 }), card(2, { waiting_since: NOW - 1_000 })]);
    desk.step(1);
    expect(desk.view.selected).toBe(ID);
    desk.step(1);
    desk.step(1);
    expect(desk.view.selected).toBe(OTHER);
    desk.step(-1);
    expect(desk.view.selected).toBe(ID);
  });
});

describe("writing", () => {
  test("each conversation keeps its own text, also across a reload", async () => {
    await connects([mine(1), mine(2)]);
    desk.open(ID);
    desk.write("for the first");
    desk.open(OTHER);
    expect(desk.view.text).toBe("");
    desk.write("for the second");
    desk.open(ID);
    expect(desk.view.text).toBe("for the first");
    desk.stop();
    desk = newDesk();
    desk.start();
    expect(desk.view.text).toBe("for the first");
  });

  test("a reply is shown as on its way, then as the stored message, once", async () => {
    await connects([mine(1)]);
    desk.open(ID);
    tells(thread(mine(1), [message(1)]));
    desk.write("Good morning");
    desk.send();
    const [reply] = asked("reply.send");
    expect(reply).toMatchObject({ conversation: ID, text: "Good morning" });
    expect(desk.view.text).toBe("");
    expect(desk.view.threads.get(ID)?.history.drafts).toHaveLength(1);
    acknowledges(reply!, 2);
    tells({
      type: "thread.message",
      conversation: ID,
      message: message(2, { ref: reply!.ref, kind: "agent", text: reply!.text }),
    });
    const history = desk.view.threads.get(ID)?.history;
    expect(history?.drafts).toEqual([]);
    expect(history?.messages.map((each) => each.text)).toEqual(["message 1", "Good morning"]);
    expect(written()).toEqual([]);
  });

  test("what was written during a cut and a reload is sent again by itself, under the same ref", async () => {
    await connects([mine(1)]);
    desk.open(ID);
    tells(thread(mine(1), [message(1)]));
    network.socket.ends(1006);
    desk.write("I am still here");
    desk.send();
    desk.stop();
    const [kept] = written();
    desk = newDesk();
    desk.start();
    expect(desk.view.threads.get(ID)?.history.drafts.map((each) => each.text)).toEqual(["I am still here"]);
    await connects([mine(1)]);
    expect(asked("reply.send").map((each) => each.ref)).toEqual([kept]);
  });

  test("after a note the next words are for the visitor again", async () => {
    await connects([mine(1)]);
    desk.open(ID);
    desk.setMode("note");
    desk.write("Knows the owner");
    desk.send();
    expect(asked("note.add")[0]?.text).toBe("Knows the owner");
    expect(asked("reply.send")).toEqual([]);
    expect(desk.view.mode).toBe("reply");
  });

  test("switching between reply and note never moves a text from one to the other", async () => {
    await connects([mine(1)]);
    desk.open(ID);
    desk.write("to the visitor");
    desk.setMode("note");
    expect(desk.view.text).toBe("");
    desk.write("to colleagues");
    desk.setMode("reply");
    expect(desk.view.text).toBe("to the visitor");
    desk.open(OTHER);
    desk.open(ID);
    expect(desk.view.mode).toBe("reply");
  });

  test("an empty text, and one that is too long, are not sent", async () => {
    await connects([mine(1)]);
    desk.open(ID);
    desk.write("  \n ");
    desk.send();
    desk.write("x".repeat(4_001));
    desk.send();
    expect(asked("reply.send")).toEqual([]);
    expect(desk.view.text).toHaveLength(4_001);
  });

  test("the visitor sees that somebody writes, at most each three seconds, and that it ended", async () => {
    await connects([mine(1)]);
    desk.open(ID);
    desk.write("G");
    desk.write("Go");
    await vi.advanceTimersByTimeAsync(3_000);
    desk.write("Goo");
    await vi.advanceTimersByTimeAsync(6_000);
    expect(asked("reply.typing").map((each) => each.active)).toEqual([true, true, false]);
  });

  test("a note is written unseen", async () => {
    await connects([mine(1)]);
    desk.open(ID);
    desk.setMode("note");
    desk.write("Sssh");
    expect(asked("reply.typing")).toEqual([]);
  });
});

describe("a conversation that changed while one wrote", () => {
  async function writing(): Promise<void> {
    await connects([card(1)]);
    desk.open(ID);
    tells(thread(card(1), [message(1)]));
    desk.write("I can help");
  }

  test("taken by a colleague: nothing is sent and the text is kept", async () => {
    await writing();
    tells({ type: "card.changed", card: mine(1, { agent: BRUNO }) });
    desk.send();
    expect(asked("reply.send")).toEqual([]);
    expect(desk.view.text).toBe("I can help");
    expect(desk.view.stale).toBe("team");
  });

  test("closed: nothing is sent and the text is kept", async () => {
    await writing();
    tells({ type: "card.changed", card: card(1, { state: "closed", revision: 3 }) });
    desk.send();
    expect(asked("reply.send")).toEqual([]);
    expect(desk.view.text).toBe("I can help");
  });

  test("waiting again: told before the first attempt, sent with the second", async () => {
    await connects([mine(1)]);
    desk.open(ID);
    desk.write("Where were we?");
    tells({ type: "card.changed", card: card(1, { revision: 3 }) });
    desk.send();
    expect(asked("reply.send")).toEqual([]);
    expect(desk.view.problem).toContain("waits for an agent again");
    desk.send();
    expect(asked("reply.send")).toHaveLength(1);
  });

  test("picked up by oneself: that is no surprise", async () => {
    await writing();
    tells({ type: "card.changed", card: mine(1) });
    desk.send();
    expect(asked("reply.send")).toHaveLength(1);
  });

  test("refused by the server: the text stays with its reason and can be taken back", async () => {
    await writing();
    desk.send();
    const [reply] = asked("reply.send");
    refuses(reply!, "taken", "Bruno has picked it up.");
    const draft = desk.view.threads.get(ID)?.history.drafts[0];
    expect(draft?.failure?.message).toBe("Bruno has picked it up.");
    desk.write("and more");
    desk.takeBack(reply!.ref);
    expect(desk.view.text).toBe("I can help\nand more");
    expect(desk.view.threads.get(ID)?.history.drafts).toEqual([]);
    expect(written()).toEqual([]);
  });

  test("no place for one more: the text waits in the composer, with the reason", async () => {
    await connects([card(1)]);
    desk.open(ID);
    desk.write("I can help");
    desk.send();
    refuses(asked("reply.send")[0]!, "at_capacity", "You have as many as you can take.");
    expect(desk.view.text).toBe("I can help");
    expect(desk.view.problem).toBe("You have as many as you can take.");
    await vi.advanceTimersByTimeAsync(0);
    expect(desk.view.threads.get(ID)?.history.drafts).toEqual([]);
    expect(written()).toEqual([]);
  });

  test("refused, and tried again: it goes out under the same ref", async () => {
    await writing();
    desk.send();
    const [reply] = asked("reply.send");
    refuses(reply!, "closed", "It is closed.");
    desk.retry(reply!.ref);
    await vi.advanceTimersByTimeAsync(0);
    desk.retry(reply!.ref);
    await vi.advanceTimersByTimeAsync(0);
    // Not a copy of what was refused, and never two messages.
    expect(asked("reply.send")).toEqual([reply, { ...reply, attempt: 2 }]);
    expect(desk.view.threads.get(ID)?.history.drafts[0]?.failure).toBeNull();
  });
});

describe("deciding", () => {
  test("picking up shows at once that it is underway, and the list follows", async () => {
    await connects([card(1)]);
    desk.open(ID);
    desk.pickUp(ID);
    desk.pickUp(ID);
    const taken = asked("conversation.pick_up");
    expect(taken).toHaveLength(1);
    expect(desk.view.doing.get(ID)).toBe("pick_up");
    acknowledges(taken[0]!);
    tells({ type: "card.changed", card: mine(1) });
    expect(desk.view.doing.size).toBe(0);
    expect(desk.view.list).toBe("mine");
  });

  test("taking over from a colleague who is gone is underway until it is done", async () => {
    const left = { ...BRUNO, present: false };
    await connects([mine(1, { agent: left })], { agents: [ANNA, left] });
    desk.open(ID);
    desk.show("team");
    desk.pickUp(ID);
    tells({ type: "agent.changed", agent: left });
    expect(desk.view.doing.get(ID)).toBe("pick_up");
    tells({ type: "card.changed", card: mine(1, { revision: 3 }) });
    expect(desk.view.doing.size).toBe(0);
    expect(desk.view.list).toBe("mine");
  });

  test("who was too late is told who was first", async () => {
    await connects([card(1)]);
    desk.pickUp(ID);
    refuses(asked("conversation.pick_up")[0]!, "taken", "Bruno has picked it up.");
    expect(desk.view.problem).toBe("Bruno has picked it up.");
    expect(desk.view.doing.size).toBe(0);
  });

  test("a refusal that only asks for patience is no problem yet", async () => {
    await connects([card(1)]);
    desk.pickUp(ID);
    const [pickUp] = asked("conversation.pick_up");
    tells({ type: "refused", ref: pickUp!.ref, code: "busy", message: "Busy.", retry_ms: 1_000 });
    expect(desk.view.problem).toBeNull();
    expect(desk.view.doing.get(ID)).toBe("pick_up");
  });

  test("an answer that was lost is found in the state of the conversation", async () => {
    await connects([mine(1)]);
    desk.close(ID);
    tells({ type: "card.changed", card: card(1, { state: "closed", revision: 3 }) });
    expect(desk.view.doing.size).toBe(0);
  });

  test("availability shows at once, and the truth when it was refused", async () => {
    await connects([]);
    desk.setAvailability("away", 5);
    expect(desk.view.state.me).toMatchObject({ availability: "away", capacity: 5 });
    await vi.advanceTimersByTimeAsync(300);
    const [set] = asked("availability.set");
    refuses(set!, "forbidden", "You may not.");
    await vi.advanceTimersByTimeAsync(0);
    tells(ready([]));
    expect(desk.view.state.me?.availability).toBe(ANNA.availability);
  });

  test("several clicks make one choice, and an older answer does not undo it", async () => {
    await connects([]);
    desk.setAvailability("available", 4);
    desk.setAvailability("available", 5);
    tells({ type: "agent.changed", agent: { ...ANNA, capacity: 4, active: 2 } });
    expect(desk.view.state.me).toMatchObject({ capacity: 5, active: 2 });
    await vi.advanceTimersByTimeAsync(300);
    expect(asked("availability.set").map((each) => each.capacity)).toEqual([5]);
    acknowledges(asked("availability.set")[0]!);
    tells({ type: "agent.changed", agent: { ...ANNA, capacity: 6 } });
    expect(desk.view.state.me?.capacity).toBe(6);
  });

  test("older closed conversations are asked for from the oldest one that is known", async () => {
    await connects([]);
    desk.show("closed");
    desk.show("closed");
    const [first] = asked("closed.fetch");
    expect(asked("closed.fetch")).toHaveLength(1);
    expect(first?.before).toBeNull();
    const ended = card(3, { state: "closed", last_at: NOW - 5_000 });
    tells({ type: "closed.cards", cards: [ended], more: true, ref: first!.ref });
    desk.fetchClosed();
    expect(asked("closed.fetch")[1]?.before).toBe(NOW - 5_000);
  });
});

describe("the line", () => {
  test("what was missed while it was lost is asked for and set apart", async () => {
    await connects([mine(1)]);
    desk.open(ID);
    tells(thread(mine(1), [message(1)]));
    network.socket.ends(1006);
    expect(desk.view.cutSince).toBe(NOW);
    await vi.advanceTimersByTimeAsync(CUT_PATIENCE_MS);
    await connects([mine(1, { last_seq: 2 })]);
    expect(asked("staff.hello").at(-1)?.open).toEqual([{ conversation: ID, since: 1, notes_since: 0 }]);
    tells(thread(mine(1, { last_seq: 2 }), [message(2)]));
    expect(desk.view.cutSince).toBeNull();
    expect(desk.view.threads.get(ID)?.missedAfter).toBe(1);
    expect(desk.view.announcement).toBe("The connection is back.");
  });

  test("a line that another tab took over within a moment is no loss", async () => {
    await connects([mine(1)]);
    desk.open(ID);
    tells(thread(mine(1), [message(1)]));
    network.socket.ends(1006);
    await vi.advanceTimersByTimeAsync(200);
    await connects([mine(1, { last_seq: 2 })]);
    expect(desk.view.threads.get(ID)?.missedAfter).toBeNull();
  });

  test("a conversation that ended meanwhile shows how it ended", async () => {
    await connects([mine(1)]);
    desk.open(ID);
    tells(thread(mine(1), [message(1)], { ref: asked("conversation.open")[0]!.ref }));
    network.socket.ends(1006);
    await vi.advanceTimersByTimeAsync(1_000);
    await connects([]);
    tells(thread(card(1, { state: "closed", revision: 3, last_seq: 2 }), [message(2, { kind: "notice", notice: "closed_by_visitor" })]));
    expect(desk.view.state.cards.get(ID)?.state).toBe("closed");
    expect(desk.view.threads.get(ID)?.history.last).toBe(2);
  });
});

describe("what is said aloud", () => {
  test("a new conversation is announced once", async () => {
    await connects([]);
    tells({ type: "card.changed", card: card(1) });
    expect(desk.view.announcement).toBe("New conversation: Visitor 1 is waiting.");
    tells({ type: "card.changed", card: card(1, { last_seq: 2 }) });
    expect(desk.view.announcement).toBe("New conversation: Visitor 1 is waiting.");
  });

  test("the visitor's next message is, when its conversation is open", async () => {
    await connects([mine(1)]);
    desk.open(ID);
    tells(thread(mine(1), [message(1)]));
    const second = message(2, { text: "Are you there?" });
    tells({ type: "thread.message", conversation: ID, message: second });
    expect(desk.view.announcement).toBe("Visitor 1: Are you there?");
  });

  test("an older message that only fills a gap is not", async () => {
    await connects([mine(1)]);
    desk.open(ID);
    tells(thread(mine(1, { last_seq: 2 }), [message(1), message(2)]));
    tells({ type: "thread.message", conversation: ID, message: message(1, { text: "old" }) });
    expect(desk.view.announcement).toBe("");
  });
});

test("a colleague's note appears without asking", async () => {
  await connects([mine(1)]);
  desk.open(ID);
  tells({ type: "note.added", conversation: ID, note: note(1, { text: "Be kind" }) });
  expect(desk.view.threads.get(ID)?.notes[0]?.text).toBe("Be kind");
});

test("whatever runs can be stopped, and started again", async () => {
  await connects([mine(1)]);
  desk.stop();
  expect(network.socket.closed).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
  desk.start();
  await connects([mine(1)]);
  expect(desk.view.status.type).toBe("open");
});
