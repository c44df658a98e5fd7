/* What an agent asked and the server has not answered: what was written survives the page. */
import { type Keep, Outbox } from "../connection";
import type { AgentCommand } from "../protocol";

export function createStaffOutbox(user: string, tab: string, storage: Storage | null): Outbox<AgentCommand> {
  return new Outbox<AgentCommand>({
    prefix: outboxPrefix(user),
    storage,
    tab,
    now: Date.now,
    keep,
    lane,
    again,
  });
}

export function outboxPrefix(user: string): string {
  return `livechat:out:${user}:`;
}

function keep(command: AgentCommand): Keep {
  switch (command.type) {
    case "reply.send":
    case "note.add":
      return "stored";
    case "conversation.open":
    case "conversation.pick_up":
    case "conversation.close":
    case "conversation.reopen":
    case "conversation.give_back":
    case "card.send":
    case "invitation.send":
    case "invitation.cancel":
    case "availability.set":
    case "closed.fetch":
    case "canned.use":
      return "tab";
    case "conversation.leave":
    case "staff.hello":
    case "thread.mark_read":
    case "reply.typing":
    // Whom one looks at is asked anew whenever the line is: a look is of the moment.
    case "visitors.watch":
    case "visitors.leave":
    case "watching.keep":
    case "visit.open":
    case "visit.leave":
    // The next key that is pressed asks anew.
    case "canned.search":
    case "canned.suggest":
    case "pong":
      return "moment";
  }
}

/** A copy of what was refused may still be on its way: it must not pass for this one. */
function again(command: AgentCommand): AgentCommand {
  return command.type === "reply.send" ? { ...command, attempt: (command.attempt ?? 1) + 1 } : command;
}

/** What is done in one conversation is done in order; reading never waits for writing. */
export function lane(command: AgentCommand): string {
  switch (command.type) {
    case "reply.send":
    case "note.add":
    case "card.send":
    case "canned.use":
    case "conversation.pick_up":
    case "conversation.close":
    case "conversation.reopen":
    case "conversation.give_back":
      return command.conversation;
    case "conversation.open":
      return `open:${command.conversation}`;
    case "visitors.watch":
    case "visitors.leave":
      return command.window;
    case "visit.open":
    case "visit.leave":
    case "invitation.send":
      return command.visit;
    case "invitation.cancel":
      return command.invitation;
    default:
      return command.type;
  }
}
