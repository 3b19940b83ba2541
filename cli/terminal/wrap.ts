/** Text broken at words to fit a terminal; what is longer than a line is broken anywhere. */

/** Scripts and signs that take two columns. */
const wide = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}]/u;
const none = /\p{Mn}|\p{Me}/u;

const columnsOfOne = (character: string) => (none.test(character) ? 0 : wide.test(character) ? 2 : 1);

/** How many columns a text takes, as far as its characters tell. */
export function columnsOf(text: string): number {
  return [...text].reduce((sum, character) => sum + columnsOfOne(character), 0);
}

/** Pieces of at most so many columns. */
function broken(word: string, width: number): string[] {
  const pieces = [''];
  for (const character of word) {
    const last = pieces.at(-1) ?? '';
    if (columnsOf(last) + columnsOfOne(character) > width && last !== '') pieces.push(character);
    else pieces[pieces.length - 1] = last + character;
  }
  return pieces;
}

/** Lines of at most `width` columns, one at least; 0 = never broken. */
export function wrap(text: string, width: number): string[] {
  if (width <= 0 || columnsOf(text) <= width) return [text];
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    const joined = last === '' ? word : `${last} ${word}`;
    if (columnsOf(joined) <= width) {
      lines[lines.length - 1] = joined;
      continue;
    }
    const pieces = broken(word, width);
    if (last === '') lines.pop();
    lines.push(...pieces);
  }
  return lines;
}
