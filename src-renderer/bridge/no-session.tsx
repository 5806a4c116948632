/** Shown instead of the window when a browser holds no key: says how to get a new link, or takes the password. */
import { useState, type ReactNode } from 'react'
import { Button } from '../components/button.tsx'
import { TextField } from '../components/text-field.tsx'
import { chooseLocale, makeI18n, type I18n } from '../i18n/i18n.ts'

export function NoSession(): ReactNode {
  const i18n = makeI18n(chooseLocale('system', navigator.languages))
  return (
    <main className="mx-auto flex h-full max-w-xl flex-col justify-center gap-3 px-6">
      <h1 className="text-xl font-semibold">{i18n.t('door.title')}</h1>
      <p>{i18n.t('door.text')}</p>
      <pre className="overflow-x-auto rounded-md bg-raised px-3 py-2 font-mono text-sm">
        npm run --silent ctl -- link
      </pre>
      {location.protocol === 'https:' ? <PasswordForm i18n={i18n} /> : null}
      <p className="text-soft">{i18n.t('door.why')}</p>
    </main>
  )
}

/** Only a door that stands open to other machines has a password, and only that one speaks TLS. */
function PasswordForm({ i18n }: { i18n: I18n }): ReactNode {
  const [password, setPassword] = useState('')
  const [isWrong, setIsWrong] = useState(false)
  const enter = async (): Promise<void> => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch('/enter', { method: 'POST', headers, body: JSON.stringify({ password }) })
    if (answer.ok) location.reload()
    else setIsWrong(true)
  }
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={event => {
        event.preventDefault()
        enter().catch(() => setIsWrong(true))
      }}
    >
      <TextField
        label={i18n.t('door.password')}
        value={password}
        onChange={setPassword}
        isSecret
        {...(isWrong ? { error: i18n.t('door.wrong') } : {})}
      />
      <Button look="primary" type="submit">
        {i18n.t('door.enter')}
      </Button>
    </form>
  )
}
