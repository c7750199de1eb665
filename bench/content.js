/** What the MAC covers is the normalised content of `<c/>`: one `<data/>` (XEP-0200 §6). */
export const [prefix, suffix] = ["<data>", "</data>"];
