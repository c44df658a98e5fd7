/* study.js: follows a study under way, in Wagtail's admin; study.css beside it. */
import "./study.css";
import { admin } from "../staff/stimulus";
import { studyController } from "./controller";

const { application, Controller } = admin();
application?.register("livechat-study", studyController(Controller));
