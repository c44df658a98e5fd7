/** What stands between the visitor and the team, in one line above the composer. */
import type { Status } from "../connection/types";
import type { Say } from "../texts";

export interface BannerProps {
  readonly say: Say;
  readonly status: Status;
  readonly wasOpen: boolean;
  readonly keepsNothing: boolean;
  readonly delayed: string | null;
  readonly onAgain: () => void;
  readonly onReload: () => void;
}

export function Banner({ say, status, wasOpen, keepsNothing, delayed, onAgain, onReload }: BannerProps) {
  if (status.type === "refused") {
    const outdated = status.closeCode === 4426;
    return (
      <div class="banner stopped" role="alert">
        <p>{status.message || say(outdated ? "outdated" : "stopped")}</p>
        <button type="button" class="small" onClick={outdated ? onReload : onAgain}>
          {say(outdated ? "reload" : "try_again")}
        </button>
      </div>
    );
  }
  const lost = status.type === "lost" || (status.type === "connecting" && status.attempt > 1);
  if (lost) {
    return (
      <div class="banner lost" role="status">
        <p>{say(wasOpen ? "offline" : "start_failed")}</p>
        <button type="button" class="small" onClick={onAgain}>
          {say("try_again")}
        </button>
      </div>
    );
  }
  if (delayed) {
    return (
      <p class="banner slow" role="status">
        {delayed}
      </p>
    );
  }
  if (keepsNothing) return <p class="banner lost">{say("nothing_kept")}</p>;
  if (status.type === "open" && status.by === "poll") return <p class="banner slow">{say("slow")}</p>;
  return null;
}
