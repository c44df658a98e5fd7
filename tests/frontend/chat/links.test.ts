import { describe, expect, test } from "vitest";
import { pieces } from "../../../wagtail_livechat/static_src/chat/links";

const links = (text: string): string[] =>
  pieces(text).flatMap((piece) => (piece.type === "link" ? [piece.href] : []));
const whole = (text: string): string => pieces(text).map((piece) => piece.text).join("");

describe("links in a message", () => {
  test("web, mail and telephone addresses can be followed", () => {
    expect(links("See https://shop.test/books?id=1#top now")).toEqual(["https://shop.test/books?id=1#top"]);
    expect(links("http://shop.test")).toEqual(["http://shop.test/"]);
    expect(links("mailto:team@shop.test")).toEqual(["mailto:team@shop.test"]);
    expect(links("tel:+33142000000")).toEqual(["tel:+33142000000"]);
  });

  test.each([
    ["(see https://shop.test/a)", "https://shop.test/a"],
    ["https://shop.test/a_(b)", "https://shop.test/a_(b)"],
    ["Is it https://shop.test/a?", "https://shop.test/a"],
    ["“https://shop.test/a”, he said", "https://shop.test/a"],
    ["<https://shop.test/a>.", "https://shop.test/a"],
  ])("the punctuation of %s is the sentence's", (text, href) => {
    expect(links(text)).toEqual([href]);
    expect(whole(text)).toBe(text);
  });

  test.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "blob:https://shop.test/x",
    "//evil.test",
    "https://",
    "https:///",
    "http://%",
    "xhttps://shop.test",
    "mailto:a@b.test?bcc=c@d.test",
    "mailto:a@b.test,c@d.test",
    "tel:*#06#",
  ])("%s stays text", (text) => {
    expect(links(text)).toEqual([]);
    expect(whole(text)).toBe(text);
  });

  test.each([
    "https://good.test@evil.test/",
    "https://good.test:443@evil.test/",
    "https://good.test\\@evil.test/",
    "https://good.test%2F@evil.test/",
    "https://good.test/\u202Etxt.exe",
    "https://go\u200Bod.test/",
    "https://good\u2024test/",
    "https://evil\u3164.test/",
  ])("an address that shows another host than it opens stays text: %s", (text) => {
    expect(links(text).filter((href) => !href.startsWith("https://good.test/"))).toEqual([]);
  });

  test("a look-alike host is shown as what it is", () => {
    const link = pieces("https://аpple.test/login").find((piece) => piece.type === "link");
    expect(link).toMatchObject({ text: "https://xn--pple-43d.test/login", href: "https://xn--pple-43d.test/login" });
  });

  test("a host in capitals or full-width letters is shown as it will be called", () => {
    expect(pieces("https://SHOP.test/A")[0]).toMatchObject({ text: "https://shop.test/A" });
    expect(pieces("https://ｓｈｏｐ.test/")[0]).toMatchObject({ text: "https://shop.test/" });
  });

  test("text around links is kept to the letter", () => {
    const text = "  a\n\nhttps://shop.test/x\tb  https://shop.test/y \n";
    expect(whole(text)).toBe(text);
    expect(links(text)).toHaveLength(2);
  });

  test.each([
    "(".repeat(4000),
    "<".repeat(4000),
    `http://${"&:".repeat(1990)}`,
    "a@".repeat(2000),
    "&#".repeat(2000),
    "[".repeat(4000),
    "\u2028".repeat(4000),
    "https://".repeat(500),
    "https://a.b ".repeat(330),
    `https://a.b/${")".repeat(3900)}`,
    `https://a.b/${"(".repeat(1900)}${")".repeat(1900)}`,
  ])("the worst of four thousand characters is text, or fifty links at most (case %#)", (text) => {
    expect(links(text).length).toBeLessThanOrEqual(50);
    expect(whole(text).length).toBeGreaterThan(3000);
  });
});
