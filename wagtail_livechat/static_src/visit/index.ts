/** The line of a visit: loaded after a yes, and never before. */
export { Line } from "./line";
