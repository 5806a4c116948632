/** Texts of the Bans page. */
import { defineTexts } from '../define.ts'

export const banTexts = defineTexts({})
