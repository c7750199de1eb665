/** The corpus that the package carries: stanzas of every kind, as text, for when there is no other at hand. */
import { answers } from "./answers.js";
import { chat } from "./chat.js";
import { presence } from "./presence.js";
import { requests } from "./requests.js";
import { structure } from "./structure.js";
import { text } from "./text.js";

export const embeddedStanzas: readonly string[] = [
  ...chat,
  ...text,
  ...presence,
  ...requests,
  ...answers,
  ...structure,
];
