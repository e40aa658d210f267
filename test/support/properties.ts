import fc from 'fast-check';

/** One seed, so that a run of all tests tells of the change that it tries. TEST_SEED=7 looks for what this one misses. */
fc.configureGlobal({ seed: Number(process.env['TEST_SEED'] ?? 1) });

export { fc };
