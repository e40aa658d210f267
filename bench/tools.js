import { fileURLToPath } from 'node:url';
import { isInstalled } from './measure.js';

const VOLLEY = fileURLToPath(new URL('../bin/volley.js', import.meta.url));

/** What is measured, the reference first. */
export function toolsFor(url, connections, seconds) {
  const volley = (mode) => ({
    name: `volley ${mode}`,
    command: process.execPath,
    args: [
      VOLLEY,
      url,
      '-c',
      String(connections),
      '-w',
      '1',
      '-d',
      `${seconds}s`,
      '--mode',
      mode,
      '-o',
      'json',
    ],
    requestsIn: (output) => {
      const { requests, rate, degraded } = JSON.parse(output);
      if (requests.failed > 0 || degraded) throw new Error(`volley ${mode}: ${requests.failed} failed`);
      return { requests: requests.sent, perSecond: rate.throughputPerSecond };
    },
  });
  const wrk = {
    name: 'wrk',
    command: 'wrk',
    args: ['-t1', `-c${connections}`, `-d${seconds}s`, url],
    requestsIn: (output) => ({
      requests: Number(/(\d+) requests in/.exec(output)[1]),
      perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(output)[1]),
    }),
  };
  return [...(isInstalled('wrk') ? [wrk] : []), volley('threads'), volley('processes'), volley('inline')];
}
