/* triggers.js: where triggers are written, in Wagtail's admin. */
import { admin } from "../staff/stimulus";
import { conditionsController } from "./controller";
import "./triggers.css";

const { application, Controller } = admin();
application?.register("livechat-conditions", conditionsController(Controller));
