/** What a page in Markdown says outside of blocks of code. */
export const proseOf = (text: string): string => text.replaceAll(/^```[\s\S]*?^```/gm, '');

/** Where a page links to within the project. */
export const linksOf = (text: string): string[] =>
  [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link!)
    .filter((link) => !/^[a-z]+:/.test(link));
