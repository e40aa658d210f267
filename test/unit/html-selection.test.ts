import { expect, test } from '@jest/globals';
import { pageOf } from '../../src/requests/html-selection.ts';

const PAGES = [
  '<form><input id="I" name="A" value="1"><p class="Big Note">hi</p></form>',
  '<FORM><INPUT ID="I" NAME="A" VALUE="1"><P CLASS="Big Note">hi</P></FORM>',
];

test.each([
  ['input', '1'],
  ['INPUT', '1'],
  ['Form > Input', '1'],
  ['FORM INPUT', '1'],
  ['INPUT[NAME=A]', '1'],
  ['input[ Name = A ]', '1'],
  ['input[name="A"]', '1'],
  ['#I', '1'],
  ['*:not(P, FORM)', '1'],
  ['FORM,INPUT', '1'],
])('names of elements and attributes are the same in capitals: %s', (selector, value) => {
  for (const page of PAGES) {
    expect(pageOf({ text: () => page }).find(selector, 'VALUE')).toEqual([value]);
    expect(pageOf({ text: () => page }).find(selector, 'value')).toEqual([value]);
  }
});

test.each([
  ['P.Big', 1],
  ['P.big', 0],
  ['P.Big.Note', 1],
  ['INPUT#i', 0],
  ["INPUT[name='a']", 0],
  ['INPUT[name=a]', 0],
])('but not what authors name: %s', (selector, count) => {
  for (const page of PAGES) expect(pageOf({ text: () => page }).find(selector, null)).toHaveLength(count);
});
