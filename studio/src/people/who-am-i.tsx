import { useMutation } from '@tanstack/react-query'
import { useRef } from 'react'
import { api } from '../data/client.ts'
import { fetchMe, useKeepMe, useMe } from '../data/me.ts'
import { Icon } from '../parts/icon.tsx'
import { Link } from '../route/link.tsx'
import { notify } from '../shell/notices.tsx'
import { projectWords } from './role-words.ts'

/** Ends the sign-in here, and leaves nothing of it on the page. */
export function useSignOut() {
  const keep = useKeepMe()
  return useMutation({
    mutationFn: async (everywhere: boolean) => {
      await api.call('POST /api/v1/sign-out', { body: { everywhere } })
      return fetchMe()
    },
    onSuccess: keep,
    onError: (error) => notify(`Signing out did not work: ${error.message}`),
  })
}

/** Who is asking, with the way to the own account and out. */
export function WhoAmI() {
  const principal = useMe().data?.principal ?? null
  const signOut = useSignOut()
  const menu = useRef<HTMLDivElement>(null)
  if (principal === null) return null
  const { name, role, project, via } = principal
  const close = () => menu.current?.hidePopover()
  return (
    <>
      <button
        type="button"
        className="who"
        popoverTarget="who-am-i"
        title={`${name}, ${role}, ${projectWords(project)}`}
      >
        <Icon name="person" />
        <span className="who-name">
          <span className="cut">{name}</span>
          <small className="faint cut">{via === 'local' ? 'at this machine' : role}</small>
        </span>
      </button>
      <div className="menu who-menu" id="who-am-i" popover="auto" ref={menu}>
        <p className="who-told">
          <strong>{name}</strong>
          <span className="muted">
            {role}, {projectWords(project)}
          </span>
        </p>
        <ul>
          <li>
            <Link className="menu-item" to="/account" onClick={close}>
              My account
            </Link>
          </li>
          {via === 'cookie' && (
            <li>
              <button type="button" className="menu-item" onClick={() => signOut.mutate(false)}>
                Sign out
              </button>
            </li>
          )}
        </ul>
      </div>
    </>
  )
}
