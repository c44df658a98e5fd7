import { describe, expect, test } from "vitest";
import { lengthOf, normalise } from "../../../wagtail_livechat/static_src/chat/text";

describe("what is written", () => {
  test("it is counted in code points, as the server counts", () => {
    expect(lengthOf("été")).toBe(3);
    expect(lengthOf("🦉")).toBe(1);
    expect(lengthOf("👩‍👩‍👧")).toBe(5);
  });

  test("controls go, tabs and lines stay, ends are trimmed", () => {
    expect(normalise("  a\u0000b\u0007\tc\r\nd\re\u2028f  \n")).toBe("ab\tc\nd\ne\nf");
  });

  test("half a surrogate pair is no character; a whole one stays", () => {
    expect(normalise("a\ud800b \u{1f989}")).toBe("a\ufffdb \u{1f989}");
  });

  test("a letter and its accent become one, as in the server's spelling", () => {
    expect(normalise("e\u0301")).toBe("é");
  });

  test("many empty lines become two", () => {
    expect(normalise("a\n\n\n\n\n\n\nb")).toBe("a\n\n\nb");
  });

  test("nothing but blanks is nothing", () => {
    expect(normalise(" \n\t ")).toBe("");
  });
});
