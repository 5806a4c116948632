/** Texts of the Addresses page. */
import { defineTexts } from '../define.ts'

export const addressTexts = defineTexts({})
