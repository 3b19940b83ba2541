/** Makes text that others wrote safe to print: nothing in it can move the cursor, recolour, or hide. */

const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** The text with every control, format and line-separating character shown as `\u{1b}` instead of obeyed. */
export function safeText(text: string): string {
  return text.replace(invisible, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}
