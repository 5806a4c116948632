/** Texts of the Logs page. */
import { defineTexts } from '../define.ts'

export const logTexts = defineTexts({})
