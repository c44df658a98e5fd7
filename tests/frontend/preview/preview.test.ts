import { afterEach, expect, test } from "vitest";
import { preview } from "../../../wagtail_livechat/static_src/preview/preview";
import type { Config } from "../../../wagtail_livechat/static_src/loader/config";

const config = {
  site: 1,
  language: "en",
  dir: "ltr",
  position: "right",
  accent: "#0a5f55",
  accent_text: "#ffffff",
  theme: "auto",
  team: { name: "Quay Books", avatar: null },
} as unknown as Config;
const words = { automatic: "Automatic message", accept: "Yes", decline: "No, thanks", never: "Never" };

afterEach(() => document.querySelector("livechat-assist")?.remove());

const shadow = (): ShadowRoot => document.querySelector("livechat-assist")!.shadowRoot!;

test("an invitation is shown as a visitor would see it, and answers nothing", () => {
  preview(document, {
    config,
    words,
    invitation: { id: "1", text: "Can we help?", sender: null, automatic: true, expires_at: 0 },
  });
  expect(shadow().querySelector(".question")?.textContent).toBe("Can we help?");
  expect(shadow().querySelector("h2")?.textContent).toContain("Automatic message");
  const buttons = [...shadow().querySelectorAll("button")];
  expect(buttons.map((button) => button.textContent)).toEqual(["Yes", "No, thanks", "Never"]);
  for (const button of buttons) button.click();
  expect(shadow().querySelector(".question")).not.toBeNull();
});

test("where nothing would be shown, nothing is", () => {
  preview(document, { config, words, invitation: null });
  expect(shadow().querySelector("section")).toBeNull();
});
