/* badge.js: on every page of the admin, so it is kept small. */
import "./badge.css";
import { admin } from "../staff/stimulus";
import { badgeController } from "./controller";

const { application, Controller } = admin();
application?.register("livechat-badge", badgeController(Controller));
