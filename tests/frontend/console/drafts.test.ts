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

  test("something else under the same name is no draft", () => {
    const storage = new FakeStorage();
    storage.setItem(`livechat:draft:1:${uuid(1)}:reply`, "{broken");
    expect(createDrafts(storage, "1", () => 0).read(uuid(1), "reply")).toBe("");
  });
});
