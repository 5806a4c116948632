/** Starts the page: finds the bridge (preload's, or a WebSocket when a browser shows us), the live store, and React. */
import './no-eval.ts'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import type { WarrenBridge } from '../src-preload/contract.ts'
import { App } from './app.tsx'
import { NoSession } from './bridge/no-session.tsx'
import { openSocketBridge } from './bridge/socket-bridge.ts'
import { setBridge } from './live/ask.ts'
import { startLive } from './live/store.ts'
import './styles.css'

declare global {
  interface Window {
    /** Exposed by preload; absent in a browser. */
    readonly warren?: WarrenBridge
  }
}

const place = document.querySelector('#root')
if (place === null) throw new Error('index.html has no #root')

const root = createRoot(place)
const bridge = window.warren ?? openSocketBridge(() => root.render(<NoSession />))
setBridge(bridge)
startLive(bridge)
root.render(
  <StrictMode>
    <App />
  </StrictMode>,
)
