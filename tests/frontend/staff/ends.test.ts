import { beforeEach, describe, expect, test } from "vitest";
import { PageChannel } from "../../../wagtail_livechat/static_src/staff/ends";
import type { Channel, Relayed } from "../../../wagtail_livechat/static_src/staff/relay";
import { FakeChannels } from "./browser";

describe("a page that speaks to its own trunk", () => {
  let channels: FakeChannels;
  let carried: Relayed[];

  function page(): { channel: PageChannel; told: Relayed[] } {
    const channel = new PageChannel(channels.make("staff"));
    return { channel, told: listens(channel.tab) };
  }

  function listens(end: Channel): Relayed[] {
    const heard: Relayed[] = [];
    end.onmessage = ({ data }: MessageEvent) => heard.push(data as Relayed);
    return heard;
  }

  async function delivered(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  }

  beforeEach(() => {
    channels = new FakeChannels();
    carried = listens(channels.make("staff"));
  });

  test("is heard at once, before anything is drawn, and answered after the call", async () => {
    const { channel, told } = page();
    const trunk = channel.trunk();
    const asked: Relayed[] = [];
    trunk.onmessage = ({ data }: MessageEvent) => {
      asked.push(data as Relayed);
      trunk.postMessage({ to: "a", kind: "opened" });
    };
    channel.tab.postMessage({ to: "trunk", kind: "open", id: "a" });
    expect(asked).toMatchObject([{ kind: "open", id: "a" }]);
    expect(told).toEqual([]);
    await delivered();
    expect(told).toMatchObject([{ kind: "opened" }]);
    expect(carried).toEqual([]);
  });

  test("hears its trunk alone where it is meant, and with all others where all are", async () => {
    const { channel, told } = page();
    const trunk = channel.trunk();
    channel.tab.postMessage({ to: "trunk", kind: "open", id: "a" });
    trunk.postMessage({ to: "a", kind: "opened" });
    trunk.postMessage({ to: "*", kind: "here" });
    trunk.postMessage({ to: "b", kind: "opened" });
    await delivered();
    expect(told.map((each) => [each.to, each.kind])).toEqual([
      ["a", "opened"],
      ["*", "here"],
    ]);
    expect(carried.map((each) => [each.to, each.kind])).toEqual([
      ["*", "here"],
      ["b", "opened"],
    ]);
  });

  test("speaks to the trunk of another tab where it holds none", async () => {
    const holder = page();
    const asked = listens(holder.channel.trunk());
    const other = page();
    other.channel.tab.postMessage({ to: "trunk", kind: "open", id: "b" });
    await delivered();
    expect(asked).toMatchObject([{ kind: "open", id: "b" }]);
    expect(other.told).toEqual([]);
  });

  test("asks the others again when its trunk is gone", async () => {
    const { channel, told } = page();
    const trunk = channel.trunk();
    trunk.postMessage({ to: "*", kind: "closed", code: 1006 });
    trunk.close();
    channel.tab.postMessage({ to: "trunk", kind: "open", id: "a" });
    await delivered();
    expect(told).toMatchObject([{ kind: "closed" }]);
    expect(carried).toMatchObject([{ kind: "closed" }, { kind: "open", id: "a" }]);
  });

  test("a trunk that comes after another is not ended by the end of the first", async () => {
    const { channel } = page();
    const first = channel.trunk();
    const asked = listens(channel.trunk());
    first.close();
    channel.tab.postMessage({ to: "trunk", kind: "check" });
    await delivered();
    expect(asked).toMatchObject([{ kind: "check" }]);
  });

  test("what is closed neither hears nor speaks, and the channel closes with the tab", async () => {
    const { channel, told } = page();
    const open = channels.count();
    channel.tab.close();
    channel.tab.postMessage({ to: "trunk", kind: "check" });
    channels.make("staff").postMessage({ to: "*", kind: "here" });
    await delivered();
    expect(told).toEqual([]);
    expect(carried).toMatchObject([{ kind: "here" }]);
    expect(channels.count()).toBe(open); // one went, one came
  });
});
