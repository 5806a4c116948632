/** Keeps zod from compiling its schemas: the page's policy forbids evaluation. Must be imported before any schema. */
import { config } from 'zod'

config({ jitless: true })
