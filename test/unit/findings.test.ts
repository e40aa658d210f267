import { describe, expect, test } from '@jest/globals';
import { namingOf } from '../../src/main/plan/terms.ts';
import { hiddenFinding } from '../../src/main/summary/without-secrets.ts';
import { ADVICE } from '../../src/main/text/error-advice.ts';
import { SENTENCES, sentenceOf } from '../../src/main/text/findings.ts';
import { headlinesOf } from '../../src/main/text/headlines.ts';
import { COMMAND_LINE } from '../../src/main/text/naming.ts';
import { reasonsOf, STEPS } from '../../src/main/text/reasons.ts';
import {
  type Finding,
  type FindingCode,
  type FindingFigures,
  NEXT_STEPS,
  type NextStep,
} from '../../src/protocol/finding.ts';
import { ERROR_ADVICE } from '../../src/protocol/report.ts';
import { documentedRows } from '../support/documented-rows.ts';
import { summaryWith } from '../support/summary.ts';

/** Figures of each code, and what the report says of them. */
const SAMPLES: { readonly [Code in FindingCode]: readonly [FindingFigures[Code], string] } = {
  'requests-failed': [
    {
      failed: 900,
      of: 1_000,
      request: 'read',
      when: { fromMs: 5_000, toMs: 6_000, isOnAndOff: true },
      failedAs: [
        { kind: 'status', code: '500', count: 600 },
        { kind: 'unfinished', code: null, count: 200 },
        { kind: 'timeout', code: 'TIMEOUT', count: 60 },
        { kind: 'reset', code: 'ECONNRESET', count: 40 },
      ],
      stoodStillMs: 0,
    },
    "90.0 % of the requests of 'read' failed (900 of 1,000), on and off, from 5 s to 6 s: 600 × status (500), 200 × unfinished, 60 × timeout, 1 more.",
  ],
  'iterations-failed': [
    {
      ...{ failed: 30, of: 300, scenario: 'shop' },
      failedAs: [
        { kind: 'expectation', code: 'expectation CAPTURE', count: 20 },
        { kind: 'fail', code: 'no items', count: 10 },
      ],
    },
    "10.0 % of the iterations of 'shop' failed (30 of 300): 20 × expectation CAPTURE, 10 × fail (no items).",
  ],
  'request-never-ok': [
    { request: 'read', failed: 2, others: 1 },
    "No request of 'read' succeeded (2 of 2 failed), nor of 1 other: it is not known whether it works at all.",
  ],
  'machine-ran-out': [
    { failed: 5, codes: ['EMFILE', 'ENOBUFS'] },
    '5 requests failed because this machine ran out of a resource (EMFILE, ENOBUFS).',
  ],
  'run-too-short': [
    { sent: 20, windowMs: 1_000, fewestRequests: 100, shortestMs: 250 },
    '20 requests are too short a run to tell what sets the limit: use at least 100 requests and 250 ms.',
  ],
  'loop-busy': [{ busyShare: 0.97 }, 'An event loop of volley was busy 97.0 % of the time.'],
  'scenario-code': [
    {
      codeShare: 0.62,
      mostOf: 'shop',
      mostShare: 0.9,
      blockedShare: 0.5,
      longestMs: 52,
      scenario: 'shop',
      after: 'GET /items',
    },
    "The scenarios' own code took 62.0 % of an event loop of volley, 90.0 % of that in 'shop', 50.0 % in pieces of 10 ms or longer, up to 52.0 ms in 'shop' after GET /items: no answer is read meanwhile.",
  ],
  'late-starts': [
    { startLagP99Ms: 5, responseP99Ms: 20, pacing: 'eco' },
    'Requests started late: start lag p99 5.00 ms of a response p99 of 20.0 ms (eco pacing).',
  ],
  'no-processor': [
    { waitShare: 0.25 },
    'A worker of volley was ready to run but had no processor for 25.0 % of the load: this machine has more work than cores.',
  ],
  'waited-for-connection': [
    { waitMs: 9, responseMs: 10, sent: 0, opened: 0, streams: 1, maxInFlight: 1, dropped: 0, unfinished: 0 },
    'Requests waited 9.00 ms of a mean response of 10.0 ms for a connection.',
  ],
  'no-connection-left': [
    { sent: 0, opened: 0, streams: 1, maxInFlight: 1, dropped: 553, unfinished: 1 },
    '553 requests never got a connection, and 1 request got a connection too late to be answered.',
  ],
  'backlog-grew': [
    { first: 1.2, last: 44.4, lastMs: 2_000 },
    'In the last 2.00 s of the window, requests without an answer grew from 1 in the first quarter of that time to 44 in its last.',
  ],
  'no-iteration-ended': [
    { interrupted: 60 },
    '60 iterations began and none came to its end: give gracefulStop more time, or make an iteration shorter.',
  ],
  'nothing-answered': [
    { sent: 5 },
    'None of 5 requests was answered in time, so nothing is known about limits.',
  ],
  'kept-up': [{}, 'Requests started on time, and the target kept up.'],
  'concurrency-sets-rate': [
    { concurrency: 5, serviceMs: 20, isLowerBound: true },
    'The concurrency sets the rate: 5 at a time, each served in at least 20.0 ms on average.',
  ],
  'limit-sets-rate': [
    { sentPerSecond: 49.5, limitPerSecond: 50 },
    'The limit of 50/s sets the rate, 49.5/s here: that is not how fast the target is.',
  ],
  'figures-mislead': [{}, "Until that is fixed, rates and latencies say little about the target's speed."],
  'shared-machine': [{}, 'Target and generator share this machine and its cores.'],
  'worker-lost': [
    { worker: 1, because: 'it ended with code 9', isBatch: false, unknownAtMost: 3 },
    'Worker 1 was lost: it ended with code 9. Its unsent results are missing: up to 3 of its requests that count as never started may have been sent.',
  ],
  'load-lost': [
    {
      agent: 'agent-5',
      address: '10.0.0.15',
      because: 'it no longer renewed its slot with the broker',
      lostAtMs: 31_420,
      knownUntilMs: 27_100,
      planned: 75_000,
      sent: 37_500,
      missing: 37_500,
      missingShare: 0.0625,
      unknownAtMost: 6_250,
      connections: 10,
      ofConnections: 40,
    },
    'Agent agent-5 (10.0.0.15) was lost at +31.4 s: it no longer renewed its slot with the broker. Planned 75,000, measured 37,500, missing 37,500 = 6.25 % of the load; of these at most 6,250 may have been sent.',
  ],
  'agents-limited': [{ agents: ['a', 'b'], of: 8 }, 'Of 8 agents, a, b could not keep up with their part.'],
  'stood-still': [
    { stoodStillMs: 3_000 },
    'volley itself stood still for 3.00 s, as if its process had been stopped: requests under way may have timed out or taken longer because of that.',
  ],
  'requests-failed-here': [
    { failed: 5, sent: 1_000, codes: ['EMFILE', 'ENOBUFS'] },
    '5 (0.5 %) of 1,000 requests failed because this machine ran out of a resource (EMFILE, ENOBUFS).',
  ],
  'requests-dropped': [
    { dropped: 7 },
    '7 requests were dropped: they had no connection when the waiting ended.',
  ],
  'requests-unfinished': [{ unfinished: 8 }, '8 requests were sent but not answered when the waiting ended.'],
  'requests-not-started': [{ notStarted: 9 }, '9 requests were never started.'],
  'iterations-dropped': [
    { dropped: 3, scheduled: 100 },
    '3 of 100 iterations never got a user: raise maxVUs.',
  ],
  'iterations-not-started': [{ notStarted: 1, scheduled: 5 }, '1 of 5 iterations never started.'],
  'vu-setup-failed': [
    { count: 2, example: 'Error: no login\nat shop.ts:3:1' },
    '2 users did not run because their setup failed: Error: no login.',
  ],
  'vu-teardown-failed': [
    { count: 1, example: 'Error: no logout' },
    'The teardown of 1 user failed: Error: no logout.',
  ],
  'late-rejections': [
    {
      count: 2,
      example: 'an await is missing: nothing awaited what failed with Error: lost\nat a.mjs:1:1',
    },
    'After the last iteration of a user, or at the top of a module, 2 errors came that nothing awaited or caught, so no iteration failed with them: an await is missing: nothing awaited what failed with Error: lost.',
  ],
  'users-set-rate': [
    { users: 20 },
    'The users set the rate, at most 20 users at once, by their waits and think times.',
  ],
  'idle-iterations': [
    { count: 7 },
    "7 iterations neither sent a request nor slept: they measured only the scenario's own code.",
  ],
  'rows-used-up': [
    { scenario: 'shop', rows: 8 },
    "'shop' ended when its 8 rows had been used, each once: for more iterations give it more rows, or let them be dealt in a cycle.",
  ],
  'scenario-not-dealt': [
    { scenario: 'search', of: 'users', dealt: 1, needed: 3 },
    "'search' had no iteration: weights deal users to the scenarios, and of 1 user it got none. With 3 it gets its first.",
  ],
  'iterations-cut': [
    { scenario: 'browse', interrupted: 9, started: 10 },
    "The end of the run cut off 9 of 10 iterations of 'browse': its times are of the few that were short. Run longer, give gracefulStop more time, or make an iteration shorter.",
  ],
  'users-cut': [
    { scenario: 'shop', part: 'vuTeardown', users: 1 },
    "The teardown of 1 user of 'shop' had not ended when the time for it was over, and was cut off. If it ends at all, give gracefulStop or gracefulRampDown more time.",
  ],
  'iterations-waited': [
    { scenario: 'one', waitMs: 3_700, responseMs: 3_800, users: 2 },
    "Iterations of 'one' waited 3.70 s on average for one of their 2 users to be free, of 3.80 s that the user waited in all.",
  ],
  'identity-violated': [
    { identity: 'errors-by-kind', of: 'status', left: 1, right: 2 },
    'This is a bug in volley, please report it: the errors of kind status are its outcomes, but 1 ≠ 2.',
  ],
  'unrequested-bytes': [
    { connections: 1, isBatch: true, answers: 1, of: 4 },
    '1 connection was closed because the target sent bytes that no request had asked for, before a request or after an answer: rows may have the answer of another row, or a part of theirs. Fix the target; --no-keepalive keeps the answers apart.',
  ],
  'tokens-beyond-bytes': [
    { tokens: 5_000, bytes: 900 },
    'The server counts 5,000 tokens in 900 bytes: most are hidden, as some reasoning is, or its count is wrong. Figures of tokens are by that count; --tokens events counts what came.',
  ],
  'option-note': [{ text: 'Left out: nothing.' }, 'Left out: nothing.'],
  'response-beyond-service': [
    { responseMs: 30, serviceMs: 10 },
    'Response time is 3.0 times service time: on average a request was sent 20.0 ms after it was due, which a service time hides.',
  ],
  'redirects-not-followed': [
    { redirects: 40, answered: 40, location: '/login?…', isFollowing: false },
    "All 40 answers were redirects (to '/login?…'), which are not followed: the pages behind them were not measured. Follow them with --location, or give the URL that they lead to.",
  ],
  'cold-start': [
    { slow: 30, count: 100, startMs: 100, longestMs: 15, laterP99Ms: 1.5 },
    "30 of the 100 requests due in the first 100 ms took longer than 99 % of the later ones (up to 15.0 ms; later p99 1.50 ms). The target's code often runs then for the first time, and so does code of volley's that it has not practised: --warmup 1s leaves that out.",
  ],
};

/** A finding with the figures that steps quote. */
const QUOTED: Finding<'no-connection-left'> = {
  code: 'no-connection-left',
  figures: { sent: 1_000, opened: 1_200, streams: 8, maxInFlight: 50, dropped: 0, unfinished: 0 },
};
const STEP_TEXTS: Readonly<Record<NextStep, RegExp>> = {
  'check-name': /^Check the name and the resolver .*--resolve/,
  'check-listening': /^Check that the target runs and listens there/,
  'check-proxy': /^Check the proxy \(--proxy\): that it runs and listens there/,
  'check-proxy-credentials': /^Check the proxy's user and password \(--proxy http:/,
  'check-proxy-rules': /^The proxy gives no tunnel \(CONNECT\) to this host and port/,
  'check-tunnel': /^The proxy opens no tunnel in time/,
  'check-behind-proxy': /^The proxy does not reach the target/,
  'look-behind-proxy': /^The proxy may have answered so itself, .*look at one answer with --once/,
  'look-in-proxy-logs': /^The proxy drops connections: look for the cause in the proxy's logs\.$/,
  'keep-no-proxy-connections': /^The proxy closes connections without announcing it: .*--no-keepalive/,
  'check-tls': /^Check the certificates .*--cacert/,
  'check-tls-version': /none below --tls-min\.$/,
  'check-scheme': /try http:/,
  'try-https': /^What answers there speaks TLS: try https:/,
  'check-protocol': /^Check that the target speaks this protocol .* --once\.$/,
  'change-protocol': /speaks HTTP\/2 on this port, or leave --http2 and --h2c out\.$/,
  'check-credentials': /^Check the credentials .*--bearer-env, --api-key-env/,
  'check-request': /^Check URL and method; look at one answer with --once\.$/,
  'check-rows': /^Check rows and values/,
  'look-at-answer': /^Look at one answer with --once/,
  'look-at-iteration': /^Look at one iteration, step by step, with --once\.$/,
  'look-in-logs': /^Look for the cause in the target's logs\.$/,
  'look-in-logs-for-resets': /^The target drops connections: look for the cause in the target's logs\.$/,
  'raise-idle-limit':
    /raise its keep-alive timeout above the pauses of the load, or .* \(--no-keepalive\)\.$/,
  'look-in-logs-or-lower-load': /^The target rejects requests: lower the load, or look for the cause/,
  'lower-load-or-raise-timeout': /or raise --timeout\.$/,
  'give-graceful-stop':
    /^volley ended them with their iterations, .* more than twice as long as the slowest good answer of their name, or of the run where a name has none\. Give/,
  'measure-again': /^volley itself stood still for 3\.00 s, which may be why: measure again\.$/,
  'raise-machine-limits': /ulimit -n for EMFILE/,
  'add-workers': /^Add workers \(-w\)/,
  'raise-max-vus': /^Raise maxVUs \(/,
  'lighten-scenario-code': /^Move expensive code to setup or prepare it in rows/,
  'give-cores-or-lower-rate': /^Give volley cores of its own, or lower the rate\.$/,
  'free-cores': /^Stop other programs here/,
  'give-cores': /^Stop other programs here, or give volley cores of its own: /,
  'keep-alive': /--no-keepalive/,
  'let-target-keep-alive': /^Let the target keep connections alive/,
  'keep-connections': /^1,200 connections were opened for 1,000 requests: /,
  'raise-max-in-flight': /^Raise --max-in-flight \(50\)/,
  'lower-streams': /^The target allows fewer than 8 concurrent requests .*--streams/,
  'lower-rate': /^The target does not keep up with this rate/,
  'raise-concurrency': /^Raise -c for more load\.$/,
};

describe('a finding', () => {
  test.each(Object.entries(SAMPLES))('%s becomes a sentence', (code, [figures, sentence]) => {
    expect(sentenceOf({ code, figures } as Finding)).toBe(sentence);
  });

  test('each code is documented, with its figures', () => {
    const known = Object.entries(SAMPLES).map(([code, [figures]]) => [code, Object.keys(figures)]);
    expect(known.map(([code]) => code)).toEqual(Object.keys(SENTENCES));
    expect(documentedRows('docs/findings.md', 'Codes of a run', 3)).toEqual(known);
  });

  test.each(NEXT_STEPS)('what to do: %s', (step) => {
    const [failed] = SAMPLES['requests-failed'];
    const finding: Finding =
      step === 'measure-again'
        ? { code: 'requests-failed', figures: { ...failed, stoodStillMs: 3_000 } }
        : QUOTED;
    expect(STEPS[step](COMMAND_LINE, finding)).toMatch(STEP_TEXTS[step]);
  });

  test('answers that fell silent call for the limit that ended them', () => {
    const [failed] = SAMPLES['requests-failed'];
    const failedAs = [{ kind: 'stalled', code: 'STALLED', count: 900 }] as const;
    expect(
      STEPS['lower-load-or-raise-timeout'](COMMAND_LINE, {
        ...{ code: 'requests-failed', figures: { ...failed, failedAs } },
      }),
    ).toMatch(/or raise --stall-timeout\.$/);
  });

  test.each([
    ['404', 'Check URL and method'],
    ['405', 'Check the method'],
    ['413', 'Check the body, which is too long for the target'],
    ['414', 'Check the URL, which is too long for the target'],
    ['431', 'Check the header, which is too long for the target'],
  ])('a status of %s says what is wrong with a request', (code, words) => {
    const [failed] = SAMPLES['requests-failed'];
    const failedAs = [{ kind: 'status', code, count: 900 }] as const;
    const finding = { code: 'requests-failed', figures: { ...failed, failedAs } } as const;
    expect(STEPS['check-request'](COMMAND_LINE, finding)).toBe(`${words}; look at one answer with --once.`);
  });

  test('a target that does not agree to HTTP/1.1 calls for --http2', () => {
    const [failed] = SAMPLES['requests-failed'];
    const failedAs = [{ kind: 'tls', code: 'NO_HTTP1', count: 900 }] as const;
    const finding = { code: 'requests-failed', figures: { ...failed, failedAs } } as const;
    expect(STEPS['change-protocol'](COMMAND_LINE, finding)).toMatch(/try --http2, or --h2c without TLS\.$/);
  });

  test('streams that are reset are not called connections', () => {
    const [failed] = SAMPLES['requests-failed'];
    const failedAs = [{ kind: 'reset', code: 'RST_STREAM_INTERNAL_ERROR', count: 900 }] as const;
    const finding = { code: 'requests-failed', figures: { ...failed, failedAs } } as const;
    expect(STEPS['look-in-logs-for-resets'](COMMAND_LINE, finding)).toMatch(
      /^The target resets streams: look/,
    );
  });

  test('where workers are called so, nothing in brackets repeats it', () => {
    const inPlan = namingOf({ in: 'plan', onCommandLine: [] });
    expect(STEPS['add-workers'](inPlan, QUOTED)).toMatch(/^Raise workers if cores are free;/);
    expect(STEPS['lighten-scenario-code'](inPlan, QUOTED)).toContain(', or raise workers if cores are free:');
    expect(STEPS['free-cores'](inPlan, QUOTED)).toContain(' or use fewer workers: the latencies');
    expect(STEPS['free-cores'](COMMAND_LINE, QUOTED)).toContain(' or use fewer workers (-w): the latencies');
  });

  test('each next step is documented', () => {
    expect(documentedRows('docs/findings.md', 'Next steps', 2).map(([step]) => step)).toEqual(NEXT_STEPS);
  });

  test('each advice about an error is documented, with its words', () => {
    const written = Object.entries(ADVICE).map(([code, words]) => [code, words(COMMAND_LINE)]);
    const documented = documentedRows('docs/findings.md', 'Advice about errors', 2);
    expect(documented.map(([code]) => code)).toEqual(ERROR_ADVICE);
    expect(Object.fromEntries(written)).toMatchObject({
      'client-certificate': 'name a client certificate with --cert and --key',
      authority: 'name the authority to trust with --cacert, or accept any certificate with -k/--insecure',
      'with-http1': 'leave --h2c and --http2 out',
      'use-undici': 'use --client undici',
    });
  });

  test('of a run becomes its verdict, in order', () => {
    const finding = { ...QUOTED, nextStep: 'raise-max-in-flight' } as const;
    expect(
      reasonsOf({
        finding: {
          ...finding,
          code: 'waited-for-connection',
          figures: { ...QUOTED.figures, waitMs: 9, responseMs: 10, dropped: 3 },
        },
        caveats: [{ code: 'shared-machine', figures: {} }],
      }),
    ).toEqual([
      'Requests waited 9.00 ms of a mean response of 10.0 ms for a connection.',
      '3 requests never got a connection.',
      'Raise --max-in-flight (50), unless the target accepts no more connections.',
      'Target and generator share this machine and its cores.',
    ]);
  });

  test('of what agents may not send to blames their rules, and not the machine', () => {
    const finding = {
      code: 'machine-ran-out',
      figures: { failed: 20, codes: ['NOT_ALLOWED'] },
      nextStep: 'raise-machine-limits',
    } as const;
    expect(reasonsOf({ finding, caveats: [] })).toEqual([
      '20 requests failed because an agent may not send there (NOT_ALLOWED).',
      'Give the agents an --allow-target for it, or leave it out of the load.',
    ]);
    const generator = { ...summaryWith().generator, verdict: 'generator-limited', finding } as const;
    expect(headlinesOf(summaryWith({ generator }))).toEqual([
      'GENERATOR-LIMITED: 20 requests failed because an agent may not send there (NOT_ALLOWED)',
    ]);
  });

  test.each([
    [{ knownUntilMs: undefined }, 'then on'],
    [{ knownUntilMs: 4_320 }, '+4.3 s on, when it last reported'],
    [{ knownUntilMs: 9_800 }, 'then on'],
    [{ knownUntilMs: null }, 'the start on, as it reported nothing'],
    [{ knownUntilMs: -120 }, 'the start on, as it reported nothing'],
  ])('of a lost agent says since when its connections are missing: %j', (known, since) => {
    const [figures] = SAMPLES['load-lost'];
    const lost = { ...figures, planned: null, missing: null, lostAtMs: 9_800, ...known };
    expect(sentenceOf({ code: 'load-lost', figures: lost } as Finding)).toBe(
      `Agent agent-5 (10.0.0.15) was lost at +9.8 s: it no longer renewed its slot with the broker. 10 of 40 connections are missing from ${since}.`,
    );
  });

  test('has no secret in its figures', () => {
    const found: Finding = {
      code: 'requests-failed-here',
      figures: { failed: 1, sent: 1, codes: ['of hunter22'] },
    };
    const hidden = hiddenFinding(found, (text) => text.replace('hunter22', '…'));
    expect(hidden).toEqual({ ...found, figures: { failed: 1, sent: 1, codes: ['of …'] } });
  });
});
