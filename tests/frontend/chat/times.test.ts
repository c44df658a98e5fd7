import { describe, expect, test } from "vitest";
import { createTimes } from "../../../wagtail_livechat/static_src/chat/times";
import { speaker } from "../../../wagtail_livechat/static_src/texts";

const say = speaker({ today: "Today", yesterday: "Yesterday" });
const now = new Date(2026, 2, 1, 0, 30).getTime();

describe("moments in the visitor's own zone and words", () => {
  const times = createTimes("en-GB", say);

  test("the day is counted from midnight where the visitor is", () => {
    expect(times.day(new Date(2026, 2, 1, 0, 1).getTime(), now)).toBe("Today");
    expect(times.day(new Date(2026, 1, 28, 23, 59).getTime(), now)).toBe("Yesterday");
    expect(times.day(new Date(2026, 1, 27, 12, 0).getTime(), now)).toBe("Friday 27 February");
    expect(times.day(new Date(2025, 11, 24, 12, 0).getTime(), now)).toBe("24 December 2025");
  });

  test("the clock is the language's", () => {
    const at = new Date(2026, 2, 1, 15, 5).getTime();
    expect(times.clock(at)).toBe("15:05");
    expect(createTimes("en-US", say).clock(at)).toMatch(/^3:05\sPM$/);
  });

  test("a language that nobody knows is no reason to fail", () => {
    expect(createTimes("not a tag", say).clock(now)).not.toBe("");
  });
});
