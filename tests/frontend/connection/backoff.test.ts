import { describe, expect, test } from "vitest";
import { backOff, jitter, LONGEST_MS, resendAfter } from "../../../wagtail_livechat/static_src/connection/backoff";

describe("waiting before another attempt", () => {
  test("the longest wait doubles with each attempt, up to thirty seconds", () => {
    const longest = [1, 2, 3, 4, 5, 6, 7, 8, 50].map((attempt) => backOff(attempt, 1));
    expect(longest).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, LONGEST_MS]);
  });

  test("browsers that lost the line together come back spread over the whole interval", () => {
    expect([0.25, 0.5, 0.75].map((random) => backOff(5, random))).toEqual([2_000, 4_000, 6_000]);
  });

  test("nobody comes back at once, and never before the server allows it", () => {
    expect(backOff(1, 0)).toBe(100);
    expect(backOff(1, 0, 7_000)).toBe(7_100);
  });

  test("an unanswered message is sent again after 3, 6, 12, 24, then every 30 seconds", () => {
    expect([1, 2, 3, 4, 5, 6].map(resendAfter)).toEqual([3_000, 6_000, 12_000, 24_000, 30_000, 30_000]);
  });

  test("a rhythm varies by a fifth each way", () => {
    expect([jitter(1_000, 0), jitter(1_000, 0.5), jitter(1_000, 1)]).toEqual([800, 1_000, 1_200]);
  });
});
