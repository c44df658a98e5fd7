import { describe, expect, test } from "vitest";
import { createDrafts } from "../../../wagtail_livechat/static_src/console/drafts";
import { FakeStorage, uuid } from "../connection/fake";

const DAY = 24 * 60 * 60 * 1_000;

describe("drafts", () => {
  test("each conversation keeps its own, and a reload finds them", () => {
    const storage = new FakeStorage();
    const drafts = createDrafts(storage, "1", () => 0);
    drafts.write(uuid(1), "reply", "for the first");
    drafts.write(uuid(2), "reply", "for the second");
    const reloaded = createDrafts(storage, "1", () => 0);
    expect(reloaded.read(uuid(1), "reply")).toBe("for the first");
    expect(reloaded.read(uuid(2), "reply")).toBe("for the second");
    expect(reloaded.begun()).toEqual(new Set([uuid(1), uuid(2)]));
  });

  test("a note begun never shows as a reply", () => {
    const drafts = createDrafts(new FakeStorage(), "1", () => 0);
    drafts.write(uuid(1), "note", "difficult customer");
    expect(drafts.read(uuid(1), "reply")).toBe("");
  });

  test("two people at one browser do not read each other's", () => {
    const storage = new FakeStorage();
    createDrafts(storage, "1", () => 0).write(uuid(1), "reply", "mine");
    const other = createDrafts(storage, "12", () => 0);
    expect(other.read(uuid(1), "reply")).toBe("");
    expect(other.begun().size).toBe(0);
  });

  test("what was sent leaves nothing behind", () => {
    const storage = new FakeStorage();
    const drafts = createDrafts(storage, "1", () => 0);
    drafts.write(uuid(1), "reply", "soon gone");
    drafts.write(uuid(1), "reply", "");
    expect(storage.length).toBe(0);
    expect(drafts.begun().size).toBe(0);
  });

  test("a browser without storage keeps them as long as the page", () => {
    const drafts = createDrafts(null, "1", () => 0);
    drafts.write(uuid(1), "reply", "kept");
    expect(drafts.read(uuid(1), "reply")).toBe("kept");
    expect(drafts.begun()).toEqual(new Set([uuid(1)]));
  });

  test("drafts that nobody came back to are swept", () => {
    const storage = new FakeStorage();
    createDrafts(storage, "1", () => 0).write(uuid(1), "reply", "forgotten");
    expect(createDrafts(storage, "1", () => 13 * DAY).read(uuid(1), "reply")).toBe("forgotten");
    expect(createDrafts(storage, "1", () => 15 * DAY).read(uuid(1), "reply")).toBe("");
  });

  describe("in two tabs", () => {
    const KEY = `livechat:draft:1:${uuid(1)}:reply`;
    const tabs = () => {
      const storage = new FakeStorage();
      const [ownA, ownB] = [new FakeStorage(), new FakeStorage()];
      const [a, b] = [createDrafts(storage, "1", () => 0, ownA), createDrafts(storage, "1", () => 0, ownB)];
      const writes = (tab: typeof a, text: string): void => {
        const oldValue = storage.getItem(KEY);
        tab.write(uuid(1), "reply", text);
        const newValue = storage.getItem(KEY);
        if (newValue !== oldValue) (tab === a ? b : a).heard({ key: KEY, oldValue, newValue });
      };
      return { storage, ownA, ownB, a, b, writes, read: (tab: typeof a) => tab.read(uuid(1), "reply") };
    };

    test("what is written in one shows in the other, and is sent from both", () => {
      const { a, b, writes, read } = tabs();
      writes(a, "half");
      expect(read(b)).toBe("half");
      writes(b, "half a thought");
      expect(read(a)).toBe("half a thought");
      writes(a, "");
      expect([read(a), read(b)]).toEqual(["", ""]);
      expect([a.begun().size, b.begun().size]).toEqual([0, 0]);
    });

    test("two texts stay two, and what one tab sends takes nothing from the other", () => {
      const { storage, ownA, a, b, writes, read } = tabs();
      b.write(uuid(1), "reply", "from the second");
      storage.clear();
      writes(a, "from the first");
      writes(b, "from the second tab");
      writes(b, "from the second");
      expect([read(a), read(b)]).toEqual(["from the first", "from the second"]);
      writes(a, "");
      expect([read(a), read(b)]).toEqual(["", "from the second"]);
      writes(a, "again from the first");
      writes(b, "");
      expect(read(a)).toBe("again from the first");
      // Over a reload, and for the next tab when this one is closed.
      expect(createDrafts(storage, "1", () => 0, ownA).read(uuid(1), "reply")).toBe("again from the first");
      storage.clear();
      a.keep();
      expect(createDrafts(storage, "1", () => 0).read(uuid(1), "reply")).toBe("again from the first");
    });

    test("what is no draft of this account is not heard", () => {
      expect(tabs().a.heard({ key: "livechat:draft:12:x:reply", oldValue: null, newValue: "x" })).toBe(false);
      expect(tabs().a.heard({ key: null, oldValue: null, newValue: null })).toBe(false);
    });
  });

  test("something else under the same name is no draft", () => {
    const storage = new FakeStorage();
    storage.setItem(`livechat:draft:1:${uuid(1)}:reply`, "{broken");
    expect(createDrafts(storage, "1", () => 0).read(uuid(1), "reply")).toBe("");
  });
});
