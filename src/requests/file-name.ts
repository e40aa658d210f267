/** What some file system gives a meaning, blanks at the ends, and what leads out of a folder. */
const UNSAFE = /[\p{Cc}<>:"/\\|?*%]|^[.\s]|[.\s]$/gu;

/** A name that stays within its folder on every system: what has a meaning in a path is percent-encoded. */
export function fileNameOf(text: string): string {
  return text.toWellFormed().replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0).toString(16).toUpperCase();
    return `%${code.padStart(2, '0')}`;
  });
}
