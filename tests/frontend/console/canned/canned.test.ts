import { beforeEach, describe, expect, test } from "vitest";
import { Canned, type CannedView, nothingCanned } from "../../../../wagtail_livechat/static_src/console/canned/canned";
import { createKeeper } from "../../../../wagtail_livechat/static_src/console/canned/kept";
import type { AgentCommand, AgentUpdate } from "../../../../wagtail_livechat/static_src/protocol";
import { FakeStorage, uuid } from "../../connection/fake";
import { message, NOW } from "../factories";
import { reply } from "./factories";

const HERE = uuid(1);
const THERE = uuid(2);
const HOURS = reply(1, "We open at nine.");
const MAP = reply(2, "Find us here:", { cards: [{ kind: "page", id: 7, title: "Find us" }] });

let asked: AgentCommand[];
let view: CannedView;
let canned: Canned;
let storage: Storage;

beforeEach(() => {
  asked = [];
  storage = new FakeStorage();
  opens();
});

/** A page of the console opens: the first, or the next one after a reload. */
function opens(user = "1"): void {
  view = nothingCanned;
  canned = new Canned({
    send: (command) => asked.push(command),
    changed: (now) => (view = now),
    keeper: createKeeper(storage, user),
  });
  canned.turnTo(HERE);
}

function of<T extends AgentCommand["type"]>(type: T) {
  return asked.filter((each): each is Extract<AgentCommand, { type: T }> => each.type === type);
}

function found(...replies: (typeof HOURS)[]): void {
  canned.heard({ type: "canned.found", conversation: HERE, replies, ref: of("canned.search").at(-1)?.ref ?? null });
}

function suggests(...replies: (typeof HOURS)[]): void {
  canned.attend(message(1));
  const ref = of("canned.suggest").at(-1)?.ref ?? null;
  canned.heard({ type: "canned.suggested", conversation: HERE, seq: 1, replies, ref });
}

function sends(text: string, ref = uuid(9)): string {
  canned.sent({ type: "reply.send", ref, conversation: HERE, text });
  return ref;
}

function stored(ref: string): void {
  const ack: AgentUpdate = { type: "ack", ref, conversation: HERE, seq: 2, at: NOW };
  canned.heard(ack);
}

describe("looking", () => {
  test("each word that is typed is looked for, and only the last answer counts", () => {
    canned.look("h");
    const first = of("canned.search")[0]?.ref ?? null;
    canned.look("ho");
    canned.heard({ type: "canned.found", conversation: HERE, replies: [MAP], ref: first });
    expect(view.looking).toBe(true);
    found(HOURS);
    expect(view.offered.map(({ reply }) => reply.id)).toEqual([1]);
    expect(view.looking).toBe(false);
    canned.look(null);
    expect(view).toEqual(nothingCanned);
  });

  test("before anything is typed what is suggested comes first, and once", () => {
    suggests(MAP);
    canned.look("");
    found(HOURS, MAP);
    expect(view.offered.map(({ reply, suggested }) => [reply.id, suggested])).toEqual([
      [2, true],
      [1, false],
    ]);
  });

  test("a refusal ends the wait", () => {
    canned.look("h");
    const ref = of("canned.search")[0]?.ref ?? "";
    expect(canned.asked(ref)).toBe(true);
    canned.heard({ type: "refused", ref, code: "rate_limited", message: "", retry_ms: 1000 });
    expect(view.looking).toBe(false);
  });
});

describe("suggesting", () => {
  test("each new word of the visitor is asked about once, and an answer takes it away", () => {
    canned.attend(message(1));
    canned.attend(message(1));
    canned.attend(message(2));
    expect(of("canned.suggest").map(({ conversation }) => conversation)).toEqual([HERE, HERE]);
    suggests(HOURS);
    canned.heard({
      type: "canned.suggested",
      conversation: HERE,
      seq: 2,
      replies: [HOURS],
      ref: of("canned.suggest").at(-1)?.ref ?? null,
    });
    expect(view.suggestions).toEqual([HOURS]);
    canned.attend(message(3, { kind: "agent" }));
    expect(view.suggestions).toEqual([]);
    expect(asked.every(({ type }) => type === "canned.suggest")).toBe(true);
  });

  test("what comes for another conversation is not shown here", () => {
    canned.attend(message(1));
    const ref = of("canned.suggest").at(-1)?.ref ?? null;
    canned.turnTo(THERE);
    canned.heard({ type: "canned.suggested", conversation: HERE, seq: 1, replies: [HOURS], ref });
    expect(view.suggestions).toEqual([]);
  });
});

describe("using", () => {
  test("a use is told once the message is stored, with what became of the text", () => {
    canned.put({ reply: HOURS, suggested: true });
    canned.put({ reply: MAP, suggested: false });
    const ref = sends("We open at ten. Find us here:");
    expect(of("canned.use")).toEqual([]);
    stored(ref);
    stored(ref);
    expect(of("canned.use").map((each) => [each.reply, each.edited, each.suggested])).toEqual([
      [1, true, true],
      [2, false, false],
    ]);
  });

  test("what was taken out of the text again is not counted", () => {
    canned.put({ reply: HOURS, suggested: false });
    stored(sends("Something else entirely"));
    expect(of("canned.use")).toEqual([]);
  });

  test("its cards follow the text, but for those that were taken off, and each once", () => {
    canned.put({ reply: MAP, suggested: false });
    canned.put({ reply: MAP, suggested: false });
    expect(view.attached.length).toBe(1);
    sends("Find us here:");
    expect(of("card.send")).toMatchObject([{ conversation: HERE, kind: "page", id: 7, reply: 2 }]);
    expect(view.attached).toEqual([]);
    canned.put({ reply: MAP, suggested: false });
    const [card] = view.attached;
    if (card) canned.detach(card);
    sends("Find us here:", uuid(10));
    expect(of("card.send").length).toBe(1);
  });

  test("refused, it all goes with the text when that is sent again", () => {
    canned.put({ reply: MAP, suggested: false });
    const ref = sends("Find us here:");
    canned.heard({ type: "refused", ref, code: "at_capacity", message: "", retry_ms: null });
    expect(view.attached.length).toBe(1);
    stored(sends("Find us here:", uuid(10)));
    expect(of("canned.use").length).toBe(1);
  });

  test("an emptied text takes nothing along, and each conversation has its own", () => {
    canned.put({ reply: MAP, suggested: false });
    canned.turnTo(THERE);
    expect(view.attached).toEqual([]);
    canned.turnTo(HERE);
    expect(view.attached.length).toBe(1);
    canned.emptied();
    expect(view.attached).toEqual([]);
    stored(sends("Find us here:"));
    expect(of("canned.use")).toEqual([]);
  });
});

describe("after a reload", () => {
  test("what stands in a text that is begun is counted, and its cards go with it", () => {
    canned.put({ reply: MAP, suggested: true });
    opens();
    expect(view.attached).toEqual([{ card: MAP.cards[0], reply: 2 }]);
    stored(sends("Find us here, please:"));
    expect(of("card.send")).toMatchObject([{ conversation: HERE, kind: "page", id: 7, reply: 2 }]);
    expect(of("canned.use")).toMatchObject([{ conversation: HERE, reply: 2, edited: true, suggested: true }]);
  });

  test("what was on its way is counted once it is stored, and once", () => {
    canned.put({ reply: HOURS, suggested: false });
    const ref = sends("We open at nine.");
    opens();
    stored(ref);
    opens();
    stored(ref);
    expect(of("canned.use").length).toBe(1);
  });

  test("what was on its way and is refused goes with the text when that is sent again", () => {
    canned.put({ reply: HOURS, suggested: false });
    const ref = sends("We open at nine.");
    opens();
    canned.heard({ type: "refused", ref, code: "at_capacity", message: "", retry_ms: null });
    opens();
    stored(sends("We open at nine.", uuid(10)));
    expect(of("canned.use").length).toBe(1);
  });

  test("nothing is left of what was sent, emptied or taken off", () => {
    canned.put({ reply: MAP, suggested: false });
    canned.emptied();
    expect(storage.length).toBe(0);
    canned.put({ reply: HOURS, suggested: false });
    stored(sends("We open at nine."));
    expect(storage.length).toBe(0);
  });

  test("another account at this browser has none of it", () => {
    canned.put({ reply: MAP, suggested: false });
    opens("12");
    expect(view.attached).toEqual([]);
    stored(sends("Find us here:"));
    expect(of("canned.use")).toEqual([]);
  });

  test.each(["{", "1", "null", '{"put":1}', '{"sent":[]}'])("a storage with %s in it does no harm", (strange) => {
    canned.put({ reply: MAP, suggested: false });
    const name = storage.key(0);
    if (name) storage.setItem(name, strange);
    opens();
    expect(view.attached).toEqual([]);
    canned.put({ reply: MAP, suggested: false });
    expect(view.attached.length).toBe(1);
  });
});
