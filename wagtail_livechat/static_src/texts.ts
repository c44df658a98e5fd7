/** The words of the widget: which there are, and how their placeholders are filled.
 *
 * No word is written here. The server sends them with the configuration, in the language of
 * the page; `widget/texts.py` holds the English source and a test compares the keys.
 */

export const TEXT_KEYS = [
  // The launcher, while the panel is closed.
  "launcher", // Chat with us
  "launcher_unread", // Chat with us. Unread messages: {count}

  // The panel's head.
  "panel", // Chat with {team}
  "close", // Close chat
  "menu", // Options
  "status_available", // Somebody is here to answer.
  "status_unavailable", // Nobody can answer right now. Your message will wait for the team.
  "status_waiting", // Somebody will answer in a moment.
  "status_active", // You are talking with {alias}.
  "status_left", // {alias} is not here right now. Your message will wait for the team.
  "status_closed", // This conversation has ended. Write to take it up again.
  "welcome", // Hello! How can we help?
  "privacy", // The team of {team} reads what you write here. (Retention is added by the server.)

  // Writing.
  "composer", // Your message
  "composer_placeholder", // Write a message…
  "send", // Send
  "emoji", // Insert an emoji
  "characters_left", // Characters left: {count}
  "too_long", // Too long by {count} characters. Shorten it, or send it in parts.

  // Reading.
  "log", // Messages
  "you", // You
  "team_member", // Team
  "today", // Today
  "yesterday", // Yesterday
  "typing", // {alias} is writing…
  "new_messages", // New messages: {count}
  "opens_new_tab", // opens in a new tab

  // What became of a message.
  "state_sending", // Sending…
  "state_sent", // Sent
  "state_seen", // Seen
  "state_failed", // Not sent
  "retry", // Send again
  "take_back", // Edit
  "failed_unknown", // It could not be sent.
  "failed_old", // It was written a while ago and never reached us.

  // What happened (notices).
  "notice_picked_up", // {alias} joined the conversation.
  "notice_closed_by_agent", // {alias} ended the conversation.
  "notice_closed_by_visitor", // You ended the conversation.
  "notice_reopened", // The conversation goes on.
  "notice_other", // The conversation has changed.

  // The line to the server.
  "connecting", // Connecting…
  "offline", // Connection lost. What you write is kept, and sent when it is back.
  "online", // Connected again.
  "slow", // The connection is limited: messages may take a few seconds.
  "stopped", // The chat is not available here.
  "outdated", // The site has been updated. Reload the page to go on.
  "reload", // Reload the page
  "start_failed", // The chat could not be opened.
  "try_again", // Try again
  "nothing_kept", // This browser keeps nothing: do not leave the page before your message is sent.

  // What the visitor decides.
  "share_page", // Show the team which page I am on
  "sharing_soon", // The team will see that you are on: {page}
  "sharing_page", // The team sees that you are on: {page}
  "sound", // Sound for new messages
  "end", // End the conversation
  "end_confirm", // End this conversation? You can take it up again by writing.
  "end_yes", // End it
  "forget", // Forget this conversation
  "forget_confirm", // The conversation ends, and this browser forgets it: you will no longer be able to read it.
  "forget_yes", // Forget it
  "forgotten", // This browser has forgotten the conversation.
  "cancel", // Cancel
] as const;

export type TextKey = (typeof TEXT_KEYS)[number];
export type Texts = Readonly<Partial<Record<TextKey, string>>>;
export type Say = (key: TextKey, values?: Readonly<Record<string, string | number>>) => string;

/** `template` with each `{name}` that `values` knows replaced, once; nothing else is special. */
export function fill(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.prototype.hasOwnProperty.call(values, name) ? String(values[name]) : whole,
  );
}

/** A function that speaks these texts. A missing one is empty rather than a key on the screen. */
export function speaker(texts: Texts): Say {
  return (key, values = {}) => fill(texts[key] ?? "", values);
}
