import { describe, expect, test } from "vitest";
import { readChoice, standing } from "../../../wagtail_livechat/static_src/assist/choice";
import { deviceOf, isCrawler, originOf, viewOf } from "../../../wagtail_livechat/static_src/assist/where";
import type { Tag } from "../../../wagtail_livechat/static_src/loader/tag";
import { cookieOf, RECEIPT } from "./site";

describe("the choice's cookie", () => {
  test("a yes is read with its receipt, under either name", () => {
    const choice = { version: 7, assistance: true, statistics: false, never: false, receipt: RECEIPT };
    expect(readChoice(`a=b; livechat-choice-3=${cookieOf(true, false)}; c=d`, 3)).toEqual(choice);
    expect(readChoice(`__Host-livechat-choice-3=${cookieOf(true, false)}`, 3)).toEqual(choice);
  });

  test("a no has nothing that could be recognised", () => {
    expect(readChoice(`livechat-choice-3=${cookieOf(false, false, "rq")}`, 3)).toEqual({
      version: 7,
      assistance: false,
      statistics: false,
      never: true,
      receipt: null,
    });
  });

  test("another site's, or another spelling, is no choice", () => {
    expect(readChoice(`livechat-choice-4=${cookieOf(true, true)}`, 3)).toBeNull();
    expect(readChoice(`livechat-choice-33=${cookieOf(true, true)}`, 3)).toBeNull();
    expect(readChoice("livechat-choice-3=1.7.Yn.20261127.-.-.x", 3)).toBeNull();
    expect(readChoice("livechat-choice-3=2.7.yn.20261127.-.-.x", 3)).toBeNull();
    expect(readChoice("", 3)).toBeNull();
  });
});

describe("where a visitor stands", () => {
  const quiet = { gpc: false, dnt: false };
  const site = { external: false, holding: [7], asks: true };
  const no = readChoice(`livechat-choice-3=${cookieOf(false, false)}`, 3);

  test("who has not answered is asked, unless the browser has said no already", () => {
    expect(standing(null, quiet, site)).toBe("ask");
    expect(standing(null, { gpc: true, dnt: false }, site)).toBe("signal");
    expect(standing(null, { gpc: false, dnt: true }, site)).toBe("signal");
  });

  test("an answer stands, also against the browser's signal", () => {
    expect(standing(no, quiet, site)).toBe("answered");
    expect(standing(no, { gpc: true, dnt: true }, site)).toBe("answered");
  });

  test("a version of another meaning asks again", () => {
    expect(standing(no, quiet, { ...site, holding: [8] })).toBe("ask");
  });

  test("where the site's own tool asks, or nothing is asked, it is silent", () => {
    expect(standing(null, quiet, { ...site, external: true })).toBe("silent");
    expect(standing(null, quiet, { ...site, asks: false })).toBe("silent");
  });
});

describe("what is told of a view", () => {
  const tag: Tag = { config: "/c/", page: "token", kind: "", results: "", hidden: false, element: null };

  test("a page by its token, anything else by its kind", () => {
    expect(viewOf(tag)).toEqual({ page: "token", kind: "page", results: null });
    expect(viewOf({ ...tag, page: null })).toEqual({ page: null, kind: "other", results: null });
    expect(viewOf({ ...tag, kind: "search", results: "0" })).toEqual({ page: "token", kind: "search", results: 0 });
    expect(viewOf({ ...tag, page: null, kind: "not_found" })?.kind).toBe("not_found");
  });

  test("what the page's script says goes before its tag, and nonsense is nothing", () => {
    expect(viewOf(tag, { kind: "search", results: 3 })).toEqual({ page: "token", kind: "search", results: 3 });
    expect(viewOf({ ...tag, kind: "hidden", results: "many" })).toEqual({ page: "token", kind: "page", results: null });
    expect(viewOf({ ...tag, kind: "search", results: "-4" })?.results).toBeNull();
  });

  test("of a hidden page nothing at all, and nothing without a tag", () => {
    expect(viewOf({ ...tag, hidden: true })).toBeNull();
    expect(viewOf(null)).toBeNull();
  });

  test("of another site only its origin, of this one nothing", () => {
    expect(originOf("https://search.test/find?q=secret#x", "https://shop.test")).toBe("https://search.test");
    expect(originOf("https://shop.test/books/", "https://shop.test")).toBe("");
    expect(originOf("about:blank", "https://shop.test")).toBe("");
    expect(originOf("", "https://shop.test")).toBe("");
  });

  test("the family of devices is asked of style sheets alone", () => {
    const asking = (...true_: string[]): Window =>
      ({ matchMedia: (query: string) => ({ matches: true_.some((part) => query.includes(part)) }) }) as unknown as Window;
    expect(deviceOf(asking())).toBe("desktop");
    expect(deviceOf(asking("hover"))).toBe("tablet");
    expect(deviceOf(asking("hover", "max-width"))).toBe("phone");
  });

  test("programs that read pages are no visitors; browsers are", () => {
    for (const agent of [
      "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
      "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
      "facebookexternalhit/1.1",
      "Mozilla/5.0 (compatible; Baiduspider/2.0)",
      "Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
      "Chrome-Lighthouse",
    ]) {
      expect(isCrawler(agent), agent).toBe(true);
    }
    for (const agent of [
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36",
      "Mozilla/5.0 (Linux; Android 9; CUBOT NOTE Plus) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36",
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
    ]) {
      expect(isCrawler(agent), agent).toBe(false);
    }
  });
});
