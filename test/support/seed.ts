// One seed for all property tests, so that a run can be repeated; another one by `FAST_CHECK_SEED=… npm test`.
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env['FAST_CHECK_SEED'] ?? 20261121) });
