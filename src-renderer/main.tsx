/** Starts the page: finds the bridge (preload's, or a WebSocket when a browser shows us), the live store, and React. */
import './no-eval.ts'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import type { WarrenBridge } from '../src-preload/contract.ts'
import { App } from './app.tsx'
import { setBridge } from './live/ask.ts'
import { startLive } from './live/store.ts'
import './styles.css'

declare global {
  interface Window {
    /** Exposed by preload; absent in a browser. */
    readonly warren?: WarrenBridge
  }
}

const root = document.querySelector('#root')
if (root === null) throw new Error('index.html has no #root')

const bridge = window.warren
if (bridge === undefined) throw new Error('this page needs the bridge of Warren')
setBridge(bridge)
startLive(bridge)
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
