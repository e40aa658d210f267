import { measure } from './measure.js';

/** Runs tools in rounds, in turns: what each of them took in every round. */
export async function measureRounds({ title, tools, ...load }, url, rounds) {
  const there = tools.filter(({ isThere }) => isThere());
  const rows = there.map(({ name }) => ({ name, rounds: [] }));
  for (let round = 0; round < rounds; round++) {
    process.stderr.write(`${title}: round ${round + 1} of ${rounds}\n`);
    const order = there.map((_, index) => index);
    // Every other round runs backwards, so that no tool is always first.
    for (const index of round % 2 === 0 ? order : order.toReversed()) {
      rows[index].rounds.push(await measure(there[index].run({ ...load, url })));
    }
  }
  return rows;
}
