import { describe, expect, test } from "vitest";
import {
  forgot,
  INITIAL,
  isOngoing,
  outboxChanged,
  shown,
  type State,
  statusChanged,
  told,
  TYPING_MS,
  unread,
} from "../../../wagtail_livechat/static_src/chat/state";
import type { VisitorUpdate } from "../../../wagtail_livechat/static_src/protocol";
import { missingSince } from "../../../wagtail_livechat/static_src/thread";
import { conversation, message, NOON, ready } from "./samples";

const after = (...updates: VisitorUpdate[]): State =>
  updates.reduce((state, update) => told(state, update, NOON), INITIAL);
const sent = (seq: number): VisitorUpdate => ({
  type: "message.sent",
  conversation: "conversation-1",
  message: message(seq),
});
const seqs = (state: State): number[] => state.history.messages.map((each) => each.seq);

describe("the visitor's state", () => {
  test("state before plus updates equals a fresh state", () => {
    const grown = after(
      ready({ conversation: conversation() }),
      sent(1),
      sent(2),
      { type: "conversation.changed", conversation: conversation({ revision: 2, state: "closed", last_seq: 2 }) },
    );
    const fresh = after(
      ready({
        conversation: conversation({ revision: 2, state: "closed", last_seq: 2 }),
        messages: [message(1), message(2)],
      }),
    );
    expect(grown).toEqual(fresh);
  });

  test("an older state that arrives late changes nothing", () => {
    const state = after(
      ready({ conversation: conversation({ revision: 5, state: "closed" }) }),
      { type: "conversation.changed", conversation: conversation({ revision: 4, state: "active" }) },
    );
    expect(state.conversation?.state).toBe("closed");
  });

  test("of the same revision, what was read furthest counts", () => {
    const state = after(
      ready({ conversation: conversation({ read_by_staff: 4, last_seq: 4 }) }),
      { type: "conversation.changed", conversation: conversation({ read_by_staff: 2, read_by_visitor: 3 }) },
    );
    expect(state.conversation).toMatchObject({ read_by_staff: 4, read_by_visitor: 3, last_seq: 4 });
  });

  test("a heartbeat shows what was lost on the way", () => {
    const state = after(ready({ conversation: conversation({ last_seq: 1 }), messages: [message(1)] }), {
      type: "heartbeat",
      heads: [{ conversation: "conversation-1", seq: 3 }],
    });
    expect(missingSince(state.history)).toBe(1);
  });

  test("messages of another conversation are not shown", () => {
    const state = after(ready({ conversation: conversation() }), {
      type: "message.sent",
      conversation: "another",
      message: message(1),
    });
    expect(seqs(state)).toEqual([]);
  });

  test("another conversation takes the place of the former one", () => {
    const state = after(
      ready({ conversation: conversation({ last_seq: 1 }), messages: [message(1, { text: "before" })] }),
      ready({ conversation: conversation({ id: "conversation-2" }), messages: [message(1, { text: "after" })] }),
    );
    expect(state.history.messages.map((each) => each.text)).toEqual(["after"]);
  });

  test("a conversation that was forgotten elsewhere is forgotten here", () => {
    const state = after(ready({ conversation: conversation(), messages: [message(1)] }), ready());
    expect(state.conversation).toBeNull();
    expect(seqs(state)).toEqual([]);
  });

  test("an agent who wrote is no longer writing", () => {
    const writing = after(ready({ conversation: conversation() }), { type: "typing", active: true });
    expect(writing.typingUntil).toBe(NOON + TYPING_MS);
    expect(told(writing, sent(1), NOON).typingUntil).toBe(0);
    expect(told(writing, { type: "typing", active: false }, NOON).typingUntil).toBe(0);
  });

  test("nobody is known to write, or to be there, when the line is gone", () => {
    const writing = after(ready(), { type: "typing", active: true });
    expect(statusChanged(writing, { type: "lost", retryAt: 0, attempt: 1 }).typingUntil).toBe(0);
    expect(statusChanged(writing, { type: "idle" }).available).toBeNull();
  });

  test("unread is what agents wrote beyond what was read here or in another tab", () => {
    const state = after(
      ready({
        conversation: conversation({ read_by_visitor: 1, last_seq: 4 }),
        messages: [message(1), message(2), message(3, { kind: "visitor" }), message(4, { kind: "notice" })],
      }),
    );
    expect(unread(state)).toBe(1);
    expect(unread(shown(state, 4))).toBe(0);
  });

  test("what waits in the outbox is being sent, and what was refused has failed", () => {
    const command = { type: "message.send", ref: "mine", text: "Hello" } as const;
    const sending = outboxChanged(INITIAL, [{ ref: "mine", command, at: NOON, refusal: null }]);
    expect(sending.history.drafts).toMatchObject([{ ref: "mine", failure: null }]);
    const failed = outboxChanged(sending, [
      { ref: "mine", command, at: NOON, refusal: { code: "too_big", message: "Too long." } },
    ]);
    expect(failed.history.drafts[0]!.failure?.message).toBe("Too long.");
    const again = outboxChanged(failed, [{ ref: "mine", command, at: NOON, refusal: null }]);
    expect(again.history.drafts[0]!.failure).toBeNull();
  });

  test("acknowledged, it stays in its place until the message itself is here", () => {
    const command = { type: "message.send", ref: "mine", text: "Hello" } as const;
    const sending = outboxChanged(after(ready({ conversation: conversation() })), [
      { ref: "mine", command, at: NOON, refusal: null },
    ]);
    const acked = told(sending, { type: "ack", ref: "mine", conversation: "conversation-1", seq: 1, at: NOON }, NOON);
    expect(outboxChanged(acked, []).history.drafts).toHaveLength(1);
    const stored = told(acked, { ...sent(1), message: message(1, { ref: "mine", kind: "visitor" }) } as VisitorUpdate, NOON);
    expect(stored.history.drafts).toEqual([]);
  });

  test("what another tab took back is gone here too", () => {
    const command = { type: "message.send", ref: "mine", text: "Hello" } as const;
    const sending = outboxChanged(INITIAL, [{ ref: "mine", command, at: NOON, refusal: null }]);
    expect(outboxChanged(sending, []).history.drafts).toEqual([]);
  });

  test("a conversation goes on until it is closed and nothing waits", () => {
    expect(isOngoing(INITIAL)).toBe(false);
    expect(isOngoing(after(ready({ conversation: conversation({ state: "waiting" }) })))).toBe(true);
    expect(isOngoing(after(ready({ conversation: conversation({ state: "closed" }) })))).toBe(false);
  });

  test("forgotten, nothing is left", () => {
    const state = forgot(after(ready({ conversation: conversation(), messages: [message(1)] })));
    expect(state).toEqual({ ...INITIAL, available: true, forgotten: true });
  });
});
