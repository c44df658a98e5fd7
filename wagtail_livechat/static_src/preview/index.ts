/* preview.js: in the panel of Wagtail's editor that shows what is being written. */
import { preview, type Shown } from "./preview";

const carried = document.getElementById("livechat-preview");
if (carried?.textContent) preview(document, JSON.parse(carried.textContent) as Shown);
