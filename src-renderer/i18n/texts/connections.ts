/** Texts of the Connections page. */
import { defineTexts } from '../define.ts'

export const connectionTexts = defineTexts({})
