/** What Warren keeps on disk: SQLite, the only room with SQL. Survives damage, a full disk and a sudden end. */
export { openStore } from './store.ts'
export type { Store, StoreOptions } from './store.ts'
export type { StoreStatus } from './engine.ts'
export { StoreError } from './error.ts'
export type { AddressRow, BanRow, PinRow } from './rows.ts'
