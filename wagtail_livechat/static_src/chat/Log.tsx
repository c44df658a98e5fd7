/** The messages, and where the reader stands in them. */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { NoticeCode } from "../protocol";
import type { Say } from "../texts";
import { Bubble } from "./Bubble";
import { Helped } from "./Helped";
import { Icon } from "./Icon";
import type { Row } from "./rows";
import { Sentence } from "./Sentence";
import type { Times } from "./times";

export interface LogProps {
  readonly rows: readonly Row[];
  readonly say: Say;
  readonly times: Times;
  readonly now: number;
  /** Whose typing to show; `null` when nobody writes. */
  readonly typing: string | null;
  readonly children: ComponentChildren;
  /** Where this tab's reader stood before the page changed; `null` is at the end. */
  readonly startAt: number | null;
  readonly onPlace: (top: number | null) => void;
  /** The end of the thread is before the reader's eyes. */
  readonly onSeen: () => void;
  readonly onRetry: (ref: string) => void;
  readonly onTakeBack: (ref: string) => void;
  /** The message of which the signpost asks whether it helped. */
  readonly asks: number | null;
  /** Whether the choices of the last message can be chosen. */
  readonly choosing: boolean;
  readonly onJudge: (seq: number, helped: boolean) => void;
  /** Set where it is over, and we want to know whether it helped. */
  readonly onRate: ((helped: boolean) => void) | null;
  readonly onAnswer: (text: string) => void;
}

/** So near to the end counts as being there. */
const NEAR = 48;

export function Log(props: LogProps) {
  const { rows, say, times, now, typing } = props;
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(props.startAt === null);
  const placed = useRef(false);
  const [missed, setMissed] = useState(0);
  const counted = useRef(new Set<string>());

  const toEnd = (): void => {
    const element = box.current;
    if (element) element.scrollTop = element.scrollHeight;
  };

  const look = (): void => {
    const element = box.current;
    if (!element || element.clientHeight === 0) return;
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
    props.onPlace(atEnd.current ? null : element.scrollTop);
    if (atEnd.current) {
      setMissed(0);
      props.onSeen();
    }
  };

  useLayoutEffect(() => {
    const fresh = rows.filter((row) => row.type === "said" && !counted.current.has(row.key));
    const first = counted.current.size === 0;
    for (const row of fresh) counted.current.add(row.key);
    if (!placed.current && rows.length > 0) {
      placed.current = true;
      if (props.startAt !== null && box.current) box.current.scrollTop = props.startAt;
      else toEnd();
      look();
      return;
    }
    const said = fresh.flatMap((row) => (row.type === "said" ? [row] : []));
    const wrote = said.some((row) => row.mine && row.state === "sending");
    if (atEnd.current || wrote) {
      toEnd();
      if (said.length > 0) look();
    } else if (!first) {
      const others = said.filter((row) => !row.mine).length;
      if (others > 0) setMissed((count) => count + others);
    }
  }, [rows, typing, props.asks, props.choosing, props.onRate]);

  useEffect(() => {
    const element = box.current;
    if (!element || typeof ResizeObserver === "undefined") return undefined;
    // The composer grows, the keyboard opens: whoever was at the end stays there.
    const observer = new ResizeObserver(() => {
      if (atEnd.current) toEnd();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  return (
    <div class="reading">
      <div class="log" ref={box} role="log" aria-live="off" aria-label={say("log")} tabIndex={0} onScroll={look}>
        {props.children}
        <ol class="rows">
          {rows.map((row, index) => {
            switch (row.type) {
              case "day":
                return (
                  <li key={row.key} class="day">
                    <span>{times.day(row.at, now)}</span>
                  </li>
                );
              case "notice":
                return (
                  <li key={row.key} class="notice">
                    <Notice say={say} notice={row.notice} alias={row.alias} />{" "}
                    <time dateTime={times.iso(row.at)}>{times.clock(row.at)}</time>
                  </li>
                );
              case "said":
                return (
                  <Bubble
                    key={row.key}
                    said={row}
                    say={say}
                    times={times}
                    onRetry={props.onRetry}
                    onTakeBack={props.onTakeBack}
                    onJudge={row.seq > 0 && row.seq === props.asks ? props.onJudge : null}
                    onAnswer={props.choosing && index === rows.length - 1 ? props.onAnswer : null}
                  />
                );
            }
          })}
        </ol>
        {props.onRate && (
          <div class="whole">
            <Helped say={say} onSay={props.onRate} />
          </div>
        )}
        {typing !== null && (
          <p class="typing">
            <span class="dots" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            <span>
              <Sentence say={say} of="typing" name="alias" value={typing} />
            </span>
          </p>
        )}
      </div>
      {missed > 0 && (
        <button
          type="button"
          class="newer"
          onClick={() => {
            toEnd();
            look();
          }}
        >
          <Icon name="down" />
          {say("new_messages", { count: missed })}
        </button>
      )}
    </div>
  );
}

/** A notice in the reader's words; of an agent whose name is not told, the team stands. */
function Notice({ say, notice, alias }: { readonly say: Say; readonly notice: NoticeCode | null; readonly alias: string }) {
  const who = { say, name: "alias", value: alias || say("team_member") };
  switch (notice) {
    case "picked_up":
      return <Sentence of="notice_picked_up" {...who} />;
    case "closed_by_agent":
      return <Sentence of="notice_closed_by_agent" {...who} />;
    case "closed_by_visitor":
      return <>{say("notice_closed_by_visitor")}</>;
    case "reopened":
    case "handed_over":
    case "handed_over_later":
    case "given_back":
    case "closed_idle":
      return <>{say(`notice_${notice}`)}</>;
    default:
      return <>{say("notice_other")}</>;
  }
}
