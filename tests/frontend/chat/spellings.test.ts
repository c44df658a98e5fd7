import { expect, test } from "vitest";
import { lengthOf, normalise } from "../../../wagtail_livechat/static_src/chat/text";
import spellings from "../../conversations/spellings.json";

test.each(spellings)("the browser counts what the server will store: $written", ({ written, stored, length }) => {
  expect(normalise(written)).toBe(stored);
  expect(lengthOf(normalise(written))).toBe(length);
  expect(normalise(stored)).toBe(stored);
});
