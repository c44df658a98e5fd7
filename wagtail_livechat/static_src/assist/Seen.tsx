/** What the staff see: every field of the visit that they are shown, in words. */
import type { ComponentChildren } from "preact";
import type { PageCard, VisitShown } from "../protocol";
import type { AssistKey, Say } from "../texts";

export interface SeenProps {
  readonly say: Say<AssistKey>;
  readonly language: string;
  readonly shown: VisitShown | null;
  /** Somebody is watching: that nothing is shown is a fault. */
  readonly watched: boolean;
  readonly onClose: () => void;
}

export function Seen({ say, language, shown, watched, onClose }: SeenProps) {
  return (
    <dialog class="seen" aria-labelledby="seen" onClose={onClose}>
      <h2 id="seen" tabIndex={-1}>
        {say("show")}
      </h2>
      {shown ? <Fields say={say} language={language} shown={shown} /> : <p>{say(watched ? "show_failed" : "show_nothing")}</p>}
      <div class="answers two">
        <button type="button" class="answer" onClick={(event) => event.currentTarget.closest("dialog")!.close()}>
          {say("close")}
        </button>
      </div>
    </dialog>
  );
}

function Fields({ say, language, shown }: Pick<SeenProps, "say" | "language"> & { readonly shown: VisitShown }) {
  const { visit, steps, watchers } = shown;
  const clock = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit", second: "2-digit" });
  const time = (at: number | null): string | null => (at === null ? null : clock.format(at));
  const flag = (value: boolean): string => say(value ? "yes" : "no");
  const page = (card: PageCard | null): string | null =>
    card &&
    [
      say(`page_${card.kind}`),
      card.title,
      card.type,
      card.section,
      card.url,
    ]
      .filter(Boolean)
      .join(" · ");
  const fields: readonly (readonly [AssistKey, ComponentChildren])[] = [
    ["field_watchers", watchers.map(({ alias }) => alias).join(", ")],
    ["field_page", page(visit.page)],
    ["field_page_since", time(visit.page_since)],
    ["field_pages", visit.pages],
    ["field_began_at", time(visit.began_at)],
    ["field_idle_since", time(visit.idle_since)],
    ["field_left_at", time(visit.left_at)],
    ["field_origin", visit.origin],
    ["field_language", visit.language],
    ["field_device", say(`device_${visit.device}`)],
    ["field_returning", flag(visit.returning)],
    ["field_stuck", visit.stuck.map((reason) => say(`stuck_${reason}`)).join(", ")],
    ["field_score", visit.score],
    ["field_in_conversation", flag(visit.in_conversation)],
    ["field_conversation", visit.conversation],
    ["field_invitation", visit.invitation && say(`invitation_${visit.invitation}`)],
    ["field_label", visit.label],
    ["field_id", visit.id],
  ];
  return (
    <>
      <p>{say("show_all")}</p>
      <dl>
        {fields.map(([key, value]) => (
          <div key={key}>
            <dt>{say(key)}</dt>
            <dd dir="auto">{value || value === 0 ? value : "–"}</dd>
          </div>
        ))}
      </dl>
      <h3>{say("field_steps")}</h3>
      <ol>
        {steps.map((step) => (
          <li key={step.number} value={step.number}>
            <bdi>{page(step.page)}</bdi> {step.results !== null && say("results", { count: step.results })}{" "}
            <small>{time(step.at)}</small>
          </li>
        ))}
      </ol>
    </>
  );
}
