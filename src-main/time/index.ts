/** Time and randomness, injectable: the only room that asks the machine for either. */
export { systemClock, sleep } from './clock.ts'
export type { Clock, Timer } from './clock.ts'
export { VirtualClock } from './virtual.ts'
export { seededRandom, systemRandom } from './random.ts'
export type { RandomSource } from './random.ts'
