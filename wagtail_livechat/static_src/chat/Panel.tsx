/** The open panel: a dialog that does not hold the page. */
import type { RefObject } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Config, languageOf } from "../loader/config";
import { entries } from "../thread";
import type { Say } from "../texts";
import { Avatar } from "./Avatar";
import { Banner } from "./Banner";
import { Composer } from "./Composer";
import { Icon } from "./Icon";
import { Log } from "./Log";
import { Menu } from "./Menu";
import { rows } from "./rows";
import { Sentence } from "./Sentence";
import { isLookedUp, isWithSignpost, type State } from "./state";
import type { Times } from "./times";

export interface PanelProps {
  readonly config: Config;
  readonly say: Say;
  readonly times: Times;
  readonly state: State;
  readonly draft: string;
  readonly sound: boolean;
  /** The visitor wishes to show the page; the conversation says whether the team sees one. */
  readonly sharing: boolean;
  /** The title of what is shown to the team, while it is; `null` where the page has no token. */
  readonly page: string | null;
  readonly keepsNothing: boolean;
  readonly panel: RefObject<HTMLElement>;
  readonly field: RefObject<HTMLTextAreaElement>;
  readonly startAt: number | null;
  readonly act: PanelActs;
}

export interface PanelActs {
  close(): void;
  write(text: string): void;
  setDraft(text: string): void;
  typed(): void;
  retry(ref: string): void;
  takeBack(ref: string): void;
  judge(seq: number, helped: boolean): void;
  rate(helped: boolean): void;
  answer(text: string): void;
  person(): void;
  seen(): void;
  place(top: number | null): void;
  setSound(on: boolean): void;
  setSharing(on: boolean): void;
  choose(): void;
  end(): void;
  forget(): Promise<void>;
  again(): void;
  reload(): void;
}

export function Panel(props: PanelProps) {
  const { config, say, times, state, act } = props;
  const [menu, setMenu] = useState(false);
  const choice = config.assist?.banner?.texts.change_label;
  const opener = useRef<HTMLButtonElement>(null);
  const agent = state.conversation?.state === "closed" ? null : (state.conversation?.agent ?? null);
  const left = state.conversation?.state === "active" && !state.conversation.agent_present;
  const shared = state.conversation?.page_shared ?? false;
  const name = agent?.alias ?? config.team.name;
  const guided = isWithSignpost(state);
  const looking = isLookedUp(state) ? say("signpost") : null;
  const typing = state.typingUntil > Date.now() ? (agent?.alias ?? config.team.name) : looking;
  const read = state.conversation?.read_by_staff ?? 0;
  const thread = useMemo(() => rows(entries(state.history, "visitor", read)), [state.history, read]);
  const today = new Date().toDateString();
  const refused = state.status.type === "refused" && state.status.closeCode !== 4410;

  useEffect(() => {
    if (!menu) return undefined;
    const root = props.panel.current?.getRootNode();
    const outside = (event: Event): void => {
      if (!(event.target as Element).closest?.("#menu, .opener")) setMenu(false);
    };
    root?.addEventListener("pointerdown", outside);
    return () => root?.removeEventListener("pointerdown", outside);
  }, [menu]);

  // Kept as it is while the visitor types: a long thread is not worth a second look at each key.
  const log = useMemo(
    () => (
      <Log
        rows={thread}
        say={say}
        times={times}
        now={Date.now()}
        typing={typing}
        startAt={props.startAt}
        onPlace={act.place}
        onSeen={act.seen}
        onRetry={act.retry}
        onTakeBack={act.takeBack}
        asks={state.conversation?.asks ?? null}
        choosing={state.conversation?.state === "signpost"}
        onJudge={act.judge}
        onRate={state.conversation?.asks_at_end ? act.rate : null}
        onAnswer={act.answer}
      >
        <p class="privacy" lang={languageOf(config, "privacy")}>{say("privacy")}</p>
        {state.forgotten && <p class="notice">{say("forgotten")}</p>}
        {thread.length === 0 && (
          <div class="said theirs first last welcome">
            <Avatar name={config.team.name} image={config.team.avatar} />
            <div class="stack">
              <p class="text" dir="auto" lang={languageOf(config, "welcome")}>
                {say("welcome")}
              </p>
            </div>
          </div>
        )}
      </Log>
    ),
    [
      thread,
      typing,
      today,
      state.forgotten,
      props.startAt,
      state.conversation?.asks,
      state.conversation?.asks_at_end,
      state.conversation?.state,
    ],
  );

  const closeMenu = (): void => {
    setMenu(false);
    opener.current?.focus();
  };

  return (
    <section
      class="panel"
      ref={props.panel}
      role="dialog"
      aria-modal="false"
      aria-labelledby="title"
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.isComposing) return;
        event.stopPropagation();
        if (menu) closeMenu();
        else act.close();
      }}
    >
      <header class="head">
        <Avatar name={name} image={agent ? agent.avatar : config.team.avatar} />
        <div class="heading">
          <h2 id="title">
            <bdi>{name}</bdi>
          </h2>
          <p class={state.available && !left ? "standing live" : "standing"}><Standing {...props} alias={agent?.alias} /></p>
        </div>
        <button
          type="button"
          class="plain opener"
          ref={opener}
          aria-label={say("menu")}
          title={say("menu")}
          aria-expanded={menu}
          aria-controls={menu ? "menu" : undefined}
          onClick={() => setMenu(!menu)}
        >
          <Icon name="menu" />
        </button>
        <button type="button" class="plain" aria-label={say("close")} title={say("close")} onClick={act.close}>
          <Icon name="close" />
        </button>
      </header>
      {menu && (
        <Menu
          say={say}
          sound={config.sound ? { on: props.sound, set: act.setSound } : null}
          sharing={
            shared || (config.sharing && props.page !== null)
              ? { on: shared || props.sharing, set: act.setSharing }
              : null
          }
          choice={choice ? { label: choice, open: act.choose } : null}
          onEnd={state.conversation && state.conversation.state !== "closed" ? act.end : null}
          onForget={state.conversation ? act.forget : null}
          onDone={closeMenu}
        />
      )}
      {(shared || props.sharing) && props.page !== null && (
        <p class="sharing">
          <Icon name="eye" />
          <span>
            <Sentence say={say} of={shared ? "sharing_page" : "sharing_soon"} name="page" value={props.page} />
          </span>
        </p>
      )}
      {log}
      <Banner
        say={say}
        status={state.status}
        wasOpen={state.wasOpen}
        keepsNothing={props.keepsNothing}
        delayed={state.delayed}
        onAgain={act.again}
        onReload={act.reload}
      />
      {guided && !refused && (
        <p class="person">
          <button type="button" class="small" onClick={act.person}>
            {say("person")}
          </button>
        </p>
      )}
      <Composer
        say={say}
        draft={props.draft}
        limit={config.max_text}
        field={props.field}
        disabled={refused}
        onDraft={act.setDraft}
        onKey={act.typed}
        onSend={act.write}
      />
    </section>
  );
}

/** Where the conversation stands, in the words of the site. */
function Standing({ state, say, alias, config }: PanelProps & { readonly alias: string | undefined }) {
  const { status, conversation, available } = state;
  if (status.type === "connecting" && !state.wasOpen) return <>{say("connecting")}</>;
  if (conversation?.state === "active" && alias) {
    const of = conversation.agent_present ? "status_active" : "status_left";
    return <Sentence say={say} of={of} name="alias" value={alias} />;
  }
  if (conversation?.state === "closed") return <>{say("status_closed")}</>;
  if (available === null) return null;
  if (isWithSignpost(state)) return <>{say(available ? "status_signpost" : "status_signpost_alone")}</>;
  if (!available) return <span lang={languageOf(config, "status_unavailable")}>{say("status_unavailable")}</span>;
  return <>{say(conversation?.state === "waiting" ? "status_waiting" : "status_available")}</>;
}
