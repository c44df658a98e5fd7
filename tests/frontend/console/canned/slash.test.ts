import { describe, expect, test } from "vitest";
import { askedAt, fateOf, unfilledIn, withReply } from "../../../../wagtail_livechat/static_src/console/canned/slash";
import { reply } from "./factories";

/** The text up to the bar is before the caret. */
function asked(marked: string) {
  const caret = marked.indexOf("|");
  return askedAt(marked.replace("|", ""), caret);
}

describe("what is looked for", () => {
  test.each([
    ["/|", ""],
    ["/hou|", "hou"],
    ["Hello /hou|", "hou"],
    ["Hello\n/opening hours|", "opening hours"],
    ["Hello /ho|urs", "ho"],
    ["/عربي|", "عربي"],
  ])("%s", (text, query) => expect(asked(text)?.query).toBe(query));

  test.each(["and/or|", "https://a.test/x|", "/ we|", "5 / 6|", "/en/hours|", "/hours\n|", "|/hours", `/${"x".repeat(61)}|`])(
    "a slash that is only text: %s",
    (text) => expect(asked(text)).toBeNull(),
  );
});

describe("a reply in the text", () => {
  test("takes the place of what was typed to find it, and leaves the caret behind it", () => {
    expect(withReply("Hello /hou", 6, 10, reply(1, "We open at nine."))).toEqual({
      text: "Hello We open at nine.",
      start: 22,
      end: 22,
    });
  });

  test("stands apart from the words around it", () => {
    expect(withReply("Hello,bye", 6, 6, reply(1, "at nine")).text).toBe("Hello, at nine bye");
    expect(withReply("a\n\nb", 2, 2, reply(1, "x")).text).toBe("a\nx\nb");
  });

  test("what is still to be filled in is selected, to be typed over", () => {
    const written = withReply("", 0, 0, reply(1, "Dear {{visitor.name}}, see {{page.link}}"));
    expect(written.text.slice(written.start, written.end)).toBe("{{visitor.name}}");
  });
});

describe("what has to be filled in", () => {
  test("is named once each; what is none of ours is text", () => {
    expect(unfilledIn("{{page.link}} {{ page.link }} {{page.title|this}} {{name}} {page.link} %(x)s")).toEqual([
      "page.link",
      "page.title",
    ]);
    expect(unfilledIn("{{ settings.SECRET_KEY }}")).toEqual([]);
  });
});

describe("what became of a reply", () => {
  test.each([
    ["We open at nine.", "We open at nine.", "kept"],
    ["We open at nine.", "Hello!\nWe open  at nine. Bye", "kept"],
    ["We open at nine.", "We open at ten.", "edited"],
    ["We open at nine.", "No idea, sorry", "gone"],
    ["nine", "nineteen", "gone"],
  ])("%s → %s", (was, sent, fate) => expect(fateOf(was, sent)).toBe(fate));
});
