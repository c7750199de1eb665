/** Truth values of form fields (XEP-0004 §3.3, XML Schema boolean): these four forms and no other. */
export function parseBoolean(text: string | undefined): boolean | undefined {
  if (text === "1" || text === "true") return true;
  if (text === "0" || text === "false") return false;
  return undefined;
}
