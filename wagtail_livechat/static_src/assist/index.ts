/** What asks for consent, and what follows from a yes: loaded where a site may watch. */
import type { MountAssist } from "../loader/host";
import type { Line } from "../visit/line";
import { mountAssist } from "./assist";

export const mount: MountAssist = (host) =>
  mountAssist(host, (url) => import(url) as Promise<{ readonly Line: typeof Line }>);
