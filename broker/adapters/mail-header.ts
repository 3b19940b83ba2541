/** Text for the header of a mail: line breaks end a header, so nothing that people wrote may bring its own. */
export function headerText(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
