import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { studyController } from "../../../wagtail_livechat/static_src/study/controller";

class Base {
  element = document.createElement("div");
  connect(): void {}
  disconnect(): void {}
}

interface Study extends Base {
  urlValue: string;
  goingValue: boolean;
}

const answers: (object | Error)[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  answers.length = 0;
  vi.stubGlobal("fetch", async () => {
    const next = answers.shift();
    if (!next || next instanceof Error) throw new Error("offline");
    return { ok: true, json: async () => next };
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function study(going: boolean) {
  const reload = vi.fn();
  const Controller = studyController(Base as never, reload) as unknown as new () => Study;
  const one = new Controller();
  one.element.innerHTML = `<span data-livechat-study-words>Waiting</span><progress max="100" value="0"></progress>`;
  Object.defineProperty(one, "urlValue", { value: "/status/" });
  Object.defineProperty(one, "goingValue", { value: going });
  one.connect();
  return { one, reload };
}

const progress = (one: Study) => one.element.querySelector("progress")?.value;
const going = (percent: number) => ({ under_way: true, percent, words: "Under way" });

test("a study under way is followed until it is over", async () => {
  const { one, reload } = study(true);
  answers.push(going(40), { under_way: false, percent: 100, words: "Finished" });
  await vi.advanceTimersByTimeAsync(2000);
  expect(progress(one)).toBe(40);
  expect(one.element.textContent).toContain("Under way");
  expect(reload).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(2000);
  expect(reload).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(reload).toHaveBeenCalledOnce();
});

test("a server that cannot be reached is asked again", async () => {
  const { one } = study(true);
  answers.push(new Error("offline"), going(60));
  await vi.advanceTimersByTimeAsync(4000);
  expect(progress(one)).toBe(60);
});

test("nobody asks where nothing goes on, or after the page was left", async () => {
  const asked = vi.fn(async () => ({ ok: true, json: async () => going(1) }));
  vi.stubGlobal("fetch", asked);
  study(false);
  const { one } = study(true);
  one.disconnect();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).not.toHaveBeenCalled();
});
