import { describe, expect, test } from "vitest";
import { fill, speaker, TEXT_KEYS } from "../../wagtail_livechat/static_src/texts";

describe("the words of the widget", () => {
  test("a placeholder is filled once, and what fills it is not read again", () => {
    expect(fill("{alias} joined", { alias: "{alias} {count}" })).toBe("{alias} {count} joined");
    expect(fill("{unknown} {constructor}", {})).toBe("{unknown} {constructor}");
  });

  test("a word that is missing is silence, not a key on the screen", () => {
    expect(speaker({})("launcher")).toBe("");
    expect(speaker({ new_messages: "New: {count}" })("new_messages", { count: 3 })).toBe("New: 3");
  });

  test("no word is listed twice", () => {
    expect(new Set(TEXT_KEYS).size).toBe(TEXT_KEYS.length);
  });
});
