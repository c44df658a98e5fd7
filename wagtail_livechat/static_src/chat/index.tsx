/** The panel, loaded by the loader at the first opening. */
import type { Mount } from "../loader/host";
import { mountChat } from "./chat";

export const mount: Mount = mountChat;
