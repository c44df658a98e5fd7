export { backOff } from "./backoff";
export { type ConnectionOptions, createConnection } from "./connection";
export { Outbox, type OutboxOptions } from "./outbox";
export { browserPage, type Page } from "./page";
export { createExchange, type Exchange, Later, NotAdmitted } from "./poll";
export { makeRef } from "./ref";
export { socketAddress } from "./socket";
export { Tabs } from "./tabs";
export type { Carrier, Connection, Frame, Keep, Refusal, Status, Waiting } from "./types";
