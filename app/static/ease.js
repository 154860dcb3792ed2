// The pages that ask how easy it was: the answer belongs to the visit in which help was looked for.

import { makeVisit } from "./site.js";
import { forgetDraft } from "./contact-draft.js";
import { tieForms } from "./visit.js";

tieForms(makeVisit());
if (location.pathname.endsWith("/contact/sent")) forgetDraft();
