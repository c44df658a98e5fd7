/** The words of the widget: which there are, and how their placeholders are filled.
 *
 * No word is written here. The server sends them with the configuration, in the language of
 * the page; `widget/texts.py` holds the English source and a test compares the keys.
 */

export const TEXT_KEYS = [
  // The launcher, while the panel is closed.
  "launcher", // Chat with us
  "launcher_unread", // Chat with us. Unread messages: {count}
  "launcher_signpost", // Ask our automatic helper

  // The panel's head.
  "panel", // Chat with {team}
  "close", // Close chat
  "menu", // Options
  "status_available", // Somebody is here to answer.
  "status_unavailable", // Nobody can answer right now. Your message will wait for the team.
  "status_signpost", // An automatic helper answers first. A person can take over.
  "status_signpost_alone", // An automatic helper answers. Nobody of the team is here now.
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

  // What the signpost says.
  "signpost", // Automatic helper
  "automatic", // Automatic answer
  "choices", // Possible answers
  "card_gone", // This page is no longer there.
  "helped", // Did this help?
  "helped_yes", // Yes
  "helped_no", // No
  "thanks", // Thank you.
  "person", // Talk to a person

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
  "notice_handed_over", // A person will take over, and can read what was said so far.
  "notice_handed_over_later", // Nobody is here right now. Your question stays here for the team: you will find the answer when you come back.
  "notice_given_back", // The automatic helper answers again.
  "notice_closed_idle", // The conversation has ended, as nobody wrote any more.
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

/** The words of watching with permission: they travel with it alone, in `assist.words`. */
export const ASSIST_KEYS = [
  // The choice.
  "choices", // Privacy choices
  "close", // Close
  "save", // Save my choice
  "saved", // Your choice is stored. You can change it at any time.
  "not_saved", // Your choice could not be stored. Please try again.
  "asked_anew", // This question has changed. Please reload the page to read it as it is now.
  "receipt", // Receipt of your answer: {id}
  "signal_gpc", // Your browser asks not to be tracked (Global Privacy Control). We respect it.
  "signal_dnt", // Your browser asks not to be tracked (Do Not Track). We respect it.
  "signal_choose", // Nobody sees which pages you view. If you agree here all the same, it holds for this site.
  "assistance_on", // Live help is on.
  "statistics_on", // Your page views are counted.
  "stop", // Stop live help
  "stop_statistics", // Stop counting
  "editor", // Live help is on, but not for editors: you are not watched.

  // Who is watching.
  "watched", // Watched by {names}
  "watched_end", // Nobody is watching any more.
  "show", // What the staff see
  "show_all", // This is everything that the staff see of your visit.
  "show_nothing", // Nobody sees anything of your visit now.
  "show_failed", // This cannot be shown right now. Please try again.

  // What they see: the fields of a visit.
  "field_id", // Random name of the visit
  "field_label", // Name in the list
  "field_watchers", // Watching now
  "field_began_at", // Visit began
  "field_page", // Page
  "field_page_since", // On this page since
  "field_pages", // Pages viewed
  "field_language", // Language
  "field_device", // Device
  "field_origin", // Came from
  "field_returning", // Has been here before
  "field_idle_since", // Away since
  "field_stuck", // Seems stuck
  "field_score", // Points for being stuck
  "field_in_conversation", // In a conversation
  "field_conversation", // Conversation
  "field_invitation", // Invitation
  "field_left_at", // Left at
  "field_steps", // Pages of this visit, the current one first
  "yes", // Yes
  "no", // No
  "results", // Results: {count}
  "page_page", // A page
  "page_search", // Search
  "page_not_found", // Page not found
  "page_other", // Another page
  "page_hidden", // A page that is not shown
  "device_desktop", // Computer
  "device_tablet", // Tablet
  "device_phone", // Telephone
  "stuck_back_and_forth", // Goes back and forth
  "stuck_sibling_loop", // Goes round among neighbouring pages
  "stuck_not_found_search", // A missing page, then a search
  "stuck_empty_search", // A search without results
  "stuck_form_left", // Left a form unfinished
  "stuck_order_dwell", // Stays long at a step of the order
  "stuck_same_page", // Comes back to the same page
  "invitation_queued", // On its way
  "invitation_shown", // Shown
  "invitation_accepted", // Accepted
  "invitation_declined", // Declined
  "invitation_ignored", // Not answered
  "invitation_expired", // Expired
  "invitation_cancelled", // Taken back

  // An invitation.
  "invites", // {alias} asks
  "automatic", // Automatic message
  "accept", // Yes, let us talk
  "decline", // No, thanks
  "never", // Never ask again
  "invitation_failed", // This could not be sent. Please try again.
] as const;

export type AssistKey = (typeof ASSIST_KEYS)[number];
export type AssistTexts = Readonly<Partial<Record<AssistKey, string>>>;

export type TextKey = (typeof TEXT_KEYS)[number];
export type Texts = Readonly<Partial<Record<TextKey, string>>>;
export type Say<Key extends string = TextKey> = (
  key: Key,
  values?: Readonly<Record<string, string | number>>,
) => string;

/** `template` with each `{name}` that `values` knows replaced, once; nothing else is special. */
export function fill(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.prototype.hasOwnProperty.call(values, name) ? String(values[name]) : whole,
  );
}

/** A function that speaks these texts. A missing one is empty rather than a key on the screen. */
export function speaker<Key extends string = TextKey>(
  texts: Readonly<Partial<Record<NoInfer<Key>, string>>>,
): Say<Key> {
  return (key, values = {}) => fill(texts[key] ?? "", values);
}
