/** Texts of the Overview page. */
import { defineTexts } from '../define.ts'

export const overviewTexts = defineTexts({})
