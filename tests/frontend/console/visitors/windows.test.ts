import { describe, expect, test } from "vitest";
import {
  noWindows,
  onlyWindows,
  placeOf,
  rowAt,
  type Windows,
  windowsFor,
  withoutVisit,
  withWindow,
} from "../../../../wagtail_livechat/static_src/console/visitors/windows";
import { uuid } from "../../connection/fake";
import { visit } from "./factories";

const rows = (from: number, count: number) => Array.from({ length: count }, (_, at) => visit(from + at));
const two = (): Windows => withWindow(withWindow(noWindows, 0, rows(0, 100), 150), 1, rows(100, 50), 150);

describe("which windows a look needs", () => {
  test.each([
    ["the top of the table", 0, 12, [0]],
    ["the middle of a window", 40, 60, [0]],
    ["what comes into sight soon", 70, 82, [0, 1]],
    ["what went out of sight just now", 110, 122, [0, 1]],
    ["far below", 2_430, 2_450, [24]],
  ])("%s", (_what, first, last, wanted) => {
    expect(windowsFor(first, last)).toEqual(wanted);
  });

  test("never more than two, and those in sight first", () => {
    expect(windowsFor(310, 390)).toHaveLength(2);
    expect(windowsFor(190, 305)).toEqual([1, 2]);
  });
});

describe("what is here of the table", () => {
  test("a row is found by its place, and a visit's place by its name", () => {
    expect(rowAt(two(), 120)?.id).toBe(uuid(120));
    expect(placeOf(two(), uuid(120))).toBe(120);
    expect(rowAt(two(), 150)).toBeNull();
    expect(placeOf(two(), uuid(999))).toBeNull();
  });

  test("a window that is not looked at any more is put away", () => {
    const left = onlyWindows(two(), [1]);
    expect(rowAt(left, 10)).toBeNull();
    expect(rowAt(left, 110)?.id).toBe(uuid(110));
    expect(onlyWindows(left, [1])).toBe(left);
  });

  test("where there are fewer rows than before, what lies beyond is forgotten", () => {
    const fewer = withWindow(two(), 0, rows(0, 80), 80);
    expect(rowAt(fewer, 110)).toBeNull();
    expect(fewer.total).toBe(80);
  });

  test("a visit that is over leaves at once, and the others close up", () => {
    const left = withoutVisit(two(), uuid(3));
    expect(placeOf(left, uuid(3))).toBeNull();
    expect(rowAt(left, 3)?.id).toBe(uuid(4));
    expect(left.total).toBe(149);
    expect(withoutVisit(left, uuid(3))).toBe(left);
  });
});
