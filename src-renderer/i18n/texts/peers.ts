/** Texts of the Peers page. */
import { defineTexts } from '../define.ts'

export const peerTexts = defineTexts({})
