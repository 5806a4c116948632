/**
 * The two halves of the context bridge as text, for a page: the isolated world, where the built preload runs and which
 * the page cannot see, and the main world, where what it exposes appears. They meet in DOM events whose detail is text,
 * so that, as in Electron, values are cloned, functions become proxies, and errors keep their message only.
 */

/** Runs in both worlds: turns values into text and back; functions are called over there by their number. */
const CODEC = String.raw`
function makeCodec(own, other) {
  const functions = new Map(), pending = new Map();
  let last = 0;
  const encode = value => JSON.stringify(value === undefined ? null : value, (key, part) => {
    if (typeof part !== 'function') return part;
    const id = ++last; functions.set(id, part); return { $function: id };
  });
  const revive = value => {
    if (value === null || typeof value !== 'object') return value;
    if ('$function' in value) { const id = value.$function; return (...args) => call(id, args); }
    if ('$promise' in value) return new Promise((resolve, reject) => pending.set(value.$promise, { resolve, reject }));
    for (const key of Object.keys(value)) value[key] = revive(value[key]);
    return Object.freeze(value);
  };
  const send = (kind, text) => document.dispatchEvent(new CustomEvent('bridge-' + other + '-' + kind, { detail: text }));
  let answer;
  document.addEventListener('bridge-' + own + '-answer', event => { answer = event.detail; });
  document.addEventListener('bridge-' + own + '-settle', event => {
    const { id, value, error } = JSON.parse(event.detail);
    const waiting = pending.get(id); pending.delete(id);
    if (error === undefined) waiting.resolve(revive(value)); else waiting.reject(new Error(error));
  });
  document.addEventListener('bridge-' + own + '-call', event => {
    const { id, args } = JSON.parse(event.detail);
    let result;
    try { result = functions.get(id)(...args.map(revive)); }
    catch (error) { send('answer', JSON.stringify({ error: String(error && error.message || error) })); return; }
    if (result instanceof Promise) {
      const promise = ++last;
      result.then(
        value => send('settle', '{"id":' + promise + ',"value":' + encode(value) + '}'),
        error => send('settle', JSON.stringify({ id: promise, error: String(error && error.message || error) })));
      send('answer', JSON.stringify({ value: { $promise: promise } }));
    } else send('answer', '{"value":' + encode(result) + '}');
  });
  const call = (id, args) => {
    answer = undefined;
    send('call', '{"id":' + id + ',"args":' + encode(args) + '}');
    const { value, error } = JSON.parse(answer);
    if (error !== undefined) throw new Error(error);
    return revive(value);
  };
  return { encode, revive, send };
}`

export const MAIN_WORLD = `(() => {${CODEC}
  const { revive } = makeCodec('main', 'isolated');
  document.addEventListener('bridge-expose', event => {
    const { name, api } = JSON.parse(event.detail);
    Object.defineProperty(window, name, { value: revive(api), enumerable: true });
  });
  document.dispatchEvent(new CustomEvent('bridge-hello'));
})()`

/** @param binding name of the function that takes text to the main process; it answers by `__fromMain(text)` */
export const isolatedWorld = (preload: string, binding: string): string => `(() => {${CODEC}
  const { encode } = makeCodec('isolated', 'main');
  const exposed = [];
  const expose = one => document.dispatchEvent(new CustomEvent('bridge-expose', { detail: one }));
  document.addEventListener('bridge-hello', () => exposed.forEach(expose));
  const listeners = new Map(), invokes = new Map();
  let last = 0;
  const post = message => globalThis[${JSON.stringify(binding)}](JSON.stringify(message));
  globalThis.__fromMain = text => {
    const { channel, payload, id, value, error } = JSON.parse(text);
    if (id === undefined) { for (const one of listeners.get(channel) ?? []) one({}, payload); return; }
    const waiting = invokes.get(id); invokes.delete(id);
    if (error === undefined) waiting.resolve(value); else waiting.reject(new Error(error));
  };
  const electron = {
    contextBridge: { exposeInMainWorld: (name, api) => {
      const text = '{"name":' + JSON.stringify(name) + ',"api":' + encode(api) + '}';
      exposed.push(text); expose(text);
    } },
    ipcRenderer: {
      on: (channel, listener) => { listeners.set(channel, [...(listeners.get(channel) ?? []), listener]); },
      send: (channel, ...args) => post({ channel, args }),
      invoke: (channel, ...args) => new Promise((resolve, reject) => {
        const id = ++last; invokes.set(id, { resolve, reject }); post({ channel, args, id });
      }),
    },
  };
  const process = { platform: 'linux', sandboxed: true };
  const require = name => { if (name === 'electron') return electron; throw new Error('module not found: ' + name); };
  const module = { exports: {} };
  ((require, process, module, exports) => {
${preload}
  })(require, process, module, module.exports);
})()`
