/* console.js: the staff's side, on the console's page in Wagtail's admin. */
import "./console.css";
import "./visitors/visitors.css";
import { admin } from "../staff/stimulus";
import { consoleController } from "./controller";

const { application, Controller } = admin();
application?.register("livechat-console", consoleController(Controller));
