import { beforeAll, describe, expect, test } from "vitest";
import { duration, languageName, timesIn } from "../../../wagtail_livechat/static_src/console/time";
import { NOW } from "./factories";
import { readEnglish } from "./words";

beforeAll(readEnglish);

describe("durations", () => {
  test.each([
    [-5_000, "0 s"],
    [59_999, "59 s"],
    [60_000, "1 min"],
    [59 * 60_000, "59 min"],
    [3_600_000, "1 h"],
    [47 * 3_600_000, "1 day"],
    [48 * 3_600_000, "2 days"],
  ])("%s ms is %s", (ms, text) => expect(duration(ms)).toBe(text));
});

describe("moments", () => {
  test("today and yesterday have a name, other days their date", () => {
    const times = timesIn("en");
    expect(times.day(NOW, NOW)).toBe("Today");
    expect(times.day(NOW - 24 * 3_600_000, NOW)).toBe("Yesterday");
    expect(times.day(NOW - 72 * 3_600_000, NOW)).toMatch(/May/);
  });

  test("a language that no browser knows still shows a time", () => {
    expect(timesIn("not a language").clock(NOW)).toMatch(/\d/);
    expect(languageName("fr", "en")).toBe("French");
    expect(languageName("??", "en")).toBe("??");
  });
});
