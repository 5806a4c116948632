/** Feeds spoilt conversations to Bitcoin sessions: `npx node --expose-gc test/fuzz/bitcoin.ts --runs 1000000 --seed 1`. */
import { bitcoinTarget } from './bitcoin-target.ts'
import { fuzz, fuzzOptions, printReport } from './harness.ts'

const { runs, seed } = fuzzOptions({ runs: 1_000_000 })
printReport('bitcoin', seed, fuzz(bitcoinTarget, runs, seed))
