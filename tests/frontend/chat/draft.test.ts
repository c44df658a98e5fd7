import { beforeEach, describe, expect, test } from "vitest";
import { createDraft, type Draft } from "../../../wagtail_livechat/static_src/chat/draft";
import { FakeStorage } from "../connection/fake";

const KEY = "livechat:3:draft";

describe("what is begun in two tabs", () => {
  let browser: FakeStorage;
  let own: FakeStorage[];
  let first: Draft;
  let second: Draft;

  beforeEach(() => {
    browser = new FakeStorage();
    own = [new FakeStorage(), new FakeStorage()];
    [first, second] = own.map((tab) => createDraft(tab, browser, KEY)) as [Draft, Draft];
  });

  /** One tab writes, and the other hears of what that changed. */
  function writes(tab: Draft, text: string): void {
    const oldValue = browser.getItem(KEY);
    tab.write(text);
    const newValue = browser.getItem(KEY);
    if (oldValue !== newValue) (tab === first ? second : first).heard({ key: KEY, oldValue, newValue });
  }
  const texts = (): string[] => [first.text, second.text];

  test("goes on in either, and is sent from both", () => {
    writes(first, "half a");
    writes(second, "half a thought");
    expect(texts()).toEqual(["half a thought", "half a thought"]);
    writes(first, "");
    expect(texts()).toEqual(["", ""]);
    expect([browser, ...own].map((storage) => storage.length)).toEqual([0, 0, 0]);
  });

  test("stays two texts where it is two, whichever is sent first", () => {
    second.write("from the second");
    browser.clear(); // written at the same moment: the first tab saw none of it
    writes(first, "from the first");
    writes(second, "from the second tab");
    expect(texts()).toEqual(["from the first", "from the second tab"]);
    writes(first, "");
    expect(texts()).toEqual(["", "from the second tab"]);
    // Also on this tab's next page, and for the next tab once this one is closed.
    expect(createDraft(own[1]!, browser, KEY).text).toBe("from the second tab");
    expect(createDraft(new FakeStorage(), browser, KEY).text).toBe("");
    second.keep();
    expect(createDraft(new FakeStorage(), browser, KEY).text).toBe("from the second tab");
  });

  test("is not heard of from another site's chat", () => {
    expect(first.heard({ key: "livechat:4:draft", oldValue: null, newValue: "x" })).toBe(false);
    expect(first.text).toBe("");
  });

  test("lives as long as the page where nothing can be stored", () => {
    const page = createDraft(null, null, KEY);
    page.write("kept");
    page.keep();
    expect(page.text).toBe("kept");
  });
});
