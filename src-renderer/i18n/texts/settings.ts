/** Texts of the Settings page. */
import { defineTexts } from '../define.ts'

export const settingsTexts = defineTexts({})
