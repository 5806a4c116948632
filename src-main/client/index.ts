/** The client: everything below the border, made and wired. Shells make one and serve it. */
export { createClient } from './client.ts'
export type { Client, ClientOptions } from './client.ts'
export type { Sealer } from './vault.ts'
