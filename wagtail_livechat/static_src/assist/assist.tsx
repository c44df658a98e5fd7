/** Joins the question, the visit and the invitations: what the loader mounts. */
import { render } from "preact";
import type { ExternalChoice, ViewFacts } from "../loader/api";
import type { AssistHost, AssistSide } from "../loader/host";
import { type Answer as Said, type Invitation, VERSION, type VisitHello, type VisitShown } from "../protocol";
import { type AssistKey, speaker } from "../texts";
import { BannerBox } from "./Banner";
import { Card } from "./Card";
import { Choices } from "./Choices";
import { type Answer, Consent, type Interface, NO } from "./consent";
import { Control } from "./Control";
import { watchCover } from "./cover";
import { createPlace } from "./element";
import { Greetings } from "./greetings";
import { marksOf } from "./keep";
import type { Line, LineOptions } from "../visit/line";
import { Seen } from "./Seen";
import { post } from "./post";
import { deviceOf, isCrawler, isEditor, type View, viewOf } from "./where";

/** How long after a refusal the visitor's choice is read once more. */
const LOOKS_AGAIN_MS = 2_000;
const NARROW = "(max-width: 480px), (max-height: 420px)";

/** Loads the line of a visit: a dynamic import, given from outside for the tests. */
export type LoadLine = (url: string) => Promise<{ readonly Line: new (options: LineOptions) => Line }>;

export function mountAssist(host: AssistHost, load: LoadLine): AssistSide {
  const { config, assist, window, emit } = host;
  const { document } = window;
  const { banner, external, urls } = assist;
  const say = speaker<AssistKey>(assist.words);
  const place = createPlace(document, config);
  const { root, frame } = place;
  const marks = marksOf(window, config.site);
  const crawler = isCrawler(window.navigator.userAgent);

  let stopped = false;
  let scheduled = false;
  let looked = false;
  let line: Line | null = null;
  let loading = false;
  let view: View | null = null;
  let facts: ViewFacts = {};
  let counted: View | null = null;
  let refused = false;
  let ended = false;
  let news = false;
  let names = "";
  let chatOpen = false;
  let dialog: "choices" | "seen" | null = null;
  let shown: VisitShown | null = null;
  let seen = "";
  let over = "";
  let answering = false;
  let cardFailed = false;
  let refocus = false;
  let emitted = "";
  let again: ReturnType<typeof setTimeout> | undefined;

  const changed = (): void => {
    if (stopped || scheduled) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      if (!stopped) settle();
    });
  };

  const consent = new Consent({ window, site: config.site, assist, marks, onChange: changed });
  /** Who did not agree never loads what tells of a visit. */
  const bringLine = async (): Promise<void> => {
    if (loading) return;
    loading = true;
    try {
      const { Line } = await load(urls.line);
      line = new Line({
        window,
        marks,
        language: config.language,
        urls,
        onChange: changed,
        onEnded: () => emitInvitation("ended"),
        onReturned() {
          consent.read();
          settle();
        },
        onRefused() {
          refused = true;
          look();
          // Another tab's answer may still be on its way into the cookie.
          clearTimeout(again);
          again = setTimeout(look, LOOKS_AGAIN_MS);
        },
      });
      changed();
    } catch {
      // Then nobody is told anything of this page.
    }
  };
  const greetings = new Greetings({
    window,
    marks,
    urls,
    free: () => !chatOpen && !(consent.standing === "ask" && isNarrow()),
    onChange: changed,
  });
  const cover = watchCover(window, () => [...root.querySelectorAll<HTMLElement>(".box")]);

  const isNarrow = (): boolean => window.matchMedia(NARROW).matches;
  const invitation = (): Invitation | null => {
    const found = line?.invitation ?? greetings.invitation;
    return found?.id === over ? null : found;
  };

  // What goes on beside what is shown.

  const settle = (): void => {
    const editor = isEditor(document);
    const somebody = looked && !editor && !crawler && view !== null;
    const watched = somebody && consent.allows("assistance") && !refused;
    if (!watched) line?.stop();
    else if (line) line.start(view!);
    else void bringLine();
    // A view that the line told is counted with it.
    if (watched) counted = view;
    else if (somebody && !consent.sending && consent.allows("statistics")) count(view!);
    // Who agreed is asked by the server, which knows what they were asked already.
    if (somebody && !watched && !consent.choice?.never) greetings.start(view!.page);
    else greetings.stop();
    const answer = consent.answered;
    const told = JSON.stringify(answer);
    if (told !== emitted) emit("consent", answer);
    emitted = told;
    draw(editor);
  };

  /** One more view of this page: a number, and nothing of who viewed it. */
  const count = (which: View): void => {
    if (which === counted) return;
    counted = which;
    const hello: VisitHello = {
      type: "visit.hello",
      v: VERSION,
      language: config.language,
      device: deviceOf(window),
      ...which,
    };
    post(window, urls.exchange, { hello, commands: [] }).catch(() => undefined);
  };

  const look = (): void => {
    looked ||= document.visibilityState !== "hidden" && !("prerendering" in document && document.prerendering);
    if (!looked) return;
    consent.read();
    changed();
  };

  // What the visitor does.

  const answer = async (what: Answer, by: Interface, reference = ""): Promise<void> => {
    if (consent.sending) return;
    refused = false;
    refocus = root.activeElement !== null;
    if (!(await consent.answer(what, by, reference))) return;
    const open = root.querySelector("dialog");
    if (open) open.close();
    if (by !== "external") place.announce(say("saved"));
  };

  const stop = (): void => {
    const statistics = consent.allows("assistance", true) && consent.answered.statistics;
    if (external) consent.stopHere();
    // What is left of a yes is a choice of its own.
    void answer({ ...NO, statistics }, statistics ? (external ? "external" : "settings") : "indicator");
  };

  const openChoices = (): void => {
    if (!banner || stopped) return;
    dialog = "choices";
    changed();
  };

  const show = async (): Promise<void> => {
    shown = (await line?.show()) ?? null;
    dialog = "seen";
    changed();
  };

  const reply = async (said: Said): Promise<void> => {
    const asked = invitation();
    if (!asked || answering) return;
    answering = true;
    cardFailed = false;
    refocus = said !== "accept";
    try {
      await post(window, urls.answer, { invitation: asked.id, answer: said });
      over = asked.id;
    } catch {
      cardFailed = true;
    }
    answering = false;
    if (!cardFailed) {
      if (greetings.invitation) greetings.quiet();
      line?.end();
      emitInvitation(said === "accept" ? "accepted" : said === "decline" ? "declined" : "never", asked);
      if (said === "accept") host.openChat();
    }
    changed();
  };

  const emitInvitation = (
    state: "shown" | "accepted" | "declined" | "never" | "ended",
    which: { readonly automatic: boolean } = { automatic: false },
  ): void => emit("invitation", { state, automatic: which.automatic });

  // What is shown.

  /** Who is watching, in words; news is what this tab has not said before. */
  const readWatchers = (): void => {
    const now = listed(config.language, (line?.watchers ?? []).map(({ alias }) => alias));
    if (now === names) return;
    ended = names !== "" && now === "";
    names = now;
    news = marks.get("watched") !== now;
    marks.set("watched", now || null);
  };

  const draw = (editor: boolean): void => {
    place.stay();
    readWatchers();
    const { standing, signals, choice } = consent;
    const on = consent.allows("assistance", true);
    const counts = consent.allows("statistics", true);
    const signal = signals.gpc ? say("signal_gpc") : signals.dnt ? say("signal_dnt") : null;
    const asks = standing === "ask" && banner;
    const choose = banner && !asks ? banner.texts.change_label || say("choices") : null;
    const text = on
      ? say(ended ? "watched_end" : refused ? "show_nothing" : editor ? "editor" : "assistance_on")
      : counts
        ? say("statistics_on")
        : standing === "signal"
          ? signal!
          : "";
    const asked = chatOpen && isNarrow() ? null : invitation();
    frame.classList.toggle("asks", asks !== null && asks !== false);
    frame.classList.toggle("chatting", chatOpen);
    frame.classList.toggle("raised", editor);
    frame.classList.toggle("above", document.querySelector("livechat-widget") !== null);
    render(
      <>
        <div class="stack">
          {asked && (
            <Card
              key={asked.id}
              say={say}
              invitation={asked}
              team={config.team.name}
              failed={cardFailed}
              onAnswer={(said) => void reply(said)}
            />
          )}
          {asks ? (
            <BannerBox
              say={say}
              banner={asks}
              failed={consent.failed}
              onAnswer={(yes) => void answer(yes ? everything : NO, "banner")}
              onChoose={openChoices}
            />
          ) : (
            (choose || on || counts) && (
              <Control
                say={say}
                names={names}
                text={text}
                news={news || ended}
                failed={consent.failed}
                stop={on ? say("stop") : counts ? say("stop_statistics") : null}
                choose={choose}
                onShow={on && !editor && !refused ? () => void show() : null}
                onStop={stop}
                onChoose={openChoices}
              />
            )
          )}
        </div>
        {dialog === "choices" && banner && (
          <Choices
            say={say}
            banner={banner}
            answered={consent.answered}
            receipt={choice?.receipt ?? null}
            signal={signal}
            failed={consent.failed}
            onSave={(what) => void answer(what, "settings")}
            onClose={closed}
          />
        )}
        {dialog === "seen" && (
          <Seen say={say} language={config.language} shown={shown} watched={names !== ""} onClose={closed} />
        )}
      </>,
      frame,
    );
    drawn(asked);
  };

  /** What follows when it is there. */
  const drawn = (asked: Invitation | null): void => {
    const modal = root.querySelector("dialog");
    if (modal && !modal.open) {
      modal.showModal();
      modal.querySelector("h2")!.focus();
    }
    if (refocus && !consent.sending && !modal && !root.activeElement) {
      refocus = false;
      root.querySelector<HTMLElement>(".control .link:last-child")?.focus();
    }
    if (asked && asked.id !== seen) {
      seen = asked.id;
      place.announce(`${say("invites", { alias: asked.sender?.alias ?? config.team.name })} ${asked.text}`);
      emitInvitation("shown", asked);
      if (line?.invitation) line.shown(asked);
    }
    cover.look();
    makeRoom();
  };

  /** On a small screen the open panel leaves the line free on which it says who is watching. */
  const makeRoom = (): void => {
    const control = root.querySelector<HTMLElement>(".watched");
    const widget = document.querySelector<HTMLElement>("livechat-widget");
    const room = control && chatOpen && isNarrow() ? control.offsetHeight : 0;
    if (room) widget?.style.setProperty("--watched", `${room}px`);
    else widget?.style.removeProperty("--watched");
  };

  const closed = (): void => {
    dialog = null;
    changed();
  };

  const everything: Answer = {
    assistance: banner?.purposes.includes("assistance") ?? false,
    statistics: banner?.purposes.includes("statistics") ?? false,
  };

  document.addEventListener("visibilitychange", look);
  document.addEventListener("prerenderingchange", look);
  view = viewOf(host.tag(), facts);
  queueMicrotask(look);
  changed();

  return {
    choices: openChoices,
    consent({ assistance = false, statistics = false, reference = "" }: ExternalChoice) {
      if (external) void consent.toldBySite({ assistance, statistics }, reference, answer);
    },
    page(said) {
      facts = said;
      view = viewOf(host.tag(), facts);
      if (view) line?.view(view);
      changed();
    },
    pageChanged(moved) {
      if (moved) {
        facts = {};
        view = viewOf(host.tag(), facts);
        if (view) line?.view(view);
      }
      changed();
    },
    chatChanged(open) {
      chatOpen = open;
      changed();
    },
    stop() {
      if (stopped) return;
      stopped = true;
      clearTimeout(again);
      document.removeEventListener("visibilitychange", look);
      document.removeEventListener("prerenderingchange", look);
      line?.stop();
      greetings.stop();
      cover.stop();
      render(null, frame);
      place.remove();
    },
  };
}

/** Names as the language lists them. */
function listed(language: string, names: readonly string[]): string {
  try {
    return new Intl.ListFormat(language).format(names);
  } catch {
    return names.join(", ");
  }
}
